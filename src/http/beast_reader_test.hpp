// Our reader and Beast's, each asked for the first request of a stream: what a test and a fuzzer compare.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::http {

struct Message {
  std::string text;  // target, fields, body
  std::size_t size = 0;
  bool operator==(const Message&) const = default;
};

/// The first message of the stream, when it is whole and well-formed. Requires: at most 4000 bytes.
std::optional<Message> read_with_ours(std::string_view stream);

struct BeastReading {
  std::optional<Message> message;
  std::string error = {};
  bool is_stricter = false;  // where Beast asks for more than the standard
};
BeastReading read_with_beast(std::string_view stream);

}  // namespace millrace::http
