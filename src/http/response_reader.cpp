#include "http/response_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "http/characters.hpp"
#include "http/gzip.hpp"

namespace millrace::http {
namespace {

bool has_option(std::string_view list, std::string_view option) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (equal_ignoring_case(trimmed(list.substr(0, comma)), option)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

void ResponseReader::begin(Method method) {
  method_ = method;
  state_ = State::head;
  has_begun_ = false;
  scanner_ = {};
}

std::span<char> ResponseReader::space() {
  if (in_.capacity() == 0) in_.grow(kHeadBytesMax);
  if (in_.is_empty()) in_.clear();
  if (in_.space().empty()) in_.compact();
  return in_.space();
}

void ResponseReader::received(std::size_t count) {
  has_begun_ = true;
  in_.filled(count);
}

ResponseReader::Step ResponseReader::step() {
  switch (state_) {
    case State::head: return step_head();
    case State::length:
    case State::until_end: return step_body();
    case State::chunks: return step_chunks();
    case State::response: return Step::response;
    case State::failed: break;
  }
  return Step::failed;
}

ResponseReader::Step ResponseReader::step_head() {
  while (true) {
    if (in_.is_empty()) return Step::need_more;
    const HeadScanner::Status status = scanner_.scan(in_.text());
    if (status == HeadScanner::Status::malformed) return fail("http.answer", "What came is no HTTP response.");
    if (status == HeadScanner::Status::need_more) {
      if (in_.size() < kHeadBytesMax) return Step::need_more;
      return fail("http.answer_too_large", fmt::format("The head of the answer is more than {} bytes.", kHeadBytesMax));
    }
    response_ = {};
    if (!read_head(in_.text().substr(0, scanner_.length()))) return fail("http.answer", "What came is no HTTP response.");
    in_.consume(scanner_.length());
    scanner_ = {};
    if (response_.status >= 200) break;
  }
  set_framing();
  if (state_ == State::length && left_ > body_bytes_max_)
    return fail("http.answer_too_large", fmt::format("The answer has {} bytes; the limit is {}.", left_, body_bytes_max_));
  return step();
}

/// RFC 9112, section 6.3.
void ResponseReader::set_framing() {
  const bool is_bare = method_ == Method::head || response_.status == 204 || response_.status == 304;
  if (is_bare || (!is_chunked_ && has_length_)) {
    if (is_bare) left_ = 0;
    state_ = State::length;
  } else if (is_chunked_) {
    chunks_ = {};
    state_ = State::chunks;
  } else {
    keeps_alive_ = false;
    state_ = State::until_end;
  }
}

bool ResponseReader::read_head(std::string_view head) {
  is_chunked_ = has_length_ = false;
  left_ = 0;
  std::size_t end = head.find("\r\n");
  if (!read_status(head.substr(0, end))) return false;
  head.remove_prefix(end + 2);
  while (head.size() > 2) {  // what is left then is the empty line
    end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos || !std::ranges::all_of(line.substr(0, colon), is_token_character)) return false;
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (std::ranges::any_of(value, is_control) || !read_field(line.substr(0, colon), value)) return false;
    head.remove_prefix(end + 2);
  }
  return !(is_chunked_ && has_length_);  // who reads it otherwise sees another body
}

/// status-line = "HTTP/1." DIGIT SP 3DIGIT [ SP reason ]; "SP" alone may be missing where the reason is.
bool ResponseReader::read_status(std::string_view line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return false;
  const char* const end = line.data() + 12;
  const auto [stop, error] = std::from_chars(line.data() + 9, end, response_.status);
  if (error != std::errc() || stop != end || response_.status < 100 || response_.status == 101) return false;
  keeps_alive_ = line[7] != '0';
  return line.size() == 12 || line[12] == ' ';
}

bool ResponseReader::read_field(std::string_view name, std::string_view value) {
  response_.add(name, value);
  if (equal_ignoring_case(name, "content-length")) {
    std::uint64_t length = 0;
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, length);
    if (error != std::errc() || stop != end || (has_length_ && left_ != length)) return false;
    has_length_ = true;
    left_ = length;
  } else if (equal_ignoring_case(name, "transfer-encoding")) {
    if (is_chunked_ || !equal_ignoring_case(value, "chunked")) return false;
    is_chunked_ = true;
  } else if (equal_ignoring_case(name, "connection")) {
    if (has_option(value, "close")) keeps_alive_ = false;
    if (has_option(value, "keep-alive")) keeps_alive_ = true;
  }
  return true;
}

ResponseReader::Step ResponseReader::step_body() {
  const bool has_end = state_ == State::length;
  const std::size_t count = has_end ? static_cast<std::size_t>(std::min<std::uint64_t>(left_, in_.size())) : in_.size();
  if (has_end && response_.body.empty()) response_.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(left_, 1 << 20)));
  if (!gather(in_.text().substr(0, count))) return Step::failed;
  in_.consume(count);
  if (!has_end) return Step::need_more;
  left_ -= count;
  return left_ == 0 ? finish() : Step::need_more;
}

ResponseReader::Step ResponseReader::step_chunks() {
  while (true) {
    const ChunkedDecoder::Step step = chunks_.next(in_.text());
    if (!gather(step.data)) return Step::failed;
    in_.consume(step.consumed);
    switch (step.status) {
      case ChunkedDecoder::Status::need_more: return Step::need_more;
      case ChunkedDecoder::Status::data: break;
      case ChunkedDecoder::Status::done: return finish();
      case ChunkedDecoder::Status::malformed: return fail("http.answer", "The chunks of the answer are malformed.");
    }
  }
}

bool ResponseReader::gather(std::string_view piece) {
  if (response_.body.size() + piece.size() > body_bytes_max_) {
    fail("http.answer_too_large", fmt::format("The answer is more than {} bytes, the limit.", body_bytes_max_));
    return false;
  }
  response_.body += piece;
  return true;
}

ResponseReader::Step ResponseReader::ended() {
  if (state_ == State::until_end) return finish();
  return fail("http.answer_cut",
              has_begun_ ? "The connection ended in the middle of the answer." : "The connection ended without an answer.");
}

ResponseReader::Step ResponseReader::finish() {
  state_ = State::response;
  return Step::response;
}

ResponseReader::Step ResponseReader::fail(std::string_view code, std::string message) {
  state_ = State::failed;
  response_ = {};
  error_ = {ErrorKind::unavailable, code, std::move(message)};
  return Step::failed;
}

Result<Response> ResponseReader::take() {
  Response response = std::exchange(response_, {});
  const auto coding = response.header("content-encoding");
  if (!coding || coding->empty() || equal_ignoring_case(*coding, "identity") || response.body.empty()) return response;
  if (!equal_ignoring_case(*coding, "gzip"))
    return Failure(
        Error{ErrorKind::unavailable, "http.answer", fmt::format("The answer is coded as {}, which was not asked for.", *coding)});
  auto body = gunzip(response.body, body_bytes_max_);
  if (!body && body.error().kind == ErrorKind::too_large)
    return Failure(Error{ErrorKind::unavailable, "http.answer_too_large",
                         fmt::format("The answer unfolds to more than {} bytes, the limit.", body_bytes_max_)});
  if (!body) return Failure(Error{ErrorKind::unavailable, "http.answer", "The answer is called gzip and is none."});
  response.body = *std::move(body);
  return response;
}

}  // namespace millrace::http
