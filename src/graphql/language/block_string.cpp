#include "graphql/language/block_string.hpp"

#include <algorithm>

namespace millrace::graphql {
namespace {

constexpr std::string_view kTripleQuote = "\"\"\"";
constexpr std::string_view kEscapedTripleQuote = "\\\"\"\"";

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Calls `visit(line, number)` for each line, from 0. There may be half as many as bytes: they are not kept.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  for (std::size_t number = 0;; ++number) {
    const std::size_t end = text.find_first_of("\r\n");
    visit(text.substr(0, end), number);
    if (end == std::string_view::npos) return;
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

/// What the lines of a block string have in common.
struct Layout {
  std::size_t indentation = std::string_view::npos;  // of all lines but the first and the blank ones
  std::size_t first = std::string_view::npos;        // line that is not blank
  std::size_t last = 0;                              // the same
};

Layout layout_of(std::string_view raw) {
  Layout layout;
  for_each_line(raw, [&layout](std::string_view line, std::size_t number) {
    if (is_blank_line(line)) return;
    if (number > 0) layout.indentation = std::min(layout.indentation, indentation(line));
    layout.first = std::min(layout.first, number);
    layout.last = number;
  });
  return layout;
}

}  // namespace

std::string block_string_value(std::string_view raw) {
  const Layout layout = layout_of(raw);
  std::string out;
  for_each_line(raw, [&](std::string_view line, std::size_t number) {
    if (number < layout.first || number > layout.last) return;
    if (number > layout.first) out += '\n';
    out += number == 0 ? line : line.substr(std::min(layout.indentation, line.size()));
  });
  return out.contains(kEscapedTripleQuote) ? replaced(out, kEscapedTripleQuote, kTripleQuote) : out;
}

std::string print_block_string(std::string_view value) {
  std::string escaped = replaced(value, kTripleQuote, kEscapedTripleQuote);
  bool is_single = true;
  bool are_later_blank = true;  // at their start
  for_each_line(escaped, [&](std::string_view line, std::size_t number) {
    if (number == 0) return;
    is_single = false;
    are_later_blank = are_later_blank && (line.empty() || is_blank(line.front()));
  });
  // Without a line break first, an indentation that all later lines share would be taken for layout.
  bool breaks_first = !is_single && are_later_blank;
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
