#include "processing/overdue.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/json/canonical.hpp"
#include "processing/result.hpp"

namespace millrace::processing {
namespace {

using document::Documents;

/// Those of the batch that are due, and where that ends.
std::vector<Event> due_events(const std::shared_ptr<const Documents>& batch, const OverdueOptions& options, Instant now,
                              OverdueEvents& found) {
  std::vector<Event> events;
  for (std::size_t i = 0; i < batch->size(); ++i) {
    const document::Envelope& envelope = batch->envelope(i);
    if (envelope.recorded_at + options.deadline > now) {
      found.next = envelope.recorded_at + options.deadline;
      return events;
    }
    found.until = envelope.position;
    if (!envelope.deleted) events.push_back({batch, i});
  }
  found.has_more = !batch->empty();
  return events;
}

Task<void> drop_unmeant(Transform& transform, std::vector<Event>& events) {
  CO_TRY(const std::vector<Classified> classified, co_await transform.classify(events));
  std::vector<Event> meant;
  for (std::size_t i = 0; i < events.size(); ++i)
    if (classified[i].is_meant || !classified[i].error.empty()) meant.push_back(std::move(events[i]));
  events = std::move(meant);
  co_return {};
}

/// When a result's first version was recorded.
Task<Instant> first_recorded(document::Store& results, std::string_view id, const document::Envelope& newest) {
  if (newest.version == 1) co_return newest.recorded_at;
  Instant first = newest.recorded_at;
  for (document::Position before = newest.position; before > 0;) {
    CO_TRY(const Documents versions, co_await results.history(id, {}, before, 100));
    if (versions.empty()) break;
    const document::Envelope& last = versions.envelope(versions.size() - 1);
    first = last.recorded_at;
    before = last.version == 1 ? 0 : last.position;
  }
  co_return first;
}

}  // namespace

Task<OverdueEvents> find_overdue(OverdueOptions options, document::Position after, Instant now) {
  OverdueEvents found{.until = after};
  CO_TRY(Documents read, co_await options.events->changes(after, options.batch_versions, {.bytes_max = options.batch_bytes}));
  const auto batch = std::make_shared<const Documents>(std::move(read));
  std::vector<Event> events = due_events(batch, options, now, found);
  if (events.empty()) co_return found;
  CO_TRY_OK(co_await drop_unmeant(*options.transform, events));
  std::vector<std::string> ids;
  for (const Event& event : events) ids.push_back(result_id(options.processor, event.id(), event.envelope().version));
  const std::vector<std::string_view> views(ids.begin(), ids.end());
  CO_TRY(const Documents results, co_await options.results->read(views, {}));
  for (std::size_t i = 0; i < events.size(); ++i) {
    const document::Envelope& envelope = events[i].envelope();
    const Instant due = envelope.recorded_at + options.deadline;
    OverdueEvent event{envelope.position, events[i].id(), envelope.version, envelope.recorded_at, due};
    if (results.found(i)) {
      CO_TRY(event.outcome_at, co_await first_recorded(*options.results, ids[i], results.envelope(i)));
    }
    if (!event.outcome_at || *event.outcome_at > due) found.events.push_back(std::move(event));
  }
  co_return found;
}

std::string to_json(const OverdueEvent& event) {
  return fmt::format(R"({{"position":{},"id":{},"version":{},"recorded_at":"{}","due":"{}","outcome_at":{}}})", event.position,
                     json::quoted(event.id), event.version, to_string(event.recorded_at), to_string(event.due),
                     event.outcome_at ? json::quoted(to_string(*event.outcome_at)) : "null");
}

}  // namespace millrace::processing
