// The bytes that arrive on a client's connection, as the response to one request after the other (RFC 9112). It owns the buffers and no
// socket. Servers are not trusted: heads and bodies have limits, which are found to be passed before that much is kept.
//
//   reader.begin(method)
//   while (true) switch (reader.step()) {
//     case Step::need_more: read into reader.space(), then reader.received(n); at the connection's end reader.ended()
//     case Step::response:  reader.take()
//     case Step::failed:    reader.error(); the connection is of no more use
//   }
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "http/byte_buffer.hpp"
#include "http/chunked.hpp"
#include "http/message.hpp"
#include "http/request_head.hpp"

namespace millrace::http {

class ResponseReader {
 public:
  static constexpr std::size_t kHeadBytesMax = 32 * 1024;

  explicit ResponseReader(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  enum class Step : std::uint8_t { need_more, response, failed };

  /// A request was sent. Whether a response has a body depends on it.
  void begin(Method method);
  /// Takes the next step through what has come in. Interim responses (1xx) are read over.
  Step step();
  /// The connection has ended, which ends a body that has no length; else it is "http.answer_cut".
  Step ended();

  /// Where the next bytes go, never empty. Requires: need_more.
  std::span<char> space();
  void received(std::size_t count);

  /// The response with its body, gzip unfolded. Errors "http.answer" when it is not what it is said to be, "http.answer_too_large".
  Result<Response> take();
  /// Whether the connection can have another request. Requires: response.
  bool keeps_alive() const { return keeps_alive_ && in_.is_empty(); }
  /// Whether anything has come in since begin().
  bool has_begun() const { return has_begun_; }
  /// "http.answer", "http.answer_too_large" or "http.answer_cut", all unavailable. Requires: failed.
  const Error& error() const { return error_; }

 private:
  enum class State : std::uint8_t { head, length, chunks, until_end, response, failed };
  Step step_head();
  Step step_body();
  Step step_chunks();
  bool read_head(std::string_view head);
  bool read_status(std::string_view line);
  bool read_field(std::string_view name, std::string_view value);
  void set_framing();
  bool gather(std::string_view piece);
  Step fail(std::string_view code, std::string message);
  Step finish();

  const std::size_t body_bytes_max_;
  State state_ = State::response;
  Method method_ = Method::get;
  bool has_begun_ = false;
  bool keeps_alive_ = false;
  bool is_chunked_ = false;
  bool has_length_ = false;
  std::uint64_t left_ = 0;  // of a body with a length
  ByteBuffer in_;
  HeadScanner scanner_;
  ChunkedDecoder chunks_;
  Response response_;
  Error error_;
};

}  // namespace millrace::http
