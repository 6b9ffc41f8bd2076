// What query templates in JSON and in SQL have in common: mustaches, places, and the numbers of parameters.
//
// A template is read, never pasted: a mustache stands for one value, so only a plain {{name}} (or {{{name}}}) is taken. Everything else
// that Handlebars knows (blocks, partials, paths) is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.hpp"

namespace millrace::document {

struct Mustache {
  std::size_t begin = 0;  // of the first brace
  std::size_t end = 0;    // after the last brace
  std::string_view name;
};

/// Whether a mustache starts at this offset.
inline bool is_mustache_at(std::string_view text, std::size_t offset) {
  return text.substr(offset).starts_with("{{");
}

/// Reads the mustache at this offset. The error is a problem in one sentence.
std::expected<Mustache, std::string> read_mustache(std::string_view text, std::size_t offset);

/// The number of a parameter; a new name gets the next one.
std::uint32_t parameter_number(std::vector<std::string>& names, std::string_view name);

/// Collects the problems of one template.
class TemplateProblems {
 public:
  TemplateProblems(std::string_view text, const Place& where) : text_(text), where_(where) {}
  /// A problem at an offset of the template; the message names its line and column there.
  void add(std::size_t offset, std::string_view message, std::string hint = {});
  bool empty() const { return problems_.empty(); }
  std::vector<Problem> take() { return std::move(problems_); }

 private:
  std::string_view text_;
  const Place& where_;
  std::vector<Problem> problems_;
};

}  // namespace millrace::document
