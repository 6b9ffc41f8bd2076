// Where the errors of one validation go: it places them, counts them, and says when to stop.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/language/ast.hpp"
#include "graphql/language/source.hpp"

namespace millrace::graphql::validation {

class ErrorSink {
 public:
  /// The text must outlive the sink.
  ErrorSink(std::string_view source, std::size_t errors_max) : source_(source), errors_max_(errors_max) {}

  /// Adds an error with the places where the nodes begin. The error after the last one allowed says so and stops the validation; nothing is
  /// added after that.
  void report(std::string message, std::span<const Node* const> nodes);
  void report(std::string message, std::initializer_list<const Node*> nodes) {
    report(std::move(message), std::span(nodes.begin(), nodes.size()));
  }

  /// Stops with "Validation aborted.": a rule has used up its budget.
  void abort() { stop("Validation aborted."); }
  /// Stops with the message, which has no place.
  void stop(std::string message);

  /// Whether nothing more is wanted. A rule need not ask, except before work that is not bounded by the document's size.
  bool is_stopped() const { return is_stopped_; }
  std::vector<GraphqlError> take() { return std::move(errors_); }

 private:
  SourceLocation locate(std::uint32_t offset);
  void mark_source();

  std::string_view source_;
  std::size_t errors_max_;
  bool is_stopped_ = false;
  std::vector<GraphqlError> errors_;
  std::vector<SourceLocation> marks_;  // at every kMarkDistance bytes: an error can have thousands of places
};

}  // namespace millrace::graphql::validation
