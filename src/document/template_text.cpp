#include "document/template_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::document {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_name(std::string_view text) {
  const auto continues = [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, continues);
}

}  // namespace

std::expected<Mustache, std::string> read_mustache(std::string_view text, std::size_t offset) {
  const std::size_t braces = text.substr(offset).starts_with("{{{") ? 3 : 2;
  const std::size_t inside = offset + braces;
  const std::size_t close = text.find(std::string_view("}}}").substr(0, braces), inside);
  if (close == std::string_view::npos) return std::unexpected("The mustache is not closed.");
  const std::string_view name = trimmed(text.substr(inside, close - inside));
  if (!is_name(name)) {
    return std::unexpected(fmt::format("A template takes plain parameters such as {{{{name}}}}, not \"{{{{{}}}}}\".", name));
  }
  return Mustache{.begin = offset, .end = close + braces, .name = name};
}

std::uint32_t parameter_number(std::vector<std::string>& names, std::string_view name) {
  const auto known = std::ranges::find(names, name);
  const auto number = static_cast<std::uint32_t>(known - names.begin());
  if (known == names.end()) names.emplace_back(name);
  return number;
}

void TemplateProblems::add(std::size_t offset, std::string_view message, std::string hint) {
  const std::string_view before = text_.substr(0, offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  problems_.push_back(
      {.place = where_, .message = fmt::format("Template {}:{}: {}", line, offset - line_begin + 1, message), .hint = std::move(hint)});
}

}  // namespace millrace::document
