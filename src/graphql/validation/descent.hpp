// A bound on calls within calls, for rules that follow fragments: those may lead far deeper than the document is nested, and in circles.
#pragma once

#include <cstddef>

#include "graphql/validation/error_sink.hpp"

namespace millrace::graphql::validation {

/// `Descent here(depth, errors); if (!here) return;` at the start of a recursive function. Too deep: validation is aborted. False as well
/// once validation has stopped.
class Descent {
 public:
  Descent(std::size_t& depth, ErrorSink& errors) : depth_(depth), errors_(errors) {
    if (++depth_ > kDepthMax) errors_.abort();
  }
  ~Descent() { --depth_; }
  Descent(const Descent&) = delete;
  Descent& operator=(const Descent&) = delete;

  explicit operator bool() const { return !errors_.is_stopped(); }

 private:
  /// More than valid documents need, less than fills a thread's stack.
  static constexpr std::size_t kDepthMax = 1200;

  std::size_t& depth_;
  ErrorSink& errors_;
};

}  // namespace millrace::graphql::validation
