#include "http/authority.hpp"

#include <algorithm>

#include "http/characters.hpp"

namespace millrace::http {
namespace {

bool is_plain(char c) {
  return is_unreserved(c) || std::string_view("!$&'()*+,;=").contains(c);
}

/// reg-name or IPv4address: *( unreserved / pct-encoded / sub-delims )
bool is_name(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_plain(text[i])) continue;
    if (text[i] != '%' || text.size() - i < 3 || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) return false;
    i += 2;
  }
  return true;
}

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Between the brackets of an IP-literal.
bool is_literal(std::string_view text) {
  return text.contains(':') && std::ranges::all_of(text, [](char c) { return is_plain(c) || c == ':'; });
}

}  // namespace

bool is_authority(std::string_view text) {
  std::size_t end = text.find(':');
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos || !is_literal(text.substr(1, end - 1))) return false;
    ++end;
  } else if (!is_name(text.substr(0, end))) {
    return false;
  }
  if (end >= text.size()) return true;
  return text[end] == ':' && is_port(text.substr(end + 1));
}

}  // namespace millrace::http
