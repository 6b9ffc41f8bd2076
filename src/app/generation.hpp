// All that follows from one config: storages, what works on them, and what answers requests. Knows no thread that serves and no port.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/model.hpp"
#include "base/result.hpp"
#include "http/load.hpp"
#include "http/message.hpp"
#include "http/traffic.hpp"
#include "io/worker_pool.hpp"
#include "observe/instruments.hpp"

namespace millrace::app {

/// What a generation is given by whoever runs it, and outlives it.
struct GenerationContext {
  io::WorkerPool& workers;
  std::optional<std::filesystem::path> embedded_folder;  // instead of every entity's own storage
  observe::Instruments& instruments;
  http::Traffic& traffic;
  const http::Load& load;
};

class Generation {
 public:
  /// Opens every storage, or shares it with the generation before where nothing of it has changed, and makes what answers.
  static Result<std::unique_ptr<Generation>> make(Model model, GenerationContext context, const Generation* before = nullptr);
  /// Requires: no request is under way.
  ~Generation();
  Generation(const Generation&) = delete;

  const Model& model() const;
  /// What answers every request.
  http::Handler& front();

  /// Starts processors and sinks. Once, when those of the generation before are stopped.
  void start();
  /// Nothing more is sent to brokers; waits so long at most for what they have to acknowledge. Once.
  void stop_sinks(std::chrono::milliseconds drain);
  /// What came until now is processed by whoever is next; what is under way ends, until the deadline. Once.
  void stop_processors(std::chrono::steady_clock::time_point deadline);
  /// Ends sinks and processors at once.
  void halt();

  /// The names of the storages in memory that the next one has not: what is in them ends with this one.
  std::vector<std::string> lost_to(const Generation& next) const;

  /// Whoever follows a feed is told how far it has read.
  void end_feeds();
  /// Whether nothing waits for a store of which nobody waits for the answer: requests that were answered when their time was up, reads for
  /// followers.
  bool is_idle() const;

 private:
  struct State;
  explicit Generation(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace millrace::app
