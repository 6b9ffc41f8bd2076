// The head of a request: request line and header fields (RFC 9112, sections 2 to 6). Pure functions over text.
//
// Strict where leniency lets two programs see different requests in the same bytes: lines end in CRLF and nothing else, no folded lines,
// no white space before a colon, one Content-Length or one Transfer-Encoding and never both, one Host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#include "base/error.hpp"
#include "http/message.hpp"

namespace millrace::http {

/// Why a request is answered by the server itself, after which the connection ends.
struct Refusal {
  int status;
  Error error;
};

/// What a head says about the message around it.
struct Framing {
  std::uint64_t content_length = 0;
  bool is_chunked = false;
  bool is_http_1_0 = false;
  bool keeps_alive = true;  // the client would go on with this connection
  bool expects_continue = false;
  bool is_gzip = false;               // the body's content coding
  bool has_conditions = false;        // If-Match or If-None-Match
  std::string_view traceparent = {};  // empty where there are several
  std::string_view accept_encoding = {};
};

/// Finds where a head ends as its bytes come in, and looks at each byte once.
class HeadScanner {
 public:
  enum class Status : std::uint8_t { need_more, found, malformed };
  /// `text` starts where the head starts and only grows between calls.
  Status scan(std::string_view text);
  /// The length of the head with its empty line. Requires: found.
  std::size_t length() const { return line_; }

 private:
  std::size_t line_ = 0;     // start of the line that is not complete yet
  std::size_t scanned_ = 0;  // no line end before this
};

/// Reads a whole head as HeadScanner found it into `request`, whose views point into `head` afterwards; body and remote are left alone.
std::expected<Framing, Refusal> parse_head(std::string_view head, Request& request);

/// The refusals that others share.
Refusal malformed(std::string_view what);

}  // namespace millrace::http
