// What a server answers to WebSocket frames (RFC 6455), written down once more, as plainly as it can be: no pieces, no time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "base/result.hpp"

namespace millrace::http::fuzz {

constexpr std::size_t kMessageMax = 2'000;
constexpr std::uint8_t kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;

struct Frame {
  std::uint8_t opcode = 0;
  bool is_final = false;
  std::uint8_t reserved = 0;
  bool is_masked = false;
  bool is_minimal = true;  // its length is written as short as it can be
  std::string payload;
};

/// The next frame, taken off the bytes; nothing where it is not whole.
inline std::optional<Frame> take_frame(std::string_view& bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto at = [&bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  Frame frame{.opcode = static_cast<std::uint8_t>(at(0) & 15),
              .is_final = at(0) >= 128,
              .reserved = static_cast<std::uint8_t>(at(0) >> 4 & 7),
              .is_masked = at(1) >= 128,
              .payload = {}};
  std::uint64_t size = at(1) & 127;
  const std::size_t length_bytes = size < 126 ? 0 : size == 126 ? 2 : 8;
  const std::size_t head = 2 + length_bytes + (frame.is_masked ? 4 : 0);
  if (bytes.size() < head) return std::nullopt;
  for (std::size_t i = 0; i < length_bytes; ++i) size = (i == 0 ? 0 : size << 8) | at(2 + i);
  if (bytes.size() - head < size) return std::nullopt;
  frame.is_minimal = length_bytes == 0 || size >= (length_bytes == 2 ? 126 : 65536);
  for (std::size_t i = 0; i < size; ++i) frame.payload += static_cast<char>(at(head + i) ^ (frame.is_masked ? at(head - 4 + i % 4) : 0));
  bytes.remove_prefix(head + static_cast<std::size_t>(size));
  return frame;
}

struct Expected {
  std::vector<Frame> frames;  // in order
  /// How it ends: by the client's close, by an error of the client's, or by no more bytes, where an error may lie in what is not whole.
  enum class End : std::uint8_t { closed, wrong, cut } end = End::cut;
  std::string close;  // the payload of the answer to a close
};

inline bool is_utf8(std::string_view text) {
  return json::parse(json::quoted(text)).has_value();
}

/// Whether it is, or can become so by more bytes: 80 or BF may follow wherever anything may.
inline bool can_become_utf8(std::string_view text) {
  std::vector<std::string> ends = {""};
  for (const char c : {'\x80', '\xBF'})
    for (const std::size_t count : {1, 2, 3}) ends.emplace_back(count, c);
  return std::ranges::any_of(ends, [text](const std::string& end) { return is_utf8(std::string(text) + end); });
}

inline bool is_close_right(std::string_view payload) {
  if (payload.empty()) return true;
  if (payload.size() == 1 || !is_utf8(payload.substr(2))) return false;
  const int code = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  const bool is_free = code >= 3000 && code < 5000;
  return is_free || (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006);
}

/// The frame's place among others: a message, or a control frame within it.
inline bool is_frame_right(const Frame& frame, bool is_within) {
  if (!frame.is_masked || frame.reserved != 0 || !frame.is_minimal) return false;
  const bool is_control = frame.opcode >= 8;
  if (is_control) return frame.opcode <= kPong && frame.is_final && frame.payload.size() <= 125;
  return frame.opcode <= kBinary && (frame.opcode == kContinuation) == is_within;
}

inline Expected expected_of(std::string_view bytes) {
  Expected expected;
  std::optional<std::uint8_t> kind;  // of the message that is not whole yet
  std::string message;
  while (auto frame = take_frame(bytes)) {
    expected.end = Expected::End::wrong;
    if (!is_frame_right(*frame, kind.has_value())) return expected;
    if (frame->opcode == kClose) {
      if (is_close_right(frame->payload)) expected.end = Expected::End::closed, expected.close = frame->payload.substr(0, 2);
      return expected;
    }
    expected.end = Expected::End::cut;
    if (frame->opcode == kPing) expected.frames.push_back({.opcode = kPong, .payload = frame->payload});
    if (frame->opcode > kBinary) continue;
    kind = kind.value_or(frame->opcode);
    message += frame->payload;
    const bool is_text = *kind == kText;
    const bool is_right = message.size() <= kMessageMax && (!is_text || (frame->is_final ? is_utf8(message) : can_become_utf8(message)));
    if (!is_right) expected.end = Expected::End::wrong;
    if (!is_right) return expected;
    if (!frame->is_final) continue;
    std::string said = (is_text ? "text " : "binary ") + std::to_string(message.size());
    if (is_text) said += ' ' + message;
    expected.frames.push_back({.opcode = kText, .payload = std::move(said)});
    kind.reset();
    message.clear();
  }
  return expected;
}

inline void check_answer(std::string_view answer, const Expected& expected) {
  std::vector<Frame> frames;
  while (auto frame = take_frame(answer)) {
    CHECK(frame->is_final && !frame->is_masked && frame->reserved == 0);
    frames.push_back(*std::move(frame));
  }
  CHECK(answer.empty());
  std::optional<std::string> close;
  if (!frames.empty() && frames.back().opcode == kClose) {
    close = frames.back().payload;
    frames.pop_back();
  }
  CHECK(frames.size() <= expected.frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i)
    CHECK(frames[i].opcode == expected.frames[i].opcode && frames[i].payload == expected.frames[i].payload);
  // An error may be seen before the frame with it is whole, never before a message that was.
  CHECK(frames.size() == expected.frames.size());
  // A close without a code is answered by one without, or by 1000.
  const std::string_view normal = expected.close.empty() ? std::string_view("\x03\xE8") : std::string_view(expected.close);
  if (expected.end == Expected::End::closed) CHECK(close && (*close == expected.close || close->substr(0, 2) == normal));
  if (expected.end == Expected::End::wrong) CHECK(close && close->size() >= 2);
}

}  // namespace millrace::http::fuzz
