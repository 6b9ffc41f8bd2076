#include "http/chunked.hpp"

#include <algorithm>

#include "http/characters.hpp"

namespace millrace::http {

// body      = *chunk "0" *"0" [ extension ] CRLF *trailer CRLF
// chunk     = 1*HEXDIG [ extension ] CRLF 1*OCTET CRLF
// extension = ";" *( quoted-string / any but controls and quotes )
// trailer   = token ":" *( any but controls ) CRLF

namespace {

// A size beyond this is refused; sums of sizes stay within 64 bits.
constexpr std::uint64_t kSizeMax = std::uint64_t{1} << 56;

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::next(std::string_view wire) {
  for (std::size_t at = 0; at < wire.size(); ++at) {
    if (state_ == State::data) {
      const std::size_t length = static_cast<std::size_t>(std::min<std::uint64_t>(left_, wire.size() - at));
      left_ -= length;
      if (left_ == 0) state_ = State::data_cr;
      return {Status::data, at + length, wire.substr(at, length)};
    }
    if (!step(wire[at])) return {Status::malformed, at, {}};
    if (state_ == State::done) return {Status::done, at + 1, {}};
  }
  return {Status::need_more, wire.size(), {}};
}

bool ChunkedDecoder::step(char c) {
  switch (state_) {
    case State::size:
    case State::more_size: return step_size(c);
    case State::extension:
    case State::quoted:
    case State::escaped: return step_extension(c);
    case State::size_end: state_ = left_ == 0 ? State::trailer : State::data; return c == '\n';
    case State::data_cr: state_ = State::data_lf; return c == '\r';
    case State::data_lf: state_ = State::size; return c == '\n';
    default: return step_trailer(c);
  }
}

bool ChunkedDecoder::step_size(char c) {
  if (const int digit = hex_digit(c); digit >= 0) {
    left_ = left_ * 16 + static_cast<unsigned>(digit);
    state_ = State::more_size;
    return left_ <= kSizeMax;
  }
  if (state_ == State::size) return false;
  state_ = c == ';' ? State::extension : State::size_end;
  return c == ';' || c == '\r';
}

bool ChunkedDecoder::step_extension(char c) {
  if (c == '\r' && state_ == State::extension) {
    state_ = State::size_end;
    return true;
  }
  if (state_ == State::escaped) {
    state_ = State::quoted;
  } else if (c == '"') {
    state_ = state_ == State::quoted ? State::extension : State::quoted;
  } else if (c == '\\' && state_ == State::quoted) {
    state_ = State::escaped;
  }
  return !is_control(c);
}

bool ChunkedDecoder::step_trailer(char c) {
  switch (state_) {
    case State::trailer: state_ = c == '\r' ? State::end : State::trailer_name; return c == '\r' || is_token_character(c);
    case State::trailer_name:
      if (c == ':') state_ = State::trailer_value;
      return c == ':' || is_token_character(c);
    case State::trailer_value:
      if (c == '\r') state_ = State::trailer_end;
      return c == '\r' || !is_control(c);
    case State::trailer_end: state_ = State::trailer; return c == '\n';
    case State::end: state_ = State::done; return c == '\n';
    default: return false;
  }
}

}  // namespace millrace::http
