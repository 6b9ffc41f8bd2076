// The characters of canonical strings (base/json/canonical.hpp) without decoding them first: each escape stands for one byte.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace millrace::document {

/// Steps through the bytes of a quoted canonical string.
class StringBytes {
 public:
  static constexpr int kEnd = -1;
  explicit StringBytes(std::string_view quoted) : at_(quoted.data() + 1), end_(quoted.data() + quoted.size() - 1) {}
  /// The next byte, or kEnd.
  int next() {
    if (at_ >= end_) return kEnd;
    if (*at_ != '\\') return static_cast<unsigned char>(*at_++);
    return next_escaped();
  }

 private:
  int next_escaped();
  const char* at_;
  const char* end_;
};

/// The order of two quoted canonical strings by code point.
std::strong_ordering compare_strings(std::string_view a, std::string_view b);

/// Appends at most `bytes_max` bytes of a quoted canonical string, decoded. Gives whether that was all of it.
bool append_string_bytes(std::string& out, std::string_view quoted, std::size_t bytes_max);

}  // namespace millrace::document
