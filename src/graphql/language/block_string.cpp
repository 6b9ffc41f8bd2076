#include "graphql/language/block_string.hpp"

#include <algorithm>
#include <vector>

namespace millrace::graphql {
namespace {

constexpr std::string_view kTripleQuote = "\"\"\"";
constexpr std::string_view kEscapedTripleQuote = "\\\"\"\"";

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    std::size_t end = text.find_first_of("\r\n");
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
}

std::size_t indentation(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::find_if_not(line, is_blank) - line.begin());
}

bool is_blank_line(std::string_view line) {
  return indentation(line) == line.size();
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (std::size_t at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
    out.append(text.substr(0, at)).append(to);
    text.remove_prefix(at + from.size());
  }
  return out.append(text);
}

/// Of all lines but the first and the blank ones.
std::size_t common_indentation(const std::vector<std::string_view>& lines) {
  std::size_t common = std::string_view::npos;
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (!is_blank_line(lines[i])) common = std::min(common, indentation(lines[i]));
  return common;
}

}  // namespace

std::string block_string_value(std::string_view raw) {
  std::vector<std::string_view> lines = lines_of(raw);
  std::size_t common = common_indentation(lines);
  auto first = std::ranges::find_if_not(lines, is_blank_line);
  auto last = std::find_if_not(lines.rbegin(), std::make_reverse_iterator(first), is_blank_line).base();
  std::string out;
  for (auto line = first; line < last; ++line) {
    if (line != first) out += '\n';
    out += line == lines.begin() ? *line : line->substr(std::min(common, line->size()));
  }
  return replaced(out, kEscapedTripleQuote, kTripleQuote);
}

std::string print_block_string(std::string_view value) {
  std::string escaped = replaced(value, kTripleQuote, kEscapedTripleQuote);
  std::vector<std::string_view> lines = lines_of(escaped);
  bool is_single = lines.size() == 1;
  auto starts_blank = [](std::string_view line) { return line.empty() || is_blank(line.front()); };
  // Without a line break first, an indentation that all later lines share would be taken for layout.
  bool breaks_first = !is_single && std::all_of(lines.begin() + 1, lines.end(), starts_blank);
  bool ends_escaped = escaped.ends_with(kEscapedTripleQuote);
  bool breaks_last = (value.ends_with('"') && !ends_escaped) || value.ends_with('\\');
  bool is_spread = !is_single || value.size() > 70 || breaks_last || breaks_first || ends_escaped;
  bool keeps_first_line = is_single && !value.empty() && is_blank(value.front());

  std::string out(kTripleQuote);
  if ((is_spread && !keeps_first_line) || breaks_first) out += '\n';
  out += escaped;
  if (is_spread || breaks_last) out += '\n';
  return out.append(kTripleQuote);
}

}  // namespace millrace::graphql
