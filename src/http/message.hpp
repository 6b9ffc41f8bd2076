// HTTP messages as handlers see them (RFC 9110). No socket, no Boost.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/principal.hpp"
#include "base/task.hpp"
#include "base/trace.hpp"
#include "http/web_socket.hpp"

namespace millrace::http {

class Route;

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

std::string_view to_string(Method method);

/// A body piece by piece, in either direction. Whoever asks for the next piece is done with the one before, so nothing is held but one
/// piece: a client that sends or reads slowly holds back whatever is at the other end.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  /// The next piece; empty at the end, and not to be asked again after it. The view holds until the next call. An error ends a body that
  /// goes out by cutting the connection, since its head has gone already.
  virtual Task<std::string_view> next() = 0;
  /// Nobody wants the rest of a body that goes out: a next() that waits for something must end soon. Called on the connection's loop.
  virtual void stop() {}
};

/// A request whole, its body included. The views point into the connection's buffers and hold until the handler's task ends, and until the
/// end of the response's stream when it has one.
struct Request {
  Method method = Method::get;
  std::string_view target;  // as sent
  std::string_view path;    // percent-encoding as sent, without query
  std::string_view query;   // after '?', without it
  std::string_view body;
  BodyStream* stream = nullptr;  // instead of `body` when the handler takes it piece by piece: Handler::intake()
  std::string_view remote;       // the client's address: that of the connection, or what a proxy says (proxies.hpp)
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::shared_ptr<const Principal> principal = nullptr;  // who asks; null: nobody who said so
  Trace trace = {};                                      // its place in the trace that its client began, or in one of its own
  Route** route = nullptr;                               // where it is kept which one it took; null: nobody counts

  /// The first header of that name, whatever its case; empty when absent.
  std::string_view header(std::string_view name) const;
  /// It is one of this route's (traffic.hpp), as far as is known now. Null: one that is not counted.
  void takes(Route* taken) const {
    if (route != nullptr && taken != nullptr) *route = taken;
  }
};

/// The value of the first header of that name in "Name: value\r\n" lines, whatever its case.
std::optional<std::string_view> find_header(std::string_view lines, std::string_view name);

/// A response. Content-Length, Transfer-Encoding, Content-Encoding, Date and Connection are the server's.
struct Response {
  int status = 200;
  std::string headers;  // "Name: value\r\n" lines; use add()
  std::string body;
  std::unique_ptr<BodyStream> stream = nullptr;         // instead of `body`: pulled as the client takes it
  std::optional<std::uint64_t> stream_length = {};      // how many bytes it gives, when that is known
  std::unique_ptr<WebSocketSession> session = nullptr;  // the answer to asks_for_web_socket(); headers are those of the handshake
  /// The request changed nothing though it was no GET: where there is no memory for the answer, the client may be told to ask again.
  bool only_reads = false;
  /// The stream goes on for as long as its client takes it, in pieces that each stand for themselves: it ends when what allows it does.
  bool is_feed = false;

  /// Adds a header. Line breaks and other control characters in the value are dropped, so that no value can start a new header.
  Response& add(std::string_view name, std::string_view value);
  /// The first header of that name, whatever its case; nothing when absent.
  std::optional<std::string_view> header(std::string_view name) const { return find_header(headers, name); }
};

/// How the body of a request is to be taken.
struct Intake {
  std::optional<std::size_t> body_bytes_max = {};  // 413 beyond; the server's own limit when not set
  bool streamed = false;                           // piece by piece, as Request::stream
  bool under_overload = false;                     // answered even when too many requests are under way
};

/// What answers requests. Called on the loop that owns the connection; one task per request.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Asked once the head of a request that has a body is there, and when there are too many requests.
  virtual Intake intake(const Request& /*head*/) const { return {}; }
  /// Whether it may be asked without credentials where those are required: it shows nothing of what is stored, or asks for them itself.
  virtual bool is_open(const Request& /*head*/) const { return false; }
  virtual Task<Response> handle(const Request& request) = 0;
};

bool is_utf8(std::string_view text);

/// Percent-decodes; nothing when an escape is malformed or the result is no valid UTF-8. `plus_is_space` for query strings.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// The decoded parameters of a query string in order; nothing when one is malformed.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

/// The media type before any parameters, in lower case: "application/json".
std::string media_type(std::string_view header);

}  // namespace millrace::http
