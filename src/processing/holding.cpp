// Partitions: taken, kept, shared with other instances, let go.
#include <algorithm>

#include "processing/pipeline_state.hpp"

namespace millrace::processing {
Task<void> Pipeline::State::hold_loop() {
  while (!is_stopping) {
    // What fails is tried with the next beat; until then all goes on as it is.
    auto beaten = co_await instances.beat();
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

/// Who was taken for dead while nothing was to be saved learns it here: it, or who watched it, may have slept.
Task<void> Pipeline::State::check_held() {
  const auto held = tenures;
  for (const auto& tenure : held) {
    if (parts.scheduler.now() - tenure->checked_at < options.lease || tenure->is_saving) continue;
    if (options.flaw == Flaw::fence_unchecked) continue;
    CO_TRY(const bool is_ours, co_await tenure->claim.check());
    tenure->checked_at = parts.scheduler.now();
    if (!is_ours) lose(tenure);
  }
  co_return {};
}

Task<void> Pipeline::State::balance() {
  CO_TRY_OK(co_await check_held());
  for (std::size_t partition = 0; partition < options.partitions; ++partition) {
    if (std::ranges::find(tenures, partition, &Tenure::partition) != tenures.end()) continue;
    if (tenures.size() >= instances.share(options.partitions) && !doubtful.contains(partition)) continue;
    CO_TRY_OK(co_await take(partition));
  }
  std::size_t excess = tenures.size() - std::min(tenures.size(), instances.share(options.partitions));
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

/// Whether the feed has what the record was made of. A store that was set back to an earlier state may have other events there, or none.
Task<bool> Pipeline::State::is_of_feed(document::Position cursor, Instant cursor_at) {
  if (cursor == 0) co_return true;
  CO_TRY(const document::Documents found, co_await parts.source.at(cursor, 1));
  co_return !found.empty() && (cursor_at == Instant{} || found.envelope(0).recorded_at == cursor_at);
}

/// Takes a partition that nobody holds, or one whose owner is dead.
Task<void> Pipeline::State::take(std::size_t partition) {
  const std::string name = partition_name(options.name, partition, options.partitions);
  CO_TRY(document::Record found, co_await parts.ledger.get(name));
  PartitionRecord record = read_partition(found.value);
  const bool was_ours = record.owner == options.instance;
  if ((!was_ours && instances.is_alive(record.owner)) || (!was_ours && tenures.size() >= instances.share(options.partitions))) {
    doubtful.erase(partition);
    co_return {};
  }
  const bool is_first = found.revision == 0;
  record.owner = options.instance;
  ++record.fence;
  document::Position head = 0;
  bool goes_on = true;
  doubtful.insert(partition);
  auto put = co_await parts.ledger.put(name, to_text(record), found.revision);
  if (!put) {
    if (put.error().code == "ledger.revision") co_return {};
    co_return Failure(std::move(put).error());
  }
  if (!is_first) {
    // After the record is ours: what is in the feed now may have results from the owner before.
    CO_TRY(head, co_await parts.source.head());
    CO_TRY(goes_on, co_await is_of_feed(record.cursor, record.cursor_at));
    if (!goes_on) record = {.owner = record.owner, .fence = record.fence};
  }
  if (is_stopping) co_return {};
  Claim claim(parts.ledger, name, {record.owner, record.fence}, *put);
  auto tenure = std::make_shared<Tenure>(Tenure{.partition = partition, .claim = std::move(claim), .record = std::move(record)});
  tenure->look_up_until = head;
  tenure->is_dirty = !goes_on;
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

/// Writes the record as it stands. Who was replaced learns it here.
Task<void> Pipeline::State::write_record(std::shared_ptr<Tenure> tenure, bool lets_go) {
  if (options.flaw == Flaw::fence_unchecked) {
    CO_TRY_OK(co_await tenure->claim.ignore_owner());
  }
  PartitionRecord record = tenure->record;
  if (lets_go) record.owner.clear();
  if (options.flaw == Flaw::cursor_skips) record.waiting.clear();
  tenure->is_dirty = false;
  auto written = co_await tenure->claim.write(to_text(record));
  if (written && *written) co_return {};
  tenure->is_dirty = true;
  if (!written) co_return Failure(std::move(written).error());
  if (options.flaw != Flaw::fence_unchecked) lose(tenure);
  co_return {};
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
