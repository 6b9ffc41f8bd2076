// From the feed into lanes.
#include <algorithm>

#include "processing/pipeline_state.hpp"

namespace millrace::processing {
namespace {

constexpr Duration kPatience{1'000};
constexpr std::size_t kRecoveryBatch = 128;

std::uint64_t hash_of(std::string_view key) {
  // FNV-1a: the same on every instance and in every version of the program.
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  return hash ^ (hash >> 29);
}

/// When the last of them was recorded; 0 where the feed goes on behind it.
Instant last_recorded(const document::Changes& changes) {
  const document::Envelope& last = changes.documents->envelope(changes.documents->size() - 1);
  return last.position == changes.until ? last.recorded_at : Instant{};
}

}  // namespace

Task<void> Pipeline::State::read_loop() {
  while (!is_stopping) {
    const bool is_wanted = std::ranges::any_of(tenures, [](const auto& each) { return each->is_joined && !each->is_draining; });
    if (!is_wanted || !has_room()) {
      co_await changed.wait_for(kPatience);
      continue;
    }
    auto read = co_await read_once();
    if (!read) co_await changed.wait_for(options.store_pause);
  }
  co_return {};
}

/// From where the last of the partitions stands; others have what they have.
Task<void> Pipeline::State::read_once() {
  document::Position after = UINT64_MAX;
  for (const auto& tenure : tenures)
    if (tenure->is_joined && !tenure->is_draining) after = std::min(after, tenure->record.cursor);
  CO_TRY(const document::Changes changes, co_await parts.source.read(after, kPatience));
  if (changes.is_over) {
    is_stopping = true;
    co_return {};
  }
  if (changes.empty()) co_return {};
  co_return co_await hand_out(changes, after, nullptr);
}

/// Gives each tenure what it does not have yet; `only` what its list names.
Task<void> Pipeline::State::hand_out(const document::Changes& changes, document::Position after, std::shared_ptr<Tenure> only) {
  // Who takes of it, whatever changes while it is looked at.
  std::vector<std::shared_ptr<Tenure>> takers;
  for (const auto& tenure : tenures)
    if (only ? tenure == only : tenure->is_joined && !tenure->is_draining && tenure->record.cursor >= after) takers.push_back(tenure);
  std::vector<Event> events;
  for (std::size_t i = changes.begin; i < changes.documents->size(); ++i)
    if (!changes.documents->envelope(i).deleted) events.push_back({changes.documents, i});
  std::vector<Classified> classified;
  if (!events.empty()) {
    CO_TRY(classified, co_await parts.transform.classify(events));
  }
  std::vector<std::pair<std::shared_ptr<Tenure>, Job>> found;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!classified[i].is_meant) continue;
    const std::size_t partition = hash_of(classified[i].key) % options.partitions;
    const auto taker = std::ranges::find(takers, partition, &Tenure::partition);
    if (taker == takers.end()) continue;
    const PartitionRecord& own = (*taker)->record;
    const auto listed = own.waiting.find(events[i].position());
    if (only ? listed == own.waiting.end() : events[i].position() <= own.cursor) continue;
    Job job{events[i], std::move(classified[i].key), std::move(classified[i].error)};
    if (only) job.attempts = listed->second;
    found.emplace_back(*taker, std::move(job));
  }
  CO_TRY_OK(co_await drop_known(found));
  for (auto& [tenure, job] : found)
    if (!tenure->is_over) enqueue(tenure, std::move(job));
  for (const auto& tenure : takers)
    if (!only && tenure->record.cursor < changes.until) {
      tenure->record.cursor = changes.until;
      tenure->record.cursor_at = last_recorded(changes);
      tenure->is_dirty = true;
    }
  pump();
  co_return {};
}

/// Takes out what has its result from a former owner.
Task<void> Pipeline::State::drop_known(std::vector<std::pair<std::shared_ptr<Tenure>, Job>>& all) {
  std::vector<std::string> ids;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Event& event = all[i].second.event;
    if (event.position() > all[i].first->look_up_until) continue;
    ids.push_back(result_id(options.name, event.id(), event.envelope().version));
    places.push_back(i);
  }
  if (ids.empty()) co_return {};
  const std::vector<std::string_view> views(ids.begin(), ids.end());
  CO_TRY(const document::Documents known, co_await parts.target.read(views, {}));
  for (std::size_t i = known.size(); i-- > 0;) {
    if (!known.found(i)) continue;
    auto& [tenure, job] = all[places[i]];
    const document::Position position = job.event.position();
    tenure->record.waiting.erase(position);
    ++tenure->record.counts[static_cast<std::size_t>(status_of(known.text(i)))];
    tenure->is_dirty = true;
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(places[i]));
  }
  co_return {};
}

void Pipeline::State::enqueue(std::shared_ptr<Tenure> tenure, Job job) {
  ++jobs;
  job_bytes += job.event.text().size();
  tenure->record.waiting.try_emplace(job.event.position(), job.attempts);
  auto& lane = tenure->lanes[job.key];
  if (!lane) lane = std::make_shared<Lane>(Lane{tenure, job.key});
  lane->jobs.push_back(std::move(job));
  if (lane->jobs.size() == 1) ready.push_back(lane);
}

/// Reads again what a former owner left without outcome; then the partition joins the others.
Task<void> Pipeline::State::recover(std::shared_ptr<Tenure> tenure) {
  std::vector<document::Position> left;
  for (const auto& [position, attempts] : tenure->record.waiting) left.push_back(position);
  if (options.flaw == Flaw::waiting_forgotten) tenure->record.waiting.clear(), left.clear();
  std::size_t next = 0;
  while (next < left.size() && !tenure->is_over && !is_stopping) {
    auto read = co_await parts.source.at(left[next], kRecoveryBatch);
    if (!read || read->empty()) {
      co_await changed.wait_for(options.store_pause);
      continue;
    }
    const document::Position after = left[next] - 1;
    document::Changes changes{.documents = std::make_shared<const document::Documents>(*std::move(read)), .until = after};
    changes.until += changes.size();
    auto handed = co_await hand_out(changes, after, tenure);
    if (!handed) {
      co_await changed.wait_for(options.store_pause);
      continue;
    }
    while (next < left.size() && left[next] <= changes.until) ++next;
    pump();
  }
  tenure->is_joined = next == left.size();
  parts.source.interrupt();
  changed.notify();
  co_return {};
}

}  // namespace millrace::processing
