#include "base/trace.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/hex.hpp"
#include "base/random.hpp"

namespace millrace {
namespace {

constexpr std::size_t kSize = 55;  // version "-" trace "-" span "-" flags

/// An id is never all zero.
std::uint64_t make_id() {
  return std::max<std::uint64_t>(random_bits(), 1);
}

/// Digits in lower case, as the specification wants them.
std::optional<std::uint64_t> read_hex(std::string_view digits) {
  std::uint64_t value = 0;
  if (!std::ranges::all_of(digits, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); })) return {};
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

}  // namespace

Trace Trace::child() const {
  return {high, low, make_id(), span, is_sampled};
}

std::string Trace::traceparent() const {
  std::string text = "00-";
  text.reserve(kSize);
  append_hex(text, high);
  append_hex(text, low);
  append_hex(text += '-', span);
  append_hex(text += '-', static_cast<std::uint64_t>(is_sampled), 2);
  return text;
}

std::string Trace::id() const {
  std::string text;
  text.reserve(32);
  append_hex(text, high);
  append_hex(text, low);
  return text;
}

std::string to_span_id(std::uint64_t span) {
  std::string text;
  append_hex(text, span);
  return text;
}

Trace begin_trace() {
  return {random_bits(), make_id(), make_id(), 0, false};
}

Trace continue_trace(std::string_view traceparent) {
  if (traceparent.size() < kSize || traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-') return begin_trace();
  const auto version = read_hex(traceparent.substr(0, 2));
  const auto high = read_hex(traceparent.substr(3, 16));
  const auto low = read_hex(traceparent.substr(19, 16));
  const auto parent = read_hex(traceparent.substr(36, 16));
  const auto flags = read_hex(traceparent.substr(53, 2));
  if (!version || !high || !low || !parent || !flags || *version == 0xff || (*high | *low) == 0 || *parent == 0) return begin_trace();
  // A later version may say more, after another dash.
  const bool says_more = traceparent.size() > kSize;
  if (says_more && (*version == 0 || traceparent[kSize] != '-')) return begin_trace();
  return {*high, *low, make_id(), *parent, (*flags & 1) != 0};
}

Trace join_trace(std::string_view id) {
  if (id.size() != 32) return {};
  const auto high = read_hex(id.substr(0, 16));
  const auto low = read_hex(id.substr(16));
  if (!high || !low || (*high | *low) == 0) return {};
  return {*high, *low, make_id(), 0, false};
}

}  // namespace millrace
