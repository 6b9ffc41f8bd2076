#include "http/request_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "http/path.hpp"

namespace millrace::http {

namespace {

// A connection starts with a page; nearly every request fits.
constexpr std::size_t kBlock = 4096;
constexpr std::size_t kBodyBlock = 16 * 1024;
constexpr std::size_t kStreamBlock = 64 * 1024;
// Buffers beyond this are given back between requests.
constexpr std::size_t kKept = 64 * 1024;
// Chunked framing may take this much for a byte of body (a client that sends single bytes needs 5), and header_bytes_max besides.
constexpr std::uint64_t kOverheadPerByte = 8;

}  // namespace

RequestReader::Step RequestReader::step() {
  switch (state_) {
    case State::head: return step_head();
    case State::length: return step_length();
    case State::chunks: return step_chunks();
    case State::request: return Step::request;
    case State::refused: return Step::refused;
  }
  return Step::refused;
}

RequestReader::Step RequestReader::step_head() {
  skip_empty_lines();
  if (in_.is_empty()) return Step::need_more;
  const HeadScanner::Status status = scanner_.scan(in_.text());
  if (status == HeadScanner::Status::malformed) return refuse(malformed("The head has a line that is folded, or does not end in CRLF."));
  const bool is_whole = status == HeadScanner::Status::found;
  if ((is_whole ? scanner_.length() : in_.size()) > header_bytes_max_) {
    const bool has_line = in_.text().substr(0, header_bytes_max_).contains('\n');
    if (!has_line) return refuse({414, Error{ErrorKind::too_large, "http.target_too_long", "The request's target is too long."}});
    return refuse({431, Error{ErrorKind::too_large, "http.header_too_large", "The request's head is too large."}});
  }
  if (!is_whole) return Step::need_more;
  auto framing = parse_head(in_.text().substr(0, scanner_.length()), request_);
  if (!framing) return refuse(std::move(framing).error());
  framing_ = *framing;
  if (request_.headers.size() > headers_max_) {
    return refuse({431, Error{ErrorKind::too_large, "http.header_too_large", "The request has too many headers."}});
  }
  if (normalize_path(request_.path, path_)) request_.path = path_;
  in_.consume(scanner_.length());
  head_size_ = in_.front();
  state_ = framing_.is_chunked ? State::chunks : State::length;
  return Step::head;
}

/// One or two empty lines before a request are let pass (RFC 9112, section 2.2); there are clients that end a body so.
void RequestReader::skip_empty_lines() {
  while (in_.text().starts_with("\r\n")) {
    in_.consume(2);
    scanner_ = {};
  }
}

Refusal RequestReader::too_large() const {
  return {413, Error{ErrorKind::too_large, "http.body_too_large",
                     fmt::format("The body is larger than the {} bytes that it may have.", body_limit_)}};
}

RequestReader::Step RequestReader::step_length() {
  const std::uint64_t length = framing_.content_length;
  if (length > body_limit_) return refuse(too_large());
  if (is_streamed_) return step_streamed_length();
  if (body_.is_empty() && in_.size() >= length) {
    const std::string_view body = in_.text().substr(0, static_cast<std::size_t>(length));
    in_.consume(body.size());
    return give(body);
  }
  if (!in_.is_empty()) {
    reserve_body(in_.size());
    body_.append(in_.text());
    in_.consume(in_.size());
  }
  return body_.size() == length ? give(body_.text()) : Step::need_more;
}

/// What came with the head first, then what was read into `body_`, which holds one piece at a time.
RequestReader::Step RequestReader::step_streamed_length() {
  if (!std::exchange(piece_, {}).empty()) body_.clear();
  const std::uint64_t left = framing_.content_length - body_seen_;
  if (left == 0) return give({});
  if (!body_.is_empty()) return give_piece(body_.text());
  if (in_.is_empty()) return Step::need_more;
  const std::string_view piece = in_.text().substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, in_.size())));
  in_.consume(piece.size());
  return give_piece(piece);
}

RequestReader::Step RequestReader::step_chunks() {
  piece_ = {};
  while (!in_.is_empty()) {
    const ChunkedDecoder::Step step = chunks_.next(in_.text());
    chunk_overhead_ += step.consumed - step.data.size();
    if (step.status == ChunkedDecoder::Status::malformed) return refuse(malformed("The chunked body is malformed."));
    if (is_over_limit(step.data.size() + chunks_.left_in_chunk())) {
      return refuse(too_large());
    }
    in_.consume(step.consumed);
    if (chunk_overhead_ > header_bytes_max_ + kOverheadPerByte * (body_seen_ + step.data.size())) {
      return refuse(malformed("The chunked body carries too much besides its data."));
    }
    if (step.status == ChunkedDecoder::Status::done) return give(body_.text());
    if (step.data.empty()) continue;
    if (is_streamed_) return give_piece(step.data);
    body_seen_ += step.data.size();
    reserve_body(step.data.size());
    body_.append(step.data);
  }
  return Step::need_more;
}

bool RequestReader::is_over_limit(std::uint64_t more) const {
  return more > body_limit_ || body_seen_ > body_limit_ - more;
}

RequestReader::Step RequestReader::give_piece(std::string_view piece) {
  body_seen_ += piece.size();
  piece_ = piece;
  return Step::piece;
}

RequestReader::Step RequestReader::give(std::string_view body) {
  request_.body = body;
  state_ = State::request;
  return Step::request;
}

RequestReader::Step RequestReader::refuse(Refusal refusal) {
  refusal_ = std::move(refusal);
  piece_ = request_.body = {};
  body_.release();
  state_ = State::refused;
  return Step::refused;
}

std::span<char> RequestReader::space() {
  if (state_ == State::length) {
    // Straight into the body, and not a byte further: what follows stays in the kernel until this request is answered.
    const std::size_t left = static_cast<std::size_t>(framing_.content_length - body_seen_) - body_.size();
    if (is_streamed_ && body_.capacity() < std::min(left, block())) body_.grow(std::min(left, block()));
    reserve_body(std::min(left, kBodyBlock));
    return body_.space().first(std::min(left, body_.space().size()));
  }
  if (state_ == State::chunks) {
    if (in_.capacity() - head_size_ < (block() == kStreamBlock ? kStreamBlock : kBlock)) {
      auto old = in_.grow(block());
      if (std::exchange(head_size_, 0) > 0) head_block_ = std::move(old);
    }
    in_.rewind(head_size_);
    return in_.space();
  }
  if (in_.is_empty()) in_.clear();
  if (in_.space().empty() && in_.front() > 0) in_.compact();
  if (in_.space().empty()) in_.grow(std::max(kBlock, 2 * in_.capacity()));
  return in_.space();
}

/// How much of a body is read at a time: little until there is much of it, so that an upload that stands still holds little.
std::size_t RequestReader::block() const {
  return is_streamed_ && body_seen_ >= kStreamBlock ? kStreamBlock : kBodyBlock;
}

void RequestReader::received(std::size_t count) {
  (state_ == State::length ? body_ : in_).filled(count);
}

/// Makes room for `size` more bytes, doubling, so that memory follows what has come in and not what was announced.
void RequestReader::reserve_body(std::size_t size) {
  if (body_.space().size() >= size) return;
  body_.grow(std::max({kBodyBlock, 2 * body_.capacity(), body_.size() + size}));
}

void RequestReader::finish() {
  CHECK(state_ == State::request);
  request_.body = {};
  head_block_.reset();
  body_.clear();
  if (body_.capacity() > kKept) body_.release();
  if (in_.is_empty() && in_.capacity() > kKept) in_.release();
  scanner_ = {};
  chunks_ = {};
  chunk_overhead_ = 0;
  head_size_ = 0;
  is_streamed_ = false;
  piece_ = {};
  body_seen_ = 0;
  body_limit_ = std::numeric_limits<std::size_t>::max();
  state_ = State::head;
}

void RequestReader::release() {
  CHECK(is_idle());
  in_.release();
  body_.release();
  request_.headers = {};
}

}  // namespace millrace::http
