#include "graphql/validation/error_sink.hpp"

namespace millrace::graphql::validation {
namespace {

constexpr std::uint32_t kMarkDistance = 1024;

/// The place `distance` bytes after a place where the text begins.
SourceLocation advance(SourceLocation from, std::string_view text, std::uint32_t distance) {
  const SourceLocation step = location_at(text, distance);
  if (step.line == 1) return {from.line, from.column + step.column - 1};
  return {from.line + step.line - 1, step.column};
}

}  // namespace

void ErrorSink::report(std::string message, std::span<const Node* const> nodes) {
  if (is_stopped_) return;
  if (errors_.size() >= errors_max_) return stop("Too many validation errors, error limit reached. Validation aborted.");
  GraphqlError& error = errors_.emplace_back(std::move(message));
  error.locations.reserve(nodes.size());
  for (const Node* node : nodes) error.locations.push_back(locate(node->begin));
}

void ErrorSink::stop(std::string message) {
  if (is_stopped_) return;
  is_stopped_ = true;
  errors_.emplace_back(std::move(message));
}

SourceLocation ErrorSink::locate(std::uint32_t offset) {
  if (marks_.empty()) mark_source();
  const std::uint32_t mark = offset / kMarkDistance;
  return advance(marks_[mark], source_.substr(mark * kMarkDistance), offset % kMarkDistance);
}

void ErrorSink::mark_source() {
  marks_.push_back({1, 1});
  for (std::size_t at = 0; at + kMarkDistance <= source_.size(); at += kMarkDistance) {
    marks_.push_back(advance(marks_.back(), source_.substr(at), kMarkDistance));
  }
}

}  // namespace millrace::graphql::validation
