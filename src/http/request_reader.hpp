// The bytes that arrive on one connection, as requests (RFC 9112). It owns the buffers and no socket.
//
//   while (true) switch (reader.step()) {
//     case Step::need_more: read into reader.space(), then reader.received(n)
//     case Step::head:      the head is there: set_body_limit(), stream_body(), answer `Expect: 100-continue`
//     case Step::piece:     some of a streamed body: reader.piece()
//     case Step::request:   the body too: answer reader.request(), then reader.finish()
//     case Step::refused:   answer reader.refusal() and close
//   }
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/byte_buffer.hpp"
#include "http/chunked.hpp"
#include "http/message.hpp"
#include "http/request_head.hpp"

namespace millrace::http {

class RequestReader {
 public:
  explicit RequestReader(std::size_t header_bytes_max, std::size_t headers_max = 100)
      : header_bytes_max_(header_bytes_max), headers_max_(headers_max) {}

  enum class Step : std::uint8_t { need_more, head, piece, request, refused };
  /// Takes the next step through what has come in. Asking again without new bytes gives need_more (or refused) again.
  Step step();

  /// Where the next bytes of the connection go, never empty. Requires: need_more.
  std::span<char> space();
  void received(std::size_t count);

  /// The views hold from Step::head (the body from Step::request) until finish().
  Request& request() { return request_; }
  const Request& request() const { return request_; }
  const Framing& framing() const { return framing_; }
  /// How large the body may be: 413 beyond, before it is kept. Requires: head.
  void set_body_limit(std::size_t limit) { body_limit_ = limit; }
  std::size_t body_limit() const { return body_limit_; }
  /// Gives the body in pieces instead of gathering it. Requires: head.
  void stream_body() { is_streamed_ = true; }
  /// Holds until the next step. Requires: piece.
  std::string_view piece() const { return piece_; }
  /// Whether the client waits for `100 Continue` before it sends the body. Requires: head.
  bool waits_for_continue() const { return framing_.expects_continue && in_.is_empty(); }
  /// Goes on to what follows the request. Requires: request.
  void finish();

  const Refusal& refusal() const { return refusal_; }
  bool is_refused() const { return state_ == State::refused; }
  /// Gives the request up, such as for its time, and the memory of its body with it.
  Step refuse(Refusal refusal);
  Refusal too_large() const;

  /// The memory that it has taken.
  std::size_t held() const { return in_.capacity() + body_.capacity(); }
  /// Gives back what memory it holds. Requires: idle.
  void release();

  /// What has come of a body that is given in pieces.
  std::uint64_t body_seen() const { return body_seen_; }

  /// Nothing of a next request has come in.
  bool is_idle() const { return state_ == State::head && in_.is_empty(); }
  /// Within a body.
  bool is_in_body() const { return state_ == State::length || state_ == State::chunks; }
  /// How many bytes have come in that belong to no request so far.
  std::size_t rest_size() const { return in_.size(); }

 private:
  enum class State : std::uint8_t { head, length, chunks, request, refused };
  Step step_head();
  Step step_length();
  Step step_chunks();
  Step step_streamed_length();
  Step give(std::string_view body);
  Step give_piece(std::string_view piece);
  bool is_over_limit(std::uint64_t more) const;
  void skip_empty_lines();
  void reserve_body(std::size_t size);
  std::size_t block() const;

  std::size_t header_bytes_max_;
  std::size_t headers_max_;
  std::size_t body_limit_ = std::numeric_limits<std::size_t>::max();
  State state_ = State::head;
  bool is_streamed_ = false;

  ByteBuffer in_;                       // as it came: heads, small bodies, chunks
  ByteBuffer body_;                     // a body that did not come with its head, or came in chunks; when streamed, a piece of it
  std::string_view piece_;              // in `in_` or `body_`
  std::uint64_t body_seen_ = 0;         // bytes of the body so far
  std::unique_ptr<char[]> head_block_;  // holds the head when `in_` has got another block for the chunks
  std::size_t head_size_ = 0;           // of `in_`'s block: the head before the chunks; 0 when it is in head_block_
  HeadScanner scanner_;
  ChunkedDecoder chunks_;
  std::string path_;                  // of the request, when it is not as it was sent
  std::uint64_t chunk_overhead_ = 0;  // bytes of the coding that are not body

  Request request_;
  Framing framing_;
  Refusal refusal_{};
};

}  // namespace millrace::http
