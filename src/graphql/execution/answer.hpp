// Writing the answer: one pass over what was fetched (specification 6.4 and 7.1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "graphql/execution/object_tree.hpp"
#include "graphql/language/source.hpp"

namespace millrace::graphql {

/// Appends an error as an entry of "errors": message, locations, path (a JSON array, or empty) and, when there is a code, extensions with
/// it and the details, {path, keyword, message} each.
void append_error(std::string& out, std::string_view message, const std::vector<SourceLocation>& locations, std::string_view path,
                  std::string_view code, const std::vector<ErrorDetail>& details = {});

/// The two halves of a response: `data` is a JSON object or null; `errors` the entries of the list, comma-separated, or empty.
struct Answer {
  std::string data;
  std::string errors;
};

/// Writes `data` for a root set whose fetches are done. An error at a non-null field cuts the output back to the start of the nearest
/// nullable parent.
Answer write_answer(const ObjectSet& root, std::string_view source);

}  // namespace millrace::graphql
