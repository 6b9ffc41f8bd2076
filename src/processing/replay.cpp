#include "processing/replay.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/author.hpp"
#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "base/json/members.hpp"

namespace millrace::processing {
namespace {

using document::Documents;
using document::Position;

/// Members by name, without those that are never the same twice.
std::map<std::string, std::string> compared_members(std::string_view payload) {
  std::map<std::string, std::string> members;
  const auto parsed = json::parse(payload);
  if (!parsed) return members;
  json::each_member(parsed->root(), [&members](const std::string& key, json::Value value) {
    if (key != "id" && key != "processed_timestamp" && key != "processing_time_ms") json::append_canonical(members[key], value);
  });
  return members;
}

/// One event with the result that it has.
struct Work {
  Event event;
  std::string result_id;
  std::uint64_t version = 0;  // of the result
  std::string before;         // its payload
  Status status = Status::success;
  Transformed made = {};
};

class Replay {
 public:
  Replay(ReplayParts parts, ReplayOptions options, std::function<void(const ReplayReport&)> progress)
      : parts_(parts), options_(std::move(options)), progress_(std::move(progress)), changed_(parts.scheduler) {}

  Task<ReplayReport> run() {
    CO_TRY(const Position end, co_await parts_.events.last_position());
    for (Position after = 0; after < end;) {
      CO_TRY(Documents read, co_await parts_.events.changes(after, options_.batch_versions, {.bytes_max = options_.batch_bytes}));
      if (read.empty()) break;
      const auto documents = std::make_shared<const Documents>(std::move(read));
      after = documents->envelope(documents->size() - 1).position;
      CO_TRY_OK(co_await run_batch(documents, end));
      progress_(report_);
    }
    co_return std::move(report_);
  }

 private:
  Task<void> run_batch(std::shared_ptr<const Documents> documents, Position end) {
    std::vector<Event> events;
    for (std::size_t i = 0; i < documents->size(); ++i)
      if (is_asked_for(documents->envelope(i), end)) events.push_back({documents, i});
    report_.events += events.size();
    CO_TRY(std::vector<Work> works, co_await find_results(std::move(events)));
    CO_TRY_OK(co_await classify(works));
    if (works.empty()) co_return {};
    CO_TRY_OK(co_await transform(works));
    CO_TRY_OK(co_await compare(works));
    co_return {};
  }

  bool is_asked_for(const document::Envelope& envelope, Position end) const {
    return !envelope.deleted && envelope.position <= end && envelope.recorded_at >= options_.from && envelope.recorded_at < options_.to;
  }

  Task<std::vector<Work>> find_results(std::vector<Event> events) {
    std::vector<Work> works;
    std::vector<std::string> ids;
    for (const Event& event : events) ids.push_back(result_id(options_.processor, event.id(), event.envelope().version));
    const std::vector<std::string_view> views(ids.begin(), ids.end());
    CO_TRY(const Documents results, co_await parts_.results.read(views, {}));
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (!results.found(i)) {
        ++report_.without_result;
        continue;
      }
      const Status status = status_of(results.text(i));
      if (!options_.statuses.empty() && std::ranges::find(options_.statuses, status) == options_.statuses.end()) {
        ++report_.other_status;
        continue;
      }
      works.push_back({std::move(events[i]), std::move(ids[i]), results.envelope(i).version, results.payload(i), status});
    }
    co_return works;
  }

  Task<void> classify(std::vector<Work>& works) {
    std::vector<Event> events;
    for (const Work& work : works) events.push_back(work.event);
    if (events.empty()) co_return {};
    CO_TRY(const std::vector<Classified> classified, co_await parts_.transform.classify(std::move(events)));
    for (std::size_t i = works.size(); i-- > 0;) {
      if (!classified[i].error.empty()) works[i].made = {Transformed::Kind::failed, classified[i].error};
      if (!classified[i].error.empty() || classified[i].is_meant) continue;
      works.erase(works.begin() + static_cast<std::ptrdiff_t>(i));
      ++report_.no_longer_meant;
    }
    co_return {};
  }

  /// What may be mended by another attempt gets one, as often as the processor would make it.
  Task<void> transform(std::vector<Work>& works) {
    std::vector<Work*> left;
    for (Work& work : works)
      if (work.made.kind != Transformed::Kind::failed) left.push_back(&work);
    for (std::uint32_t attempt = 1; !left.empty(); ++attempt) {
      std::vector<Event> events;
      for (const Work* work : left) events.push_back(work->event);
      auto made = co_await run_to_end(parts_.transform, std::move(events));
      Duration wait{0};
      for (std::size_t i = 0; i < left.size(); ++i) {
        left[i]->made = made ? std::move((*made)[i]) : Transformed{Transformed::Kind::retry, made.error().message};
        wait = std::max(wait, left[i]->made.wait);
      }
      std::erase_if(left, [](const Work* work) { return work->made.kind != Transformed::Kind::retry; });
      if (left.empty() || attempt >= options_.retry.attempts) break;
      co_await changed_.wait_for(std::max(wait, options_.retry.wait_after(attempt, parts_.scheduler.random())));
    }
    co_return {};
  }

  Task<void> compare(std::vector<Work>& works) {
    std::vector<document::Append> appends;
    std::vector<std::string> authors;
    for (const Work& work : works) authors.push_back(author_of_result(options_.processor, work.event.author()));
    for (Work& work : works) {
      Outcome outcome = make_outcome(work.event, work.made, options_.fields, options_.refusal, parts_.scheduler.clock());
      const Difference difference = difference_of(work, outcome);
      ++report_.counts[static_cast<std::size_t>(difference)];
      add_sample(work, difference, outcome.payload);
      appends.push_back({document::Operation::replace, std::move(work.result_id), std::move(outcome.payload), work.version});
    }
    if (options_.is_dry) co_return {};
    for (std::size_t i = 0; i < appends.size(); ++i) appends[i].author = authors[i];
    const std::size_t count = appends.size();
    const auto receipts = co_await parts_.results.append(appends);
    if (receipts) report_.written += count;
    if (receipts || appends.empty()) co_return {};
    if (!is_overtaken(receipts.error())) co_return Failure(receipts.error());
    CO_TRY_OK(co_await write_each(std::move(appends)));
    co_return {};
  }

  static bool is_overtaken(const Error& error) { return error.code == "document.version" || error.code == "document.not_found"; }

  Task<void> write_each(std::vector<document::Append> appends) {
    for (document::Append& append : appends) {
      std::vector<document::Append> one;
      one.push_back(std::move(append));
      const auto receipts = co_await parts_.results.append(std::move(one));
      if (!receipts && !is_overtaken(receipts.error())) co_return Failure(receipts.error());
      ++(receipts ? report_.written : report_.overtaken);
    }
    co_return {};
  }

  static Difference difference_of(const Work& work, const Outcome& outcome) {
    const bool failed = work.status == Status::failed;
    const bool fails = outcome.status == Status::failed;
    if (failed != fails) return fails ? Difference::newly_failing : Difference::mended;
    return compared_members(work.before) == compared_members(outcome.payload) ? Difference::same : Difference::changed;
  }

  void add_sample(const Work& work, Difference difference, const std::string& after) {
    if (difference == Difference::same || report_.count(difference) > options_.samples_max) return;
    report_.samples.push_back({work.event.id(), work.event.envelope().version, work.result_id, difference, work.before, after});
  }

  ReplayParts parts_;
  ReplayOptions options_;
  std::function<void(const ReplayReport&)> progress_;
  Signal changed_;
  ReplayReport report_;
};

}  // namespace

std::string_view to_string(Difference difference) {
  switch (difference) {
    case Difference::same: return "same";
    case Difference::changed: return "changed";
    case Difference::newly_failing: return "newly failing";
    case Difference::mended: return "mended";
  }
  return {};
}

Task<ReplayReport> replay(ReplayParts parts, ReplayOptions options, std::function<void(const ReplayReport&)> progress) {
  Replay replaying(parts, std::move(options), std::move(progress));
  CO_TRY(ReplayReport report, co_await replaying.run());
  co_return report;
}

}  // namespace millrace::processing
