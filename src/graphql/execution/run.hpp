// One request being executed, within its time.
//
// Whoever asked and what was asked of the resolvers both hold the run. When the time is up the one that asked gets its answer and leaves;
// what is under way ends by itself, asks for nothing more, and frees what it used.
#pragma once

#include <atomic>
#include <coroutine>
#include <memory>
#include <optional>

#include "base/task.hpp"
#include "graphql/execution/answer.hpp"
#include "graphql/execution/engine_options.hpp"
#include "graphql/execution/prepared.hpp"

namespace millrace::graphql {

class Run {
 public:
  /// What it uses, and keeps until its last call has ended.
  struct Parts {
    const Schema& schema;  // outlives it
    std::shared_ptr<Prepared> prepared;
    std::shared_ptr<const Plan> plan;
    Variables variables;
    Caller caller;
    std::string root = "{}";  // the operation's object: what a subscription's event is
  };

  /// `running` counts the runs that are there. Options and counter must outlive it.
  Run(Parts parts, const EngineOptions& options, std::atomic<std::size_t>& running);
  ~Run();
  Run(const Run&) = delete;

  /// Runs it; nothing when it took too long. Once.
  static Task<std::optional<Answer>> answer(std::shared_ptr<Run> run);

 private:
  static Task<Answer> work(std::shared_ptr<Run> run);
  bool is_over() const;
  void finish(std::optional<Answer> answer);

  const Parts parts_;
  const EngineOptions& options_;
  std::atomic<std::size_t>& running_;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  bool is_answered_ = false;
  std::optional<Answer> answer_;
  std::coroutine_handle<> awaiter_;
};

}  // namespace millrace::graphql
