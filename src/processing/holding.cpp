// Partitions: taken, kept, shared with other instances, let go.
#include <algorithm>

#include "processing/pipeline_state.hpp"

namespace millrace::processing {
namespace {

constexpr int kBeatAttempts = 5;
// Of a lease: what is dead for so long is taken off the list of instances.
constexpr int kForgottenAfter = 10;

}  // namespace

Task<void> Pipeline::State::hold_loop() {
  while (!is_stopping) {
    // What fails is tried with the next beat; until then all goes on as it is.
    auto beaten = co_await beat();
    if (beaten && !is_stopping) {
      auto balanced = co_await balance();
      static_cast<void>(balanced);
    }
    const Duration until = parts.scheduler.now() + options.lease / 3;
    parts.scheduler.after(options.lease / 3, [signal = changed]() mutable { signal.notify(); });
    while (!is_stopping && parts.scheduler.now() < until) co_await changed.wait();
  }
  co_return {};
}

/// Says that this instance is alive, and looks who else is.
Task<void> Pipeline::State::beat() {
  const std::string name = members_name(options.name);
  for (int attempt = 0; attempt < kBeatAttempts; ++attempt) {
    CO_TRY(const document::Record record, co_await parts.ledger.get(name));
    Members members = read_members(record.value);
    const Duration now = parts.scheduler.now();
    for (const auto& [id, counter] : members) {
      const auto [known, is_new] = seen.try_emplace(id, Seen{counter, now});
      if (!is_new && known->second.counter != counter) known->second = {counter, now};
    }
    std::erase_if(members, [&](const auto& each) { return now - seen[each.first].since > kForgottenAfter * options.lease; });
    members[options.instance] = ++beats;
    auto put = co_await parts.ledger.put(name, to_text(members), record.revision);
    if (put) {
      std::erase_if(seen, [&](const auto& each) { return now - each.second.since > 2 * kForgottenAfter * options.lease; });
      co_return {};
    }
    if (put.error().code != "ledger.revision") co_return Failure(std::move(put).error());
  }
  co_return {};
}

bool Pipeline::State::is_alive(const std::string& instance) {
  if (instance.empty()) return false;
  const Duration now = parts.scheduler.now();
  // Who is not on the list is watched from now on.
  const auto [known, is_new] = seen.try_emplace(instance, Seen{0, now});
  return now - known->second.since <= options.lease;
}

/// Who was taken for dead while nothing was to be saved learns it here: it, or who watched it, may have slept.
Task<void> Pipeline::State::check_held() {
  const auto held = tenures;
  for (const auto& tenure : held) {
    if (parts.scheduler.now() - tenure->checked_at < options.lease || tenure->is_saving) continue;
    CO_TRY(const document::Record found, co_await parts.ledger.get(partition_name(options.name, tenure->partition)));
    const PartitionRecord known = read_partition(found.value);
    tenure->checked_at = parts.scheduler.now();
    if ((known.owner != options.instance || known.fence != tenure->record.fence) && options.flaw != Flaw::fence_unchecked) lose(tenure);
  }
  co_return {};
}

/// How many partitions are this instance's: the first ones, by their ids, have one more where it does not come out even.
std::size_t Pipeline::State::share() const {
  const Duration now = parts.scheduler.now();
  std::size_t alive = 1;
  std::size_t before = 0;
  for (const auto& [id, each] : seen) {
    if (id == options.instance || now - each.since > options.lease) continue;
    ++alive;
    before += id < options.instance ? 1 : 0;
  }
  return options.partitions / alive + (before < options.partitions % alive ? 1 : 0);
}

Task<void> Pipeline::State::balance() {
  CO_TRY_OK(co_await check_held());
  for (std::size_t partition = 0; partition < options.partitions; ++partition) {
    if (std::ranges::find(tenures, partition, &Tenure::partition) != tenures.end()) continue;
    if (tenures.size() >= share() && !doubtful.contains(partition)) continue;
    CO_TRY_OK(co_await take(partition));
  }
  std::size_t excess = tenures.size() - std::min(tenures.size(), share());
  const auto held = tenures;
  for (const auto& tenure : held) {
    const bool is_idle = std::ranges::none_of(tenure->lanes, [](const auto& lane) { return lane.second->busy > 0; });
    if (excess > 0) {
      tenure->is_draining = true;
      --excess;
      // Nothing new is begun; what is under way ends before the next beat or two.
      for (const auto& [key, lane] : tenure->lanes) std::erase(ready, lane);
      if (is_idle && !tenure->is_saving) {
        CO_TRY_OK(co_await save(tenure, true));
        lose(tenure);
      }
    } else if (tenure->is_draining) {
      tenure->is_draining = false;
      for (const auto& [key, lane] : tenure->lanes)
        if (lane->busy == 0 && !lane->jobs.empty()) make_ready(lane);
    }
  }
  co_return {};
}

/// Takes a partition that nobody holds, or one whose owner is dead.
Task<void> Pipeline::State::take(std::size_t partition) {
  const std::string name = partition_name(options.name, partition);
  CO_TRY(document::Record found, co_await parts.ledger.get(name));
  PartitionRecord record = read_partition(found.value);
  const bool was_ours = record.owner == options.instance;
  if ((!was_ours && is_alive(record.owner)) || (!was_ours && tenures.size() >= share())) {
    doubtful.erase(partition);
    co_return {};
  }
  const bool is_first = found.revision == 0;
  record.owner = options.instance;
  ++record.fence;
  document::Position head = 0;
  doubtful.insert(partition);
  auto put = co_await parts.ledger.put(name, to_text(record), found.revision);
  if (!put) {
    if (put.error().code == "ledger.revision") co_return {};
    co_return Failure(std::move(put).error());
  }
  if (!is_first) {
    // After the record is ours: what is in the feed now may have results from the owner before.
    CO_TRY(head, co_await parts.source.head());
  }
  if (is_stopping) co_return {};
  auto tenure = std::make_shared<Tenure>(Tenure{.partition = partition, .revision = *put, .record = std::move(record)});
  tenure->look_up_until = head;
  tenures.push_back(tenure);
  doubtful.erase(partition);
  spawn(recover(tenure));
  co_return {};
}

Task<void> Pipeline::State::save_loop() {
  while (!is_stopping) {
    const Duration until = parts.scheduler.now() + options.save_interval;
    parts.scheduler.after(options.save_interval, [signal = changed]() mutable { signal.notify(); });
    while (!is_stopping && parts.scheduler.now() < until) co_await changed.wait();
    auto saved = co_await save_all();
    static_cast<void>(saved);
  }
  co_return {};
}

Task<void> Pipeline::State::save_all() {
  const auto held = tenures;
  for (const auto& tenure : held) {
    if (!tenure->is_dirty || tenure->is_over || tenure->is_saving) continue;
    CO_TRY_OK(co_await save(tenure, false));
  }
  co_return {};
}

Task<void> Pipeline::State::save(std::shared_ptr<Tenure> tenure, bool lets_go) {
  tenure->is_saving = true;
  auto saved = co_await write_record(tenure, lets_go);
  tenure->is_saving = false;
  co_return saved;
}

/// Writes the record as it stands, by the revision that we know. Who was replaced learns it here.
Task<void> Pipeline::State::write_record(std::shared_ptr<Tenure> tenure, bool lets_go) {
  const std::string name = partition_name(options.name, tenure->partition);
  if (tenure->is_uncertain || options.flaw == Flaw::fence_unchecked) {
    CO_TRY(const document::Record found, co_await parts.ledger.get(name));
    const PartitionRecord known = read_partition(found.value);
    const bool is_ours = known.owner == options.instance && known.fence == tenure->record.fence;
    if (!is_ours && options.flaw != Flaw::fence_unchecked) {
      lose(tenure);
      co_return {};
    }
    tenure->revision = found.revision;
    tenure->is_uncertain = false;
  }
  PartitionRecord record = tenure->record;
  if (lets_go) record.owner.clear();
  if (options.flaw == Flaw::cursor_skips) record.waiting.clear();
  tenure->is_dirty = false;
  auto put = co_await parts.ledger.put(name, to_text(record), tenure->revision);
  if (put) {
    tenure->revision = *put;
    co_return {};
  }
  tenure->is_dirty = true;
  if (put.error().code == "ledger.revision") {
    if (options.flaw != Flaw::fence_unchecked) lose(tenure);
    co_return {};
  }
  tenure->is_uncertain = true;
  co_return Failure(std::move(put).error());
}

void Pipeline::State::lose(const std::shared_ptr<Tenure>& tenure) {
  if (std::exchange(tenure->is_over, true)) return;
  for (const auto& [key, lane] : tenure->lanes) forget(*lane);
  tenure->lanes.clear();
  std::erase(tenures, tenure);
  doubtful.insert(tenure->partition);
  changed.notify();
}

}  // namespace millrace::processing
