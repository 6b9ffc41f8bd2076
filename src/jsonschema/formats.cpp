#include "jsonschema/formats.hpp"

#include <cstddef>

#include "base/instant.hpp"
#include "jsonschema/pattern.hpp"

namespace millrace::jsonschema {
namespace {

constexpr Format kFormats[] = {
    {"date-time", is_date_time, "must be a date-time (RFC 3339), such as 2024-01-01T12:00:00Z"},
    {"date", is_date, "must be a date (RFC 3339), such as 2024-01-31"},
    {"time", is_time, "must be a time with an offset (RFC 3339), such as 12:00:00Z"},
    {"duration", is_duration, "must be a duration (ISO 8601), such as P1DT12H"},
    {"email", is_email, "must be an e-mail address, such as anna@example.com"},
    {"idn-email", is_idn_email, "must be an e-mail address, such as anna@example.com"},
    {"hostname", is_hostname, "must be a host name, such as api.example.com"},
    {"ipv4", is_ipv4, "must be an IPv4 address, such as 192.0.2.1"},
    {"ipv6", is_ipv6, "must be an IPv6 address, such as 2001:db8::1"},
    {"uri", is_uri, "must be a URI with a scheme, such as https://example.com/path"},
    {"uri-reference", is_uri_reference, "must be a URI or a relative reference, such as /path?key=value"},
    {"iri", is_iri, "must be an IRI with a scheme, such as https://example.com/path"},
    {"iri-reference", is_iri_reference, "must be an IRI or a relative reference, such as /path?key=value"},
    {"uri-template", is_uri_template, "must be a URI template (RFC 6570), such as /users/{id}"},
    {"uuid", is_uuid, "must be a UUID, such as 018f4e5c-7a0b-7c3d-8e9f-0a1b2c3d4e5f"},
    {"json-pointer", is_json_pointer, "must be a JSON Pointer (RFC 6901), such as /data/0"},
    {"relative-json-pointer", is_relative_json_pointer, "must be a relative JSON Pointer, such as 1/name"},
    {"regex", is_regex, "must be a regular expression (ECMA-262)"},
};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// The number that two digits make; 100, which is out of every range here, when they are not digits.
int two_digits(const char* at) {
  const bool digits = is_digit(at[0]) && is_digit(at[1]);
  return digits ? (at[0] - '0') * 10 + (at[1] - '0') : 100;
}

int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

/// The offset's minutes, east positive; nothing in range (so that no leap second fits) when it is none.
constexpr int kNoOffset = 100'000;

int offset_minutes(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-')) return kNoOffset;
  const int hours = two_digits(&text[1]);
  const int minutes = two_digits(&text[4]);
  if (hours > 23 || minutes > 59) return kNoOffset;
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

/// Skips digits and the designator after them; false when they are not there.
bool skip_component(std::string_view& text, char designator) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || digits == text.size() || text[digits] != designator) return false;
  text.remove_prefix(digits + 1);
  return true;
}

/// Components in the order of their designators, none left out between the first and the last; at least one.
bool skip_components(std::string_view& text, std::string_view designators) {
  std::size_t first = 0;
  while (first < designators.size() && !skip_component(text, designators[first])) ++first;
  if (first == designators.size()) return false;
  for (std::size_t i = first + 1; i < designators.size(); ++i) {
    if (!skip_component(text, designators[i])) break;
  }
  return true;
}

}  // namespace

const Format* find_format(std::string_view name) {
  for (const Format& format : kFormats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const Format& format : kFormats) names.emplace_back(format.name);
  return names;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const int century = two_digits(&text[0]);
  const int year = two_digits(&text[2]);
  const int month = two_digits(&text[5]);
  const int day = two_digits(&text[8]);
  if (century > 99 || year > 99 || month < 1 || month > 12) return false;
  return day >= 1 && day <= days_in_month(century * 100 + year, month);
}

bool is_time(std::string_view text) {
  if (text.size() < 9 || text[2] != ':' || text[5] != ':') return false;
  const int hour = two_digits(&text[0]);
  const int minute = two_digits(&text[3]);
  const int second = two_digits(&text[6]);
  if (hour > 23 || minute > 59 || second > 60) return false;
  std::size_t at = 8;
  if (text[at] == '.') {
    do ++at;
    while (at < text.size() && is_digit(text[at]));
    if (at == 9) return false;
  }
  const int offset = offset_minutes(text.substr(at));
  if (offset == kNoOffset) return false;
  // A leap second is the last one of a day in UTC.
  constexpr int kDay = 24 * 60;
  return second < 60 || (hour * 60 + minute - offset + kDay) % kDay == kDay - 1;
}

bool is_date_time(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return false;
  if (!is_date(text.substr(0, 10)) || !is_time(text.substr(11))) return false;
  // A leap second is the last one of a month: the calendar in the offset's zone has to be asked.
  return text.substr(17, 2) != "60" || parse_rfc3339(text).has_value();
}

// RFC 3339, appendix A: weeks stand alone, and the components between the first and the last are all there.
bool is_duration(std::string_view text) {
  if (text.size() < 3 || text[0] != 'P') return false;
  text.remove_prefix(1);
  if (skip_component(text, 'W')) return text.empty();
  if (text[0] != 'T' && !skip_components(text, "YMD")) return false;
  if (text.empty()) return true;
  if (text[0] != 'T') return false;
  text.remove_prefix(1);
  return skip_components(text, "HMS") && text.empty();
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_json_pointer(std::string_view text) {
  if (text.empty()) return true;
  if (text[0] != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') continue;
    if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return false;
  }
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
  text.remove_prefix(digits);
  return text == "#" || is_json_pointer(text);
}

bool is_regex(std::string_view text) {
  return translate_pattern(text).syntax_error.empty();
}

}  // namespace millrace::jsonschema
