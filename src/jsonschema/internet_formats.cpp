// Formats that name something on the network: addresses, host names, URIs (RFC 3986, appendix A) and their international forms.
#include <algorithm>
#include <cstddef>

#include "jsonschema/formats.hpp"

namespace millrace::jsonschema {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr bool is_one_of(char c, std::string_view characters) {
  return characters.find(c) != std::string_view::npos;
}

/// Whether bytes beyond ASCII are allowed: they are in the international forms only.
enum class Characters { ascii, unicode };

constexpr bool is_beyond_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

// unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~", and sub-delims = "!" / "$" / "&" / "'" / "(" / ")" / "*" / "+" / "," / ";" / "="
constexpr bool is_unreserved_or_delimiter(char c, Characters allowed) {
  return is_letter(c) || is_digit(c) || is_one_of(c, "-._~!$&'()*+,;=") || (allowed == Characters::unicode && is_beyond_ascii(c));
}

/// A run of unreserved characters, sub-delimiters, %XX and the extra ones.
bool is_run(std::string_view text, std::string_view extra, Characters allowed) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_unreserved_or_delimiter(text[i], allowed) && !is_one_of(text[i], extra)) {
      return false;
    }
  }
  return true;
}

// scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
bool is_scheme(std::string_view text) {
  if (text.empty() || !is_letter(text[0])) return false;
  return std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || is_one_of(c, "+-."); });
}

// IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
bool is_future_address(std::string_view text) {
  if (text.empty() || (text[0] != 'v' && text[0] != 'V')) return false;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot == 1 || dot + 1 == text.size()) return false;
  if (!std::ranges::all_of(text.substr(1, dot - 1), is_hex)) return false;
  const auto allowed = [](char c) { return is_unreserved_or_delimiter(c, Characters::ascii) || c == ':'; };
  return std::ranges::all_of(text.substr(dot + 1), allowed);
}

// host = IP-literal / IPv4address / reg-name, and port = *DIGIT
bool is_host_and_port(std::string_view text, Characters allowed) {
  std::size_t end = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return false;
    const std::string_view address = text.substr(1, bracket - 1);
    if (!is_ipv6(address) && !is_future_address(address)) return false;
    end = bracket + 1;
  } else if (!is_run(text.substr(0, end), "", allowed)) {
    return false;
  }
  if (end >= text.size()) return true;
  return text[end] == ':' && std::ranges::all_of(text.substr(end + 1), is_digit);
}

// authority = [ userinfo "@" ] host [ ":" port ]
bool is_authority(std::string_view text, Characters allowed) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return is_host_and_port(text, allowed);
  return is_run(text.substr(0, at), ":", allowed) && is_host_and_port(text.substr(at + 1), allowed);
}

/// What follows "scheme:" or is a whole relative reference: [ "//" authority ] path [ "?" query ] [ "#" fragment ].
bool is_hierarchy(std::string_view text, Characters allowed) {
  if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) {
    if (!is_run(text.substr(hash + 1), ":@/?", allowed)) return false;
    text = text.substr(0, hash);
  }
  if (const std::size_t question = text.find('?'); question != std::string_view::npos) {
    if (!is_run(text.substr(question + 1), ":@/?", allowed)) return false;
    text = text.substr(0, question);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const std::size_t slash = std::min(text.find('/'), text.size());
    if (!is_authority(text.substr(0, slash), allowed)) return false;
    text.remove_prefix(slash);
  }
  return is_run(text, ":@/", allowed);
}

bool is_absolute(std::string_view text, Characters allowed) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && is_scheme(text.substr(0, colon)) && is_hierarchy(text.substr(colon + 1), allowed);
}

bool is_reference(std::string_view text, Characters allowed) {
  // A colon in the first segment can only end a scheme.
  const std::size_t special = text.find_first_of(":/?#");
  if (special != std::string_view::npos && text[special] == ':') return is_absolute(text, allowed);
  return is_hierarchy(text, allowed);
}

bool is_label(std::string_view text, Characters allowed) {
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
  return std::ranges::all_of(
      text, [&](char c) { return is_letter(c) || is_digit(c) || c == '-' || (allowed == Characters::unicode && is_beyond_ascii(c)); });
}

/// Labels between dots: none empty, no dot at the end.
bool is_domain(std::string_view text, Characters allowed) {
  if (text.size() > 253) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot), allowed)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// Dot-string = Atom *("." Atom), of RFC 5321.
bool is_dotted_atoms(std::string_view text, Characters allowed) {
  bool after_dot = true;
  for (char c : text) {
    if (c == '.' && after_dot) return false;
    after_dot = c == '.';
    const bool atom = is_letter(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-/=?^_`{|}~");
    if (!after_dot && !atom && !(allowed == Characters::unicode && is_beyond_ascii(c))) return false;
  }
  return !after_dot;
}

// Quoted-string = DQUOTE *( qtextSMTP / "\" %d32-126 ) DQUOTE
bool is_quoted_local_part(std::string_view text, Characters allowed) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return false;
    if (text[i] == '\\' && ++i == text.size()) return false;
    const bool printable = text[i] >= ' ' && text[i] <= '~';
    if (!printable && !(allowed == Characters::unicode && is_beyond_ascii(text[i]))) return false;
  }
  return true;
}

bool is_mailbox(std::string_view text, Characters allowed) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  if (!is_dotted_atoms(local, allowed) && !is_quoted_local_part(local, allowed)) return false;
  if (!domain.starts_with('[') || !domain.ends_with(']')) return is_domain(domain, allowed);
  const std::string_view address = domain.substr(1, domain.size() - 2);
  constexpr std::string_view kTag = "IPv6:";
  return address.starts_with(kTag) ? is_ipv6(address.substr(kTag.size())) : is_ipv4(address);
}

// h16 = 1*4HEXDIG; groups between colons. -1 when one of them is none; the last may be an IPv4 address, which counts as two.
int count_groups(std::string_view text, bool last) {
  if (text.empty()) return 0;
  int groups = 0;
  while (true) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (last && colon == std::string_view::npos && is_ipv4(group)) return groups + 2;
    if (group.empty() || group.size() > 4 || !std::ranges::all_of(group, is_hex)) return -1;
    ++groups;
    if (colon == std::string_view::npos) return groups;
    text.remove_prefix(colon + 1);
  }
}

// varspec = varname [ ":" max-length / "*" ], of RFC 6570.
bool is_variable(std::string_view text) {
  if (text.ends_with('*')) {
    text.remove_suffix(1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    const std::string_view length = text.substr(colon + 1);
    if (length.empty() || length.size() > 4 || length[0] == '0' || !std::ranges::all_of(length, is_digit)) return false;
    text = text.substr(0, colon);
  }
  if (text.empty() || text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '_' && text[i] != '.') {
      return false;
    }
  }
  return true;
}

// expression = "{" [ operator ] variable-list "}"; `text` is what is between the braces.
bool is_expression(std::string_view text) {
  if (!text.empty() && is_one_of(text[0], "+#./;?&=,!@|")) text.remove_prefix(1);
  while (true) {
    const std::size_t comma = text.find(',');
    if (!is_variable(text.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

bool is_literal(std::string_view text) {
  return is_run(text, ":/?#[]@", Characters::unicode);
}

}  // namespace

bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    std::size_t digits = 0;
    int value = 0;
    while (digits < text.size() && digits < 4 && is_digit(text[digits])) value = value * 10 + (text[digits++] - '0');
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[0] == '0')) return false;
    text.remove_prefix(digits);
    if (part == 3) return text.empty();
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
  }
  return false;
}

bool is_ipv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return count_groups(text, true) == 8;
  const std::string_view before = text.substr(0, gap);
  const std::string_view after = text.substr(gap + 2);
  const int left = count_groups(before, false);
  const int right = count_groups(after, true);
  return left >= 0 && right >= 0 && left + right <= 7;
}

bool is_hostname(std::string_view text) {
  return is_domain(text, Characters::ascii);
}

bool is_email(std::string_view text) {
  return is_mailbox(text, Characters::ascii);
}

bool is_idn_email(std::string_view text) {
  return is_mailbox(text, Characters::unicode);
}

bool is_uri(std::string_view text) {
  return is_absolute(text, Characters::ascii);
}

bool is_uri_reference(std::string_view text) {
  return is_reference(text, Characters::ascii);
}

bool is_iri(std::string_view text) {
  return is_absolute(text, Characters::unicode);
}

bool is_iri_reference(std::string_view text) {
  return is_reference(text, Characters::unicode);
}

bool is_uri_template(std::string_view text) {
  while (true) {
    const std::size_t open = text.find_first_of("{}");
    if (!is_literal(text.substr(0, open))) return false;
    if (open == std::string_view::npos) return true;
    const std::size_t close = text.find('}', open);
    if (text[open] == '}' || close == std::string_view::npos) return false;
    if (!is_expression(text.substr(open + 1, close - open - 1))) return false;
    text.remove_prefix(close + 1);
  }
}

}  // namespace millrace::jsonschema
