// HTTP messages as handlers see them (RFC 9110). No socket, no Boost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.hpp"

namespace millrace::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

std::string_view to_string(Method method);

/// A request whole, its body included. The views point into the connection's buffers and hold until the handler's task ends.
struct Request {
  Method method = Method::get;
  std::string_view target;  // as sent
  std::string_view path;    // percent-encoding as sent, without query
  std::string_view query;   // after '?', without it
  std::string_view body;
  std::string_view remote;  // the client's address
  std::vector<std::pair<std::string_view, std::string_view>> headers;

  /// The first header of that name, whatever its case; empty when absent.
  std::string_view header(std::string_view name) const;
};

/// A response whole. Content-Length, Date, Connection and Server are the server's.
struct Response {
  int status = 200;
  std::string headers;  // "Name: value\r\n" lines; use add()
  std::string body;

  /// Adds a header. Line breaks and other control characters in the value are dropped, so that no value can start a new header.
  Response& add(std::string_view name, std::string_view value);
};

/// What answers requests. Called on the loop that owns the connection; one task per request.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual Task<Response> handle(const Request& request) = 0;
};

/// Percent-decodes; nothing when an escape is malformed or the result is no valid UTF-8. `plus_is_space` for query strings.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// The decoded parameters of a query string in order; nothing when one is malformed.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

/// The media type before any parameters, in lower case: "application/json".
std::string media_type(std::string_view header);

}  // namespace millrace::http
