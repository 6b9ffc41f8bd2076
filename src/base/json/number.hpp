// Numbers as decimal text: compared exactly, whatever their size.
//
// Requires everywhere: a number as JSON writes it. Exact but for exponents of some 9e18 and more, which
// count as the farthest that 64 bits hold.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::json {

/// Compares two JSON numbers by value: 1e2 == 100, 12345678901234567890 > 12345678901234567889.
std::strong_ordering compare_numbers(std::string_view a, std::string_view b);

/// The integer's value when the number is whole and fits: "5", "5.0", "5e0".
std::optional<std::int64_t> integer(std::string_view number);

/// The nearest double; infinite when it is out of range.
double to_double(std::string_view number);

/// Whether the value is whole: 1.0 and 1e3 are.
bool is_whole(std::string_view number);

/// Whether `number` is a whole multiple of `divisor`, by decimal arithmetic. Requires: divisor > 0.
bool is_multiple_of(std::string_view number, std::string_view divisor);

/// A key such that memcmp over keys orders as compare_numbers does, and equal numbers have equal keys. No key is the start of another, so
/// more may follow it.
void append_ordered(std::string& out, std::string_view number);

}  // namespace millrace::json
