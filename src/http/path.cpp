#include "http/path.hpp"

#include "http/characters.hpp"

namespace millrace::http {
namespace {

/// The unreserved character that the text's first three bytes escape; 0 when they do not.
char unreserved_at(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return 0;
  const int high = hex_digit(text[1]);
  const int low = hex_digit(text[2]);
  if (high < 0 || high > 7 || low < 0) return 0;
  const char c = static_cast<char>(high * 16 + low);
  return is_unreserved(c) ? c : '\0';
}

}  // namespace

bool normalize_path(std::string_view path, std::string& normal) {
  std::size_t escape = path.find('%');
  while (escape != std::string_view::npos && unreserved_at(path.substr(escape)) == 0) escape = path.find('%', escape + 1);
  if (escape == std::string_view::npos) return false;
  normal.clear();
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = unreserved_at(path.substr(i));
    normal += c != 0 ? c : path[i];
    i += c != 0 ? 2 : 0;
  }
  return true;
}

}  // namespace millrace::http
