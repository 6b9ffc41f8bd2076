#include "http/request_head.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <string>
#include <utility>

#include "http/authority.hpp"
#include "http/characters.hpp"

namespace millrace::http {

namespace {

using Read = std::expected<void, Refusal>;

bool is_token(std::string_view text) {
  for (const char c : text) {
    if (!is_token_character(c)) return false;
  }
  return !text.empty();
}

/// Whether there is no control character in it but tab; no early exit, so that the compiler looks at many bytes at a time.
bool is_field_value(std::string_view text) {
  bool bad = false;
  for (const char c : text) bad |= is_control(c);
  return !bad;
}

/// Whether it may be a request target. Bytes beyond ASCII are let through: there are clients that do not escape them.
bool is_target(std::string_view text) {
  bool bad = false;
  for (const char c : text) bad |= static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '#';
  return !bad && !text.empty();
}

Method method_of(std::string_view name) {
  for (const Method method : {Method::get, Method::post, Method::put, Method::patch, Method::delete_, Method::head, Method::options}) {
    if (to_string(method) == name) return method;
  }
  return Method::other;
}

std::unexpected<Refusal> refused(std::string_view what) {
  return std::unexpected(malformed(what));
}

std::unexpected<Refusal> refused(int status, std::string_view code, std::string message) {
  return std::unexpected(Refusal{status, Error{ErrorKind::invalid_argument, code, std::move(message)}});
}

/// Path and query of a target: "/path?query", "*", or "http://authority/path?query" (RFC 9112, section 3.2); the authority when it has one.
bool split_target(std::string_view target, Request& request, std::string_view& host) {
  std::string_view rest = target;
  if (!target.starts_with('/')) {
    const std::size_t scheme = target.find("://");
    if (scheme == std::string_view::npos) {
      request.path = target;
      request.query = {};
      return target == "*" && request.method == Method::options;
    }
    const std::string_view name = target.substr(0, scheme);
    if (!equal_ignoring_case(name, "http") && !equal_ignoring_case(name, "https")) return false;
    rest = target.substr(scheme + 3);
    const std::size_t authority = std::min(rest.find_first_of("/?"), rest.size());
    host = rest.substr(0, authority);
    if (authority == 0 || !is_authority(host)) return false;
    rest.remove_prefix(authority);
  }
  const std::size_t mark = std::min(rest.find('?'), rest.size());
  request.path = mark == 0 ? "/" : rest.substr(0, mark);
  request.query = rest.substr(std::min(mark + 1, rest.size()));
  return true;
}

/// request-line = method SP request-target SP HTTP-version
Read parse_request_line(std::string_view line, Request& request, Framing& framing, std::string_view& host) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return refused("The request line is not METHOD TARGET VERSION.");
  const std::string_view method = line.substr(0, first);
  const std::string_view version = line.substr(last + 1);
  request.target = line.substr(first + 1, last - first - 1);
  if (!is_token(method)) return refused("The method is not a token.");
  request.method = method_of(method);
  if (!is_target(request.target)) return refused("The request target holds a character that must be escaped.");
  if (!split_target(request.target, request, host)) return refused("The request target is neither a path nor an http URL.");
  if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.')
    return refused("The request line does not end in a version.");
  if (version[5] != '1') return refused(505, "http.version", "This server speaks HTTP/1.1.");
  if (version[7] < '0' || version[7] > '9') return refused("The request line does not end in a version.");
  framing.is_http_1_0 = version[7] == '0';
  return {};
}

/// Reads what the fields about the message itself say, one field after the other.
class FramingReader {
 public:
  explicit FramingReader(Framing& framing) : framing_(framing) {}

  Read field(std::string_view name, std::string_view value) {
    switch (name.size()) {
      case 4: return equal_ignoring_case(name, "host") ? host(value) : Read{};
      case 6: return equal_ignoring_case(name, "expect") ? expect(value) : Read{};
      case 8: framing_.has_conditions |= equal_ignoring_case(name, "if-match"); return {};
      case 10: return equal_ignoring_case(name, "connection") ? connection(value) : Read{};
      case 11:
        if (equal_ignoring_case(name, "traceparent")) framing_.traceparent = std::exchange(has_trace_, true) ? "" : value;
        return {};
      case 13: framing_.has_conditions |= equal_ignoring_case(name, "if-none-match"); return {};
      case 14: return equal_ignoring_case(name, "content-length") ? content_length(value) : Read{};
      case 15:
        if (equal_ignoring_case(name, "accept-encoding")) framing_.accept_encoding = value;
        return {};
      case 16: return equal_ignoring_case(name, "content-encoding") ? content_encoding(value) : Read{};
      case 17: return equal_ignoring_case(name, "transfer-encoding") ? transfer_encoding(value) : Read{};
      default: return {};
    }
  }

  /// After the last field.
  Read finish() {
    const bool is_old = framing_.is_http_1_0;
    if (hosts_ > 1 || (hosts_ == 0 && !is_old)) return refused("There must be one Host header.");
    if (has_encoding_ && (has_length_ || is_old)) return refused("Transfer-Encoding with Content-Length or in HTTP/1.0 is ambiguous.");
    framing_.keeps_alive = !asks_to_close_ && (!is_old || asks_to_stay_);
    framing_.expects_continue = expects_continue_ && !is_old && (framing_.is_chunked || framing_.content_length > 0);
    return {};
  }

 private:
  Read host(std::string_view value) {
    ++hosts_;
    if (!is_authority(value)) return refused("The Host header is no host with or without a port.");
    return {};
  }
  Read expect(std::string_view value) {
    if (!equal_ignoring_case(value, "100-continue")) {
      return refused(417, "http.expectation", "The only expectation that is understood is 100-continue.");
    }
    expects_continue_ = true;
    return {};
  }
  Read connection(std::string_view value) {
    while (!value.empty()) {
      const std::size_t comma = std::min(value.find(','), value.size());
      const std::string_view option = trimmed(value.substr(0, comma));
      asks_to_close_ = asks_to_close_ || equal_ignoring_case(option, "close");
      asks_to_stay_ = asks_to_stay_ || equal_ignoring_case(option, "keep-alive");
      value.remove_prefix(std::min(comma + 1, value.size()));
    }
    return {};
  }
  Read content_length(std::string_view value) {
    if (has_length_) return refused("There is more than one Content-Length.");
    has_length_ = true;
    const char* end = value.data() + value.size();
    auto [stop, error] = std::from_chars(value.data(), end, framing_.content_length);
    if (error == std::errc::result_out_of_range) return refused(413, "http.body_too_large", "The body is too large.");
    if (error != std::errc() || stop != end) return refused("Content-Length is not a number.");
    return {};
  }
  Read content_encoding(std::string_view value) {
    if (value.empty() || equal_ignoring_case(value, "identity")) return {};
    if (!framing_.is_gzip && (equal_ignoring_case(value, "gzip") || equal_ignoring_case(value, "x-gzip"))) {
      framing_.is_gzip = true;
      return {};
    }
    return refused(415, "http.content_encoding", "The only content coding that is understood is gzip.");
  }
  Read transfer_encoding(std::string_view value) {
    if (has_encoding_) return refused("There is more than one Transfer-Encoding.");
    has_encoding_ = true;
    framing_.is_chunked = true;
    if (equal_ignoring_case(value, "chunked")) return {};
    return refused(501, "http.transfer_encoding", "The only transfer encoding that is understood is chunked.");
  }

  Framing& framing_;
  int hosts_ = 0;
  bool has_trace_ = false;
  bool has_length_ = false;
  bool has_encoding_ = false;
  bool expects_continue_ = false;
  bool asks_to_close_ = false;
  bool asks_to_stay_ = false;
};

/// field-line = field-name ":" OWS field-value OWS
Read parse_field(std::string_view line, Request& request, FramingReader& framing) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  if (colon == line.size() || !is_token(name)) return refused("A header line is not NAME: VALUE.");
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!is_field_value(value)) return refused(fmt::format("The header {} holds a control character.", name));
  request.headers.emplace_back(name, value);
  return framing.field(name, value);
}

/// The authority of a target holds, whatever the header says (RFC 9112, section 3.2.2).
void replace_host(Request& request, std::string_view host) {
  std::erase_if(request.headers, [](const auto& header) { return equal_ignoring_case(header.first, "host"); });
  request.headers.emplace_back("Host", host);
}

}  // namespace

Refusal malformed(std::string_view what) {
  return {400, Error{ErrorKind::invalid_argument, "http.malformed", std::string(what)}};
}

HeadScanner::Status HeadScanner::scan(std::string_view text) {
  while (const void* found = std::memchr(text.data() + scanned_, '\n', text.size() - scanned_)) {
    const std::size_t feed = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    if (feed == line_ || text[feed - 1] != '\r') return Status::malformed;  // a bare LF
    const bool is_empty = feed - line_ == 1;
    if (!is_empty && (text[line_] == ' ' || text[line_] == '\t')) return Status::malformed;  // a folded line
    const bool is_first = line_ == 0;
    line_ = scanned_ = feed + 1;
    if (is_empty) return is_first ? Status::malformed : Status::found;
  }
  scanned_ = text.size();
  return Status::need_more;
}

std::expected<Framing, Refusal> parse_head(std::string_view head, Request& request) {
  Framing framing;
  FramingReader reader(framing);
  request.headers.clear();
  const std::size_t end = head.find("\r\n");
  std::string_view host;
  if (auto read = parse_request_line(head.substr(0, end), request, framing, host); !read) return std::unexpected(std::move(read).error());
  head.remove_prefix(end + 2);
  while (head.size() > 2) {  // what is left then is the empty line
    const char* feed = static_cast<const char*>(std::memchr(head.data(), '\n', head.size()));
    const std::size_t length = static_cast<std::size_t>(feed - head.data());
    if (auto read = parse_field(head.substr(0, length - 1), request, reader); !read) return std::unexpected(std::move(read).error());
    head.remove_prefix(length + 1);
  }
  if (auto read = reader.finish(); !read) return std::unexpected(std::move(read).error());
  if (!host.empty()) replace_host(request, host);
  return framing;
}

}  // namespace millrace::http
