// A connection on a loop that comes back by itself: whoever asks while it is away waits for a try to connect, or is told at once when the
// last one failed a moment ago.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "io/descriptor.hpp"
#include "store/postgres/connector.hpp"

namespace millrace::store::postgres {

struct LinkOptions {
  std::shared_ptr<Connector> connector;
  std::chrono::milliseconds timeout{10'000};  // of an exchange
  bool keeps_plans = false;                   // for statements whose rows an index finds: they are planned once, unless a pooler is between
};

/// For its loop's thread. Held by shared pointers, since waits hold it weakly; close() before the loop ends.
class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(io::Loop& loop, LinkOptions options) : loop_(loop), options_(std::move(options)) {}

  /// Sends the statements and waits for all answers. The error is the server's or "store.unavailable", "store.timeout"; see Exchange for
  /// more. `generation`: of the connection that must still be there, as in a transaction; 0: any.
  Task<void> run(Exchange& exchange, std::uint64_t generation = 0);
  /// Which connection it is, counted from 1.
  std::uint64_t generation() const { return generation_; }
  /// Exchanges under way.
  std::size_t pending() const { return waiting_.size() + (connection_ ? connection_->pending() : 0); }
  /// Why the last connection ended, for whoever looks after the service.
  const Error& last_error() const { return last_error_; }
  /// Drops the connection, as when its state is not known. It comes back when it is needed.
  void reset();
  /// Ends all that is under way, for good.
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  void submit(Exchange& exchange, std::uint64_t generation);
  Result<> connect();
  void take(Result<std::unique_ptr<Connection>> opened);
  void greet();
  void pump();
  void watch();
  void lose();
  void fail_waiting();
  void check_time();
  void break_off(const Error& error);
  static void fail(Exchange& exchange, const Error& error);

  io::Loop& loop_;
  const LinkOptions options_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<io::Descriptor> descriptor_;  // ends before the connection
  bool reading_ = false;
  bool writing_ = false;
  bool is_timed_ = false;
  bool is_connecting_ = false;
  bool is_closed_ = false;
  std::uint64_t generation_ = 0;
  std::vector<Exchange*> waiting_;  // for the connection to be open
  Exchange greeting_;
  Clock::time_point connecting_since_;
  Clock::time_point opened_at_;
  Clock::time_point retry_at_;
  Error last_error_ = unreachable();
};

}  // namespace millrace::store::postgres
