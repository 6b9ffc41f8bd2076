// The thread that makes connections for the loops: looking up names, the handshakes of TLS and of passwords, and waiting for hosts that do
// not answer would hold up everything else that a loop does. After a try that failed it rests for a while that grows, for all loops
// together.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "io/loop.hpp"
#include "store/postgres/connection.hpp"

namespace millrace::store::postgres {

class Connector {
 public:
  struct Options {
    Server server;
    std::chrono::milliseconds timeout{5'000};    // of all hosts together; each has its part
    std::chrono::milliseconds backoff_min{100};  // before a second try; twice as long each time, with some chance in it
    std::chrono::milliseconds backoff_max{1'000};
    const Log* log = nullptr;  // outlives the connector and its connections
  };
  explicit Connector(Options options) : options_(std::move(options)) {}
  ~Connector() { stop(); }

  using Take = std::move_only_function<void(Result<std::unique_ptr<Connection>>)>;
  /// Calls `take` on the loop, later, with an open connection or the reason why there is none. When one try fails, all who wait are told
  /// so. The error is that of the last try, while it rests: then `take` is not called. `who` is for forget(). Any thread.
  Result<> open(const void* who, io::Loop& loop, Take take);
  /// `take` is not posted any more after this. Any thread.
  void forget(const void* who);
  /// Ends the thread; nobody is told anything any more.
  void stop();

  const Options& options() const { return options_; }

 private:
  struct Request {
    const void* who;
    io::Loop* loop;
    Take take;
  };
  void run();
  void give(Result<std::unique_ptr<Connection>> opened);

  const Options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Request> requests_;                   // GUARDED_BY(mutex_)
  std::chrono::steady_clock::time_point retry_at_;  // GUARDED_BY(mutex_)
  std::chrono::milliseconds backoff_{0};            // GUARDED_BY(mutex_)
  Error error_ = unreachable();                     // GUARDED_BY(mutex_); of the last try
  std::minstd_rand random_{std::random_device()()};
  std::thread thread_;  // GUARDED_BY(mutex_); from the first request on
  std::atomic<bool> is_ending_ = false;
};

}  // namespace millrace::store::postgres
