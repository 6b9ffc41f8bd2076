#include "processing/lifecycle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/json/document.hpp"
#include "base/json/members.hpp"
#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "processing/attempts.hpp"
#include "processing/partition_record.hpp"
#include "processing/pipeline.hpp"
#include "processing/result.hpp"

namespace millrace::processing {
namespace {

using document::Documents;
using document::Envelope;
using std::chrono::microseconds;

/// What happened at one instant stands in this order.
enum class Rank : std::uint8_t { event, attempt, outcome, pending };

struct Entry {
  Instant at;
  Rank rank = Rank::event;
  std::string text;
};

std::string& append_number(std::string& out, auto number) {
  fmt::format_to(std::back_inserter(out), "{}", number);
  return out;
}

/// One entry in the making: what every one begins with is there.
class EntryWriter {
 public:
  EntryWriter(std::string_view kind, Instant at, Rank rank) : entry_{at, rank, {}}, out_(entry_.text) {
    text("kind", kind).text("at", to_string(at));
  }
  EntryWriter(const EntryWriter&) = delete;
  EntryWriter& operator=(const EntryWriter&) = delete;

  EntryWriter& text(std::string_view name, std::string_view value) { return json::append_string(out_.key(name), value), *this; }
  EntryWriter& number(std::string_view name, auto value) { return append_number(out_.key(name), value), *this; }
  EntryWriter& flag(std::string_view name, bool value) { return out_.key(name) += value ? "true" : "false", *this; }
  /// JSON; null when it is empty.
  EntryWriter& json(std::string_view name, std::string_view value) { return out_.key(name) += value.empty() ? "null" : value, *this; }

  Entry take() {
    out_.end();
    return std::move(entry_);
  }

 private:
  Entry entry_;
  json::MemberWriter out_;
};

/// A version of the event that is no tombstone: what processors are given.
struct RawVersion {
  Envelope envelope;
  std::string result;  // the id of what a processor makes of it
};

class Teller {
 public:
  Teller(std::string_view id, document::View view) : id_(id), view_(view) { json::append_string(quoted_, id); }

  Task<bool> read_event(document::Store& events) {
    CO_TRY(const Documents versions, co_await events.history(id_, view_, 0, Lifecycle::kVersionsMax + 1));
    is_cut_ = versions.size() > Lifecycle::kVersionsMax;
    for (std::size_t i = std::min(versions.size(), Lifecycle::kVersionsMax); i-- > 0;) {
      const Envelope& envelope = versions.envelope(i);
      const std::string_view kind = envelope.deleted ? "removed" : envelope.version == 1 ? "received" : "changed";
      EntryWriter entry(kind, envelope.recorded_at, Rank::event);
      entry.number("version", envelope.version).number("position", envelope.position);
      add_author(entry, versions.author(i));
      entries_.push_back(entry.take());
      if (!envelope.deleted) versions_.push_back({envelope, {}});
    }
    co_return !versions.empty();
  }

  Task<void> read_place(const ResultsPlace& place) {
    Task<void> reading = place.processor.empty() ? read_others(place) : read_processor(place);
    CO_TRY_OK(co_await std::move(reading));
    co_return {};
  }

  Story take() && {
    std::multimap<std::pair<Instant, Rank>, std::string> in_order;  // what is equal stays as it was read
    for (Entry& entry : entries_) in_order.emplace(std::pair(entry.at, entry.rank), std::move(entry.text));
    Story story{.is_cut = is_cut_};
    for (auto& [place, text] : in_order) story.entries.push_back(std::move(text));
    return story;
  }

 private:
  // --- A processor -----------------------------------------------------------------------------------------------------------------------

  Task<void> read_processor(const ResultsPlace& place) {
    std::vector<std::string_view> ids;
    for (RawVersion& version : versions_) version.result = result_id(place.processor, id_, version.envelope.version);
    for (const RawVersion& version : versions_) ids.push_back(version.result);
    CO_TRY(const Documents attempts, co_await place.attempts->read(ids, {}));
    const bool sees_all = place.results->sight(view_.principal) == document::Sight::all;
    std::vector<const RawVersion*> missing;
    for (std::size_t i = 0; i < versions_.size(); ++i) {
      told_.insert(versions_[i].result);
      CO_TRY(const bool is_there, co_await read_result(place, versions_[i].result, &versions_[i], attempts.found(i)));
      // A result that may not be seen is as one that is not there: attempts would tell.
      if (attempts.found(i) && (is_there || sees_all)) add_attempts(place, versions_[i], attempts.text(i), sees_all);
      if (!is_there) missing.push_back(&versions_[i]);
    }
    if (!missing.empty()) {
      CO_TRY_OK(co_await add_pending(place, std::move(missing)));
    }
    co_return {};
  }

  void add_attempts(const ResultsPlace& place, const RawVersion& version, std::string_view text, bool tells_errors) {
    std::size_t number = 0;
    for (const Attempt& attempt : read_attempts(text)) {
      EntryWriter entry("attempt", attempt.started, Rank::attempt);
      entry.text("processor", place.processor).number("raw_version", version.envelope.version).number("attempt", ++number);
      add_times(entry, attempt);
      std::string error;
      if (!attempt.error.empty() && tells_errors) json::append_string(error, attempt.error);
      entries_.push_back(entry.json("error", error).take());
    }
  }

  static void add_times(EntryWriter& entry, const Attempt& attempt) {
    const auto milliseconds = [](microseconds time) { return static_cast<double>(time.count()) / 1000; };
    entry.number("queue_time_ms", milliseconds(attempt.queue_time)).number("run_time_ms", milliseconds(attempt.run_time));
  }

  /// What succeeded at once keeps no attempt: it follows from the result.
  void add_only_attempt(const ResultsPlace& place, const RawVersion& version, std::string_view text) {
    const std::string_view time = json::member(text, "\"processing_time_ms\"");
    const std::string_view ended = json::member(text, "\"processed_timestamp\"");
    if (time.empty() || ended.size() < 2) return;
    const auto instant = parse_rfc3339(ended.substr(1, ended.size() - 2));
    if (!instant) return;
    const microseconds run_time(static_cast<std::int64_t>(json::to_double(time) * 1000));
    const Instant started = std::max(*instant + -run_time, version.envelope.recorded_at);
    EntryWriter entry("attempt", started, Rank::attempt);
    entry.text("processor", place.processor).number("raw_version", version.envelope.version).number("attempt", 1);
    add_times(entry, {started, microseconds(started.microseconds - version.envelope.recorded_at.microseconds), run_time, {}});
    entries_.push_back(entry.json("error", {}).take());
  }

  /// What has no result is still to come, or is not meant by the processor's `where`.
  Task<void> add_pending(const ResultsPlace& place, std::vector<const RawVersion*> missing) {
    std::vector<PartitionRecord> records;
    for (std::size_t i = 0; i < place.partitions; ++i) {
      CO_TRY(const document::Record record, co_await place.ledger->get(partition_name(place.processor, i, place.partitions)));
      records.push_back(read_partition(record.value));
    }
    for (const RawVersion* version : missing) {
      const document::Position position = version->envelope.position;
      std::optional<std::uint32_t> attempts;
      for (const PartitionRecord& record : records) {
        const auto waiting = record.waiting.find(position);
        if (waiting != record.waiting.end()) attempts = waiting->second;
        if (position > record.cursor && !attempts) attempts = 0;
      }
      if (attempts) add_one_pending(place, *version, *attempts);
    }
    co_return {};
  }

  void add_one_pending(const ResultsPlace& place, const RawVersion& version, std::uint32_t attempts) {
    const Instant time = now();
    const Instant due = place.deadline ? version.envelope.recorded_at + *place.deadline : time;
    EntryWriter entry("pending", due, Rank::pending);
    entry.text("processor", place.processor).number("raw_version", version.envelope.version).number("attempt", attempts);
    if (place.deadline) entry.flag("overdue", due < time);
    entries_.push_back(entry.take());
  }

  // --- Results ---------------------------------------------------------------------------------------------------------------------------

  /// Whether there is one. `version`: of a processor's result.
  Task<bool> read_result(const ResultsPlace& place, const std::string& id, const RawVersion* version, bool has_attempts) {
    CO_TRY(const Documents versions, co_await place.results->history(id, view_, 0, Lifecycle::kVersionsMax + 1));
    if (versions.size() > Lifecycle::kVersionsMax) is_cut_ = true;
    for (std::size_t i = std::min(versions.size(), Lifecycle::kVersionsMax); i-- > 0;) {
      const Envelope& envelope = versions.envelope(i);
      if (version != nullptr && envelope.version == 1 && !has_attempts) add_only_attempt(place, *version, versions.text(i));
      const std::string_view kind = envelope.deleted ? "outcome_removed" : envelope.version == 1 ? "outcome" : "outcome_changed";
      EntryWriter entry(kind, envelope.recorded_at, Rank::outcome);
      if (version != nullptr) entry.text("processor", place.processor).number("raw_version", version->envelope.version);
      entry.text("result_id", id).number("version", envelope.version).number("position", envelope.position);
      if (!envelope.deleted) add_outcome(entry, versions.text(i));
      add_author(entry, versions.author(i));
      if (version != nullptr && place.deadline && envelope.version == 1)
        entry.flag("overdue", version->envelope.recorded_at + *place.deadline < envelope.recorded_at);
      entries_.push_back(entry.take());
    }
    co_return !versions.empty();
  }

  static void add_author(EntryWriter& entry, std::string_view author) {
    if (!author.empty()) entry.json("author", author);
  }

  static void add_outcome(EntryWriter& entry, std::string_view text) {
    entry.json("status", json::member(text, "\"status\"")).json("processing_time_ms", json::member(text, "\"processing_time_ms\""));
    entry.json("error", json::member(text, "\"error_message\""));
  }

  /// Results that refer to the event and that no processor told of before wrote.
  Task<void> read_others(const ResultsPlace& place) {
    document::Query query{&place.by_event, {quoted_}, {.limit = Lifecycle::kResultsMax + 1}};
    query.followed = 0;
    CO_TRY(const auto found, co_await place.results->find({&query, 1}, view_));
    const Documents& results = found.front();
    if (results.size() > Lifecycle::kResultsMax) is_cut_ = true;
    for (std::size_t i = std::min(results.size(), Lifecycle::kResultsMax); i-- > 0;) {
      const std::string id = results.id(i);
      if (!told_.insert(id).second) continue;
      CO_TRY_OK(co_await read_result(place, id, nullptr, true));
    }
    co_return {};
  }

  std::string id_;
  document::View view_;
  std::string quoted_;
  std::vector<RawVersion> versions_;
  std::vector<Entry> entries_;
  std::set<std::string> told_;  // results
  bool is_cut_ = false;
};

}  // namespace

Task<std::optional<Story>> Lifecycle::of(std::string_view id, document::View view) const {
  Teller teller(id, view);
  CO_TRY(const bool is_there, co_await teller.read_event(events_));
  if (!is_there) co_return std::nullopt;
  for (const ResultsPlace& place : places_) {
    if (place.results->sight(view.principal) == document::Sight::none) continue;
    CO_TRY_OK(co_await teller.read_place(place));
  }
  co_return std::move(teller).take();
}

}  // namespace millrace::processing
