// A connection for a thread that may block.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "store/postgres/connection.hpp"

namespace millrace::store::postgres {

class Session {
 public:
  using Clock = std::chrono::steady_clock;
  /// Connects; each host of the server has its part of the time. `log` outlives the session.
  static Result<std::unique_ptr<Session>> open(const Server& server, const Log* log, std::chrono::milliseconds timeout);

  /// Rests before another try, on a thread that may.
  static void pause(std::chrono::milliseconds delay);

  /// Sends the statements and waits for all answers.
  Result<> run(Exchange& exchange, std::chrono::milliseconds timeout);

 private:
  explicit Session(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
  static bool wait(const Connection& connection, Clock::time_point deadline);

  std::unique_ptr<Connection> connection_;
};

}  // namespace millrace::store::postgres
