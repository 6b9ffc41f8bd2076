// jq programs as a transform: `where`, `key` and `transform` of a processor, run in child processes (jq_worker.hpp).
//
// What a program sees is the document as REST shows it. An event is judged by itself: one that takes too long, needs too much memory or
// ends its process has failed, and the others of its batch are run again. Time is the processor time that a child has had, so that a
// machine with too much to do fails no event. While others wait, an event that takes long goes on in a child of its own (`late`).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/loop.hpp"
#include "processing/transform.hpp"

namespace millrace::transform {

/// Empty text: there is none. Without `where` every event is meant, without `key` its id is the key.
struct JqPrograms {
  std::string where = {};
  std::string key = {};
  std::string transform = {};
};

struct JqOptions {
  JqPrograms programs = {};
  std::size_t workers = 1;                   // child processes
  std::chrono::milliseconds timeout{1'000};  // for one event; kept to within 100 ms
  std::size_t memory_max = 256u << 20;       // of a child, beyond what it has when it is ready; no limit under AddressSanitizer
  std::size_t output_max = 1u << 20;         // bytes of one result
};

/// What jq has to say against a program.
struct JqProblem {
  std::string_view program;  // "where", "key" or "transform"
  std::size_t line = 0;      // from 1, within the program; 0: not known
  std::size_t column = 0;    // from 1, in characters
  std::string message;
};

/// Compiles the programs in a child; empty when they are good. Blocks for some 20 ms for each. Error "transform.worker" (unavailable).
Result<std::vector<JqProblem>> check_programs(const JqPrograms& programs);

/// For the loop's thread.
class JqTransform final : public processing::Transform {
 public:
  /// Starts its children when they are needed. The loop outlives it.
  JqTransform(io::Loop& loop, JqOptions options);
  /// Requires: no call is under way.
  ~JqTransform() override;

  /// Errors, both unavailable: "transform.worker" when no child can be started, or all end at once; "transform.stopped" after give_up().
  Task<std::vector<processing::Classified>> classify(std::vector<processing::Event> events) override;
  /// The same. Requires: there is a program `transform`.
  Task<std::vector<processing::Transformed>> run(std::vector<processing::Event> events) override;

  void give_up() override;

  /// The processes that run now, for tests.
  std::vector<int> processes() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace millrace::transform
