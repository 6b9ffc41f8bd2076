#include "base/id.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/hex.hpp"
#include "base/instant.hpp"
#include "base/random.hpp"
#include "base/result.hpp"

namespace millrace {
namespace {

using Bytes = std::array<unsigned char, 16>;

/// The time in milliseconds and a counter of 12 bits: together larger than the ones before (RFC 9562, section 6.2, method 1).
struct Sequence {
  std::uint64_t milliseconds = 0;
  std::uint64_t counter = 0;

  void advance(std::uint64_t now_milliseconds, std::uint64_t random) {
    if (now_milliseconds > milliseconds) {
      milliseconds = now_milliseconds;
      counter = random & 0x7FF;  // the highest bit stays 0, so that there is room to count
    } else if (++counter > 0xFFF) {
      ++milliseconds;  // counting past the room borrows from the time to come
      counter = 0;
    }
  }
};

void put_big_endian(unsigned char* out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) *out++ = static_cast<unsigned char>(value >> shift);
}

void set_version(Bytes& bytes, unsigned version) {
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | (version << 4));
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
}

bool has_dash_before(std::size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

std::string to_text(const Bytes& bytes) {
  std::string out;
  out.reserve(36);
  const auto append = [&out, &bytes](std::size_t begin, std::size_t end) {
    std::uint64_t value = 0;
    for (std::size_t i = begin; i < end; ++i) value = value << 8 | bytes[i];
    append_hex(out, value, static_cast<int>(2 * (end - begin)));
  };
  append(0, 4);
  for (const std::size_t begin : {4, 6, 8}) append((out += '-', begin), begin + 2);
  out += '-';
  append(10, 16);
  return out;
}

std::optional<unsigned char> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned char>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned char>(lower - 'a' + 10);
  return std::nullopt;
}

/// The UUID in its usual text, or nil.
Bytes from_text(std::string_view text) {
  Bytes bytes{};
  if (text.size() != 36) return {};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (has_dash_before(i)) {
      if (text.front() != '-') return {};
      text.remove_prefix(1);
    }
    const auto high = hex_digit(text[0]);
    const auto low = hex_digit(text[1]);
    if (!high || !low) return {};
    bytes[i] = static_cast<unsigned char>(*high << 4 | *low);
    text.remove_prefix(2);
  }
  return bytes;
}

}  // namespace

std::string make_uuid7() {
  thread_local Sequence sequence;
  sequence.advance(static_cast<std::uint64_t>(now().microseconds) / 1000, random_bits());
  Bytes bytes;
  put_big_endian(bytes.data(), sequence.milliseconds << 16 | sequence.counter);
  put_big_endian(bytes.data() + 8, random_bits());
  set_version(bytes, 7);
  return to_text(bytes);
}

std::string make_uuid5(std::string_view name_space, std::string_view name) {
  const Bytes scope = from_text(name_space);
  std::string input(reinterpret_cast<const char*>(scope.data()), scope.size());
  input += name;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  CHECK(EVP_Digest(input.data(), input.size(), digest.data(), nullptr, EVP_sha1(), nullptr) == 1);
  Bytes bytes;
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  set_version(bytes, 5);
  return to_text(bytes);
}

}  // namespace millrace
