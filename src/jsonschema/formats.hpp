// The values of "format" that are asserted, each checked by hand: no regular expression, no allocation.
//
// The rules are the RFCs' own, as strict as the standard's test cases: date-time is what parse_rfc3339 of base/instant.hpp takes, date and
// time are RFC 3339 with leap seconds, duration is its appendix A, e-mail addresses are RFC 5321 mailboxes, host names RFC 1123, URIs
// RFC 3986, pointers RFC 6901. Not asserted, as an unknown format is not: idn-hostname (it needs the Unicode tables of IDNA) and whether
// the punycode of an "xn--" label means anything.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::jsonschema {

struct Format {
  std::string_view name;
  bool (*accepts)(std::string_view text);  // Requires: valid UTF-8
  std::string_view message;                // what to tell whoever sent a text that it does not accept
};

/// The format of that name, or nullptr: then it is not asserted. Formats are constants; nobody owns them.
const Format* find_format(std::string_view name);

/// The names of all formats that are asserted.
std::vector<std::string> format_names();

bool is_date_time(std::string_view text);
bool is_date(std::string_view text);
bool is_time(std::string_view text);
bool is_duration(std::string_view text);
bool is_uuid(std::string_view text);
bool is_json_pointer(std::string_view text);
bool is_relative_json_pointer(std::string_view text);
bool is_regex(std::string_view text);

// In internet_formats.cpp.
bool is_email(std::string_view text);
bool is_idn_email(std::string_view text);
bool is_hostname(std::string_view text);
bool is_ipv4(std::string_view text);
bool is_ipv6(std::string_view text);
bool is_uri(std::string_view text);
bool is_uri_reference(std::string_view text);
bool is_iri(std::string_view text);
bool is_iri_reference(std::string_view text);
bool is_uri_template(std::string_view text);

}  // namespace millrace::jsonschema
