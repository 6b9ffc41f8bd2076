#include "http/message.hpp"

#include <algorithm>

#include "http/characters.hpp"

namespace millrace::http {

namespace {

/// The bytes of the UTF-8 character that `text` starts with (RFC 3629, section 4); 0 when it is not one.
std::size_t utf8_length(std::string_view text) {
  auto byte = [&](std::size_t i) -> unsigned { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  auto is_tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return is_tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;   // overlong below
    const unsigned high = first == 0xED ? 0x9F : 0xBF;  // surrogates above
    return second >= low && second <= high && is_tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;   // overlong below
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;  // beyond U+10FFFF above
    return second >= low && second <= high && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

bool is_left_out(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// Whether percent-decoding leaves it as it is. No early exit, so that the compiler looks at many bytes at a time.
bool is_plain(std::string_view text, bool plus_is_space) {
  bool plain = true;
  for (const char c : text) plain &= c != '%' && static_cast<unsigned char>(c) < 0x80 && (c != '+' || !plus_is_space);
  return plain;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::optional<std::string_view> find_header(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, end);
    if (line.size() > name.size() + 1 && line[name.size()] == ':' && equal_ignoring_case(line.substr(0, name.size()), name))
      return line.substr(name.size() + 2);
    lines.remove_prefix(std::min(end + 2, lines.size()));
  }
  return std::nullopt;
}

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::patch: return "PATCH";
    case Method::delete_: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::other: break;
  }
  return "other";
}

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return {};
}

Response& Response::add(std::string_view name, std::string_view value) {
  constexpr std::size_t kUsual = 250;  // what the headers of an answer are together: they are seldom moved
  if (headers.empty()) headers.reserve(kUsual);
  headers.append(name).append(": ");
  bool has_control = false;
  for (const char c : value) has_control |= is_left_out(c);
  if (!has_control) headers.append(value);
  for (std::size_t i = 0; has_control && i < value.size(); ++i)
    if (!is_left_out(value[i])) headers.push_back(value[i]);
  headers.append("\r\n");
  return *this;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  if (is_plain(text, plus_is_space)) return std::string(text);
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  if (!is_utf8(decoded)) return std::nullopt;
  return decoded;
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const std::string_view piece = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), piece.size() + 1));
    if (piece.empty()) continue;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    auto name = percent_decode(piece.substr(0, equals), true);
    auto value = percent_decode(piece.substr(std::min(equals + 1, piece.size())), true);
    if (!name || !value) return std::nullopt;
    parameters.emplace_back(*std::move(name), *std::move(value));
  }
  return parameters;
}

std::string media_type(std::string_view header) {
  header = header.substr(0, header.find(';'));
  auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!header.empty() && is_blank(header.front())) header.remove_prefix(1);
  while (!header.empty() && is_blank(header.back())) header.remove_suffix(1);
  std::string type(header);
  std::ranges::transform(type, type.begin(), lower);
  return type;
}

}  // namespace millrace::http
