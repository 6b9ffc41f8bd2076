// Where an issuer's keys come from, again and again: a file, or a server that is asked over HTTP. What came last is used until something
// better does, also while the server is away.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/key_set.hpp"
#include "base/task.hpp"
#include "http/client.hpp"
#include "io/loop.hpp"

namespace millrace::auth {

struct KeySourceOptions {
  std::string place;  // a URL, or the name of a file
  std::chrono::milliseconds refresh{300'000};
  std::chrono::milliseconds pause{10'000};   // the shortest time between two attempts; no longer than `refresh`
  std::chrono::milliseconds timeout{5'000};  // of one
  std::size_t waiting_max = 100;             // requests that wait for an attempt
  KeySetLimits limits = {};
  std::shared_ptr<const KeySet> known = {};   // what came last from this place, before
  std::function<void(std::string_view)> log;  // called by the loop's thread
  std::function<void()> changed;              // after other keys are there; by the loop's thread
};

class KeySource {
 public:
  /// The loop is that of a thread of its own, on which files are read as well. It outlives the source.
  KeySource(io::Loop& loop, KeySourceOptions options);
  /// Requires: the loop has ended, and stop() was called.
  ~KeySource();

  /// What is there. Null: there have been none yet. Any thread.
  std::shared_ptr<const KeySet> keys() const;
  /// For a token whose key is not there: asks anew, unless that was done a moment ago, and resumes when it is done. Any number of such
  /// tokens cost the issuer one request in `pause`. On a loop's thread.
  Task<void> refresh();

  const std::string& place() const { return options_.place; }
  bool is_file() const { return !url_; }
  /// Reads a file now. An error says why it cannot be used. Before begin().
  Result<> read_now();
  /// Begins to ask, now and then. On its loop's thread.
  void begin();
  /// Lets go whoever waits. Any thread, after the loop has ended.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;

  bool enlist(io::Completion<void>* waiting);
  void attempt();
  void attempt_later(std::chrono::milliseconds delay);
  Task<std::string> fetch();
  Result<std::string> read_file() const;
  Result<> take(const Result<std::string>& text);
  void report(const Result<>& taken);
  void let_go();
  bool has_stopped() const;
  bool is_awaited() const;

  io::Loop& loop_;
  const KeySourceOptions options_;
  const std::optional<http::Url> url_;  // else it is a file
  std::unique_ptr<http::Client> client_;
  std::uint64_t attempts_ = 0;  // on the loop, as what follows
  bool has_failed_ = false;

  mutable std::mutex mutex_;  // of all that follows
  std::shared_ptr<const KeySet> keys_;
  bool is_under_way_ = false;
  bool is_stopped_ = false;
  std::optional<Clock::time_point> begun_;  // the last attempt
  std::vector<io::Completion<void>*> waiting_;
};

}  // namespace millrace::auth
