// Publisher: a broker, as a sink knows it: NATS JetStream or Kafka in production, a plan in the tests.
//
// One session at a time. Within one, messages are sent in order, and one that is not accepted lets none after it be accepted either: the
// session is over then, and all that was not accepted is sent again in the next one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "document/document.hpp"
#include "processing/transform.hpp"

namespace millrace::sink {

using document::Position;
using processing::Event;

/// What was learnt since it was asked last.
struct Progress {
  std::vector<Position> accepted = {};      // by the broker, which keeps them now
  std::optional<std::string> failure = {};  // the session is over; why
  std::optional<std::string> trouble = {};  // it goes on trying; what hinders it
};

/// For one thread with a loop.
class Publisher {
 public:
  virtual ~Publisher() = default;

  /// Begins a session. Gives the last position of the entity that the broker is known to have, all before it included; 0: not known.
  virtual Task<Position> open() = 0;
  /// Sends versions, in order. Requires: a session that is not over.
  virtual void send(std::vector<Event> events) = 0;
  /// Of this session.
  virtual Progress progress() = 0;
  /// Called, on the loop's thread, when progress() has something to tell.
  virtual void on_progress(std::function<void()> call) = 0;
  /// Ends the session, if there is one. What was sent and not accepted may still arrive.
  virtual Task<void> close() = 0;
};

}  // namespace millrace::sink
