// A connection for a thread that may block.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "store/postgres/connection.hpp"

namespace millrace::store::postgres {

/// An open connection. Each host of the server has its part of the time; `first_host` is where to begin, and becomes the one that comes
/// after those that were silent. Ends soon when `is_ending` becomes true. `log` outlives the connection.
Result<std::unique_ptr<Connection>> connect(const Server& server, const Log* log, std::chrono::milliseconds timeout,
                                            std::size_t& first_host, const std::atomic<bool>* is_ending = nullptr);

class Session {
 public:
  using Clock = std::chrono::steady_clock;
  /// Connects. `log` outlives the session.
  static Result<std::unique_ptr<Session>> open(const Server& server, const Log* log, std::chrono::milliseconds timeout);
  /// With what connect() is told beyond that.
  static Result<std::unique_ptr<Session>> open(const Server& server, const Log* log, std::chrono::milliseconds timeout,
                                               std::size_t& first_host, const std::atomic<bool>* is_ending);

  /// Rests before another try, on a thread that may.
  static void pause(std::chrono::milliseconds delay);

  /// Sends the statements and waits for all answers; breaks off soon when `is_ending` becomes true.
  Result<> run(Exchange& exchange, std::chrono::milliseconds timeout, const std::atomic<bool>* is_ending = nullptr);

  /// Keeps plans from now on, unless a pooler is between (as LinkOptions::keeps_plans).
  Result<> keep_plans(std::chrono::milliseconds timeout);

  /// Whether it can be used, as far as the other side has said.
  bool is_open();

 private:
  explicit Session(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
  std::unique_ptr<Connection> connection_;
};

}  // namespace millrace::store::postgres
