// Durations and sizes as the HOCON specification's "Units format" writes them: "10s", "1.5 minutes", "64MiB", "512K", "250".
//
// The text of a string or of a number; whoever reads a config decides which member is which.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::hocon {

/// Milliseconds when there is no unit. Parts of a millisecond are cut off. Nothing when it is no duration, negative, or out of range.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Bytes when there is no unit; kB, MB, ... are powers of 1000; K, Ki, KiB, ... of 1024. Nothing when it is no size, negative, or does not
/// fit.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

}  // namespace millrace::hocon
