// What goes through one session with the broker.
#include <fmt/format.h>

#include <algorithm>

#include "sink/sink_state.hpp"

namespace millrace::sink {
namespace {

constexpr Duration kPatience{1'000};

Error broker_failure(std::string why) {
  return {ErrorKind::unavailable, "sink.broker", std::move(why)};
}

}  // namespace

/// Until it fails (an error), is lost, or the sink stops.
Task<void> Sink::State::run_session() {
  session_fence = record.fence;
  failure.reset();
  if (options.flaw != Flaw::resumes_at_sent || sent < record.position) sent = record.position;
  CO_TRY(const Position known, co_await parts.publisher.open());
  if (!is_ours() || is_stopping) co_return {};
  if (known > record.position) {
    // Somebody published it and could not save that. What the entity does not have was published from another storage.
    CO_TRY(const Position head, co_await parts.source.head());
    if (!is_ours()) co_return {};
    if (known > head) {
      co_return Failure(
          broker_failure(fmt::format("The broker has position {} of this entity, which itself has only {}: "
                                     "what is there was published from another storage.",
                                     known, head)));
    }
    reach(known);
    sent = record.position;
  }
  // So that all before a message that is refused is published, and it is known which one it is.
  window = failures == 0 ? options.messages_max : 1;
  is_well = true;
  show();
  co_return co_await publish_while_ours();
}

Task<void> Sink::State::publish_while_ours() {
  while (is_ours() && !gives_up && !(is_stopping && under_way.empty())) {
    if (failure) co_return Failure(broker_failure(*failure));
    if (is_overdue()) co_return Failure(broker_failure(fmt::format("Nothing was acknowledged for {} ms.", options.patience->count())));
    if (is_stopping || !has_room()) {
      co_await changed.wait_for(kPatience);
      continue;
    }
    if (rest.empty()) {
      auto read = co_await parts.source.read(sent, kPatience);
      if (!read) {
        co_await changed.wait_for(options.store_pause);
        continue;
      }
      rest = *std::move(read);
      if (rest.is_over) is_stopping = true;
    }
    if (is_ours() && !failure && !is_stopping) send();
  }
  co_return {};
}

/// As much of what was read as there is room for.
void Sink::State::send() {
  std::vector<Event> events;
  for (; !rest.empty() && has_room(); ++rest.begin) {
    const Event& event = events.emplace_back(rest.documents, rest.begin);
    under_way.push_back({event.position(), event.text().size(), parts.scheduler.now()});
    bytes_under_way += event.text().size();
    sent = event.position();
  }
  if (rest.empty()) sent = std::max(sent, rest.until);
  if (options.flaw == Flaw::position_first) reach(sent);
  if (!events.empty()) parts.publisher.send(std::move(events));
  if (under_way.empty()) {
    // Places without a version. And a session with nothing to send is as good as one that has sent something.
    reach(sent);
    failures = 0;
  }
  show();
}

void Sink::State::reach(Position position) {
  if (position <= record.position) return;
  record.position = position;
  is_dirty = true;
}

/// Whether the oldest of what is under way has waited for too long.
bool Sink::State::is_overdue() const {
  return options.patience && !under_way.empty() && parts.scheduler.now() - under_way.front().sent_at > *options.patience;
}

void Sink::State::take_progress() {
  Progress progress = parts.publisher.progress();
  if (!is_ours()) return;
  for (const Position position : progress.accepted) {
    const auto found = std::ranges::lower_bound(under_way, position, {}, &UnderWay::position);
    if (found != under_way.end() && found->position == position) found->is_accepted = true;
  }
  const bool had_room = has_room();
  for (; !under_way.empty() && under_way.front().is_accepted; under_way.pop_front()) {
    bytes_under_way -= under_way.front().bytes;
    reach(under_way.front().position);
    ++record.published;
    failures = 0;
    if (under_way.size() == 1) reach(sent);  // places without a version that follow
  }
  if (progress.trouble) note(*std::move(progress.trouble));
  if (!progress.accepted.empty()) {
    is_well = true;
    window = std::min(options.messages_max, 2 * window);
  }
  show();
  if (progress.failure && !failure) {
    failure = std::move(progress.failure);
    parts.source.interrupt();
  }
  if (failure || !had_room || is_stopping) changed.notify();
}

void Sink::State::end_session() {
  under_way.clear();
  bytes_under_way = 0;
  rest = {};
}

}  // namespace millrace::sink
