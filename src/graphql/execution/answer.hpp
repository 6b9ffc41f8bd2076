// Writing the answer: one pass over what was fetched (specification 6.4 and 7.1).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "graphql/execution/object_tree.hpp"
#include "graphql/language/source.hpp"

namespace millrace::graphql {

/// Appends an error as an entry of "errors": message, locations, path (a JSON array, or empty) and, when there is a code, extensions with
/// it, further members (JSON, or empty) and the details, {path, keyword, message} each.
void append_error(std::string& out, std::string_view message, const std::vector<SourceLocation>& locations, std::string_view path,
                  std::string_view code, std::span<const ErrorDetail> details = {}, std::string_view members = {});

/// The two halves of a response: `data` is a JSON object or null; `errors` the entries of the list, comma-separated, or empty.
struct Answer {
  std::string data;
  std::string errors;
};

/// What a writer looks up; all of it must outlive it.
struct AnswerContext {
  const Schema& schema;
  const Variables& variables;
  std::string_view source;
  bool hides_members = false;  // EngineOptions
};

/// The code of an error as GraphQL's clients know it.
inline std::string_view code_of(const Error& error) {
  return error.kind == ErrorKind::forbidden ? std::string_view("FORBIDDEN") : error.code;
}

/// Writes `data` root field by root field. An error at a non-null field cuts the output back to the start of the nearest nullable parent.
/// The root must outlive it.
class AnswerWriter {
 public:
  AnswerWriter(const ObjectSet& root, const AnswerContext& context);
  ~AnswerWriter();

  /// Writes the next root field; requires: its fetch is done. False, when the whole answer is null and nothing more shall be written.
  bool write(const PlannedField& field);
  Answer take();

 private:
  class Writer;
  const ObjectSet& root_;
  std::unique_ptr<Writer> writer_;
  bool is_null_ = false;
};

}  // namespace millrace::graphql
