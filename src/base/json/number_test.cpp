#include "base/json/number.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <random>
#include <vector>

namespace millrace::json {
namespace {

std::string ordered(std::string_view number) {
  std::string out;
  append_ordered(out, number);
  return out;
}

/// The exponent of a number, and its text before that.
std::pair<int, std::string_view> split_exponent(std::string_view number) {
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  int exponent = 0;
  if (e < number.size()) std::from_chars(number.data() + e + 1, number.data() + number.size(), exponent);
  return {exponent, number.substr(0, e)};
}

/// The independent way: both numbers written out with the same number of digits before and after the dot, then compared as text.
struct Expanded {
  bool negative;
  std::string digits;  // kHalf before the dot, kHalf after it
  static constexpr int kHalf = 80;

  explicit Expanded(std::string_view text) : negative(text[0] == '-'), digits(2 * kHalf, '0') {
    text.remove_prefix(negative);
    const auto [exponent, mantissa] = split_exponent(text);
    int place = kHalf - exponent - static_cast<int>(std::min(mantissa.find('.'), mantissa.size()));
    for (const char c : mantissa) {
      if (c != '.') digits.at(static_cast<std::size_t>(place++)) = c;
    }
    if (digits == std::string(2 * kHalf, '0')) negative = false;
  }
  bool operator==(const Expanded&) const = default;
  std::strong_ordering operator<=>(const Expanded& other) const {
    if (negative != other.negative) return other.negative <=> negative;
    return negative ? other.digits <=> digits : digits <=> other.digits;
  }
};

class RandomNumbers {
 public:
  explicit RandomNumbers(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  /// A number that Expanded can hold. Few different digits, so that many are equal or nearly so.
  std::string next() {
    std::string out = below(3) == 0 ? "-" : "";
    out += below(3) == 0 ? "0" : std::string(1, "129"[below(3)]) + digits(below(12));
    if (below(2) == 0) out += "." + digits(1 + below(12));
    if (below(2) == 0) out += fmt::format("{}{}", below(2) == 0 ? "e" : "E", static_cast<int>(below(60)) - 30);
    return out;
  }

  /// The same value in another spelling.
  std::string respelled(std::string_view number) {
    const auto [exponent, mantissa] = split_exponent(number);
    const std::string_view dot = mantissa.contains('.') ? "" : ".0";
    return fmt::format("{}{}{}e{}", mantissa, dot, std::string(below(3), '0'), exponent);
  }

  std::string digits(std::size_t size) {
    std::string out;
    for (std::size_t i = 0; i < size; ++i) out += "0019"[below(4)];
    return out;
  }

 private:
  std::mt19937_64 random_;
};

TEST(JsonNumber, OrdersAsTheWrittenOutNumbersDo) {
  RandomNumbers random(1);
  std::size_t equal = 0;
  for (int round = 0; round < 30'000; ++round) {
    const std::string a = random.next();
    const std::string b = random.below(4) == 0 ? random.respelled(a) : random.next();
    const auto expected = Expanded(a) <=> Expanded(b);
    equal += expected == 0;
    ASSERT_EQ(compare_numbers(a, b), expected) << a << " and " << b;
    ASSERT_EQ(ordered(a) <=> ordered(b), expected) << a << " and " << b;
  }
  EXPECT_GT(equal, 1000u);
}

TEST(JsonNumber, EqualNumbersHaveEqualKeys) {
  const std::vector<std::vector<std::string>> rows = {
      {"1", "1.0", "10e-1", "0.1e1", "1E0", "1e+0", "0.001e3"},
      {"0", "-0", "0.0", "0e5", "-0.00e-7", "0e99999999999999999999"},
      {"0.1", "0.10", "1e-1"},
      {"1e400", "10e399", "1.000e+400", "1E400"},
      {"12345678901234567890", "12345678901234567890.0", "1234567890123456789e1"},
      {"-100", "-1e2", "-1000e-1"},
  };
  for (const auto& row : rows) {
    for (const std::string& number : row) {
      EXPECT_EQ(compare_numbers(row[0], number), std::strong_ordering::equal) << number;
      EXPECT_EQ(ordered(row[0]), ordered(number)) << number;
    }
  }
}

const std::vector<std::string> kAscending = {"-1e99999999999999999999",
                                             "-1e9223372036854775805",
                                             "-1e400",
                                             "-12345678901234567891",
                                             "-12345678901234567890",
                                             "-2",
                                             "-1.5",
                                             "-1",
                                             "-0.1",
                                             "-1e-101",
                                             "-1e-400",
                                             "0",
                                             "1e-99999999999999999999",
                                             "1e-9223372036854775000",
                                             "1e-400",
                                             "1e-102",
                                             "1e-101",
                                             "1e-100",
                                             "0.1",
                                             "0.10000000000000000000000001",
                                             "0.11",
                                             "0.9",
                                             "1",
                                             "9",
                                             "10",
                                             "10.01",
                                             "99",
                                             "12345678901234567889",
                                             "12345678901234567890",
                                             "9e98",
                                             "1e99",
                                             "1e100",
                                             "1e101",
                                             "1e400",
                                             "1.00000000000000000001e400",
                                             "1e9223372036854775000",
                                             "1e99999999999999999999"};

TEST(JsonNumber, OrdersExtremes) {
  for (std::size_t i = 0; i < kAscending.size(); ++i) {
    for (std::size_t j = 0; j < kAscending.size(); ++j) {
      EXPECT_EQ(compare_numbers(kAscending[i], kAscending[j]), i <=> j) << kAscending[i] << " and " << kAscending[j];
      EXPECT_EQ(ordered(kAscending[i]) <=> ordered(kAscending[j]), i <=> j) << kAscending[i] << " and " << kAscending[j];
    }
  }
}

TEST(JsonNumber, NoKeyIsTheStartOfAnother) {
  RandomNumbers random(2);
  for (int round = 0; round < 10'000; ++round) {
    const std::string a = ordered(random.next());
    const std::string b = ordered(random.next());
    if (a != b) ASSERT_FALSE(a.starts_with(b));
  }
}

TEST(JsonNumber, IntegerWhenWholeAndInside64Bits) {
  const std::vector<std::pair<std::string, std::optional<std::int64_t>>> rows = {
      {"5", 5},
      {"5.0", 5},
      {"5e0", 5},
      {"-5", -5},
      {"0", 0},
      {"-0.0", 0},
      {"50e-1", 5},
      {"1e3", 1000},
      {"9223372036854775807", INT64_MAX},
      {"9223372036854775808", std::nullopt},
      {"-9223372036854775808", INT64_MIN},
      {"-9223372036854775809", std::nullopt},
      {"9223372036854775807000e-3", INT64_MAX},
      {"1e18", 1'000'000'000'000'000'000},
      {"1e19", std::nullopt},
      {"9e18", 9'000'000'000'000'000'000},
      {"5.5", std::nullopt},
      {"1e-1", std::nullopt},
      {"1e400", std::nullopt},
      {"1e99999999999999999999", std::nullopt},
      {"1e-99999999999999999999", std::nullopt},
      {"0e99999999999999999999", 0},
  };
  for (const auto& [number, expected] : rows) EXPECT_EQ(integer(number), expected) << number;
}

TEST(JsonNumber, IntegerReadsBackWhatIsWritten) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 10'000; ++round) {
    const auto value = static_cast<std::int64_t>(random()) >> (random() % 64);
    ASSERT_EQ(integer(fmt::format("{}", value)), value);
    ASSERT_EQ(integer(fmt::format("{}000.000e-3", value)), value);
  }
}

TEST(JsonNumber, WholeNumbers) {
  for (const std::string_view number : {"0", "-0", "0.0", "1", "1.0", "1e3", "1.5e1", "10e-1", "1e99999999999999999999", "-20.00"}) {
    EXPECT_TRUE(is_whole(number)) << number;
  }
  for (const std::string_view number : {"0.1", "1.5", "15e-1", "1e-1", "1.05e1", "1e-99999999999999999999", "100.001"}) {
    EXPECT_FALSE(is_whole(number)) << number;
  }
}

TEST(JsonNumber, NearestDouble) {
  EXPECT_EQ(to_double("0.1"), 0.1);
  EXPECT_EQ(to_double("1E+2"), 100.0);
  EXPECT_EQ(to_double("-12345678901234567890"), -12345678901234567890.0);
  EXPECT_EQ(to_double("1e400"), HUGE_VAL);
  EXPECT_EQ(to_double("-1e400"), -HUGE_VAL);
  EXPECT_EQ(to_double("1e99999999999999999999"), HUGE_VAL);
  EXPECT_EQ(to_double("1e-400"), 0.0);
  EXPECT_EQ(to_double("-1e-99999999999999999999"), 0.0);
  EXPECT_EQ(to_double("5e-324"), 5e-324);
  EXPECT_TRUE(std::signbit(to_double("-0")));
}

TEST(JsonNumber, MultiplesByDecimalArithmetic) {
  struct Row {
    std::string number, divisor;
    bool expected;
  };
  const std::vector<Row> rows = {
      {"10", "2", true},
      {"10", "3", false},
      {"0", "7", true},
      {"-9", "3", true},
      {"4.5", "1.5", true},
      {"0.3", "0.1", true},
      {"0.0075", "0.0001", true},
      {"0.00751", "0.0001", false},
      {"35", "1.5", false},
      {"1e308", "0.123456789", false},
      {"12391239123", "1e-8", true},
      {"1e400", "3", false},
      {"1e400", "1024", true},
      {"3e1000000000000", "7", false},
      {"7e99999999999999999999", "7", true},
      {"1e-99999999999999999999", "1", false},
      {"1", "2", false},
      {"15", "1e1", false},
      {"1e20", "12345678901234567890", false},
      {"24691357802469135780", "12345678901234567890", true},
      {"152415787532388367501905199875019052100", "12345678901234567890", true},
      {"152415787532388367501905199875019052101", "12345678901234567890", false},
      {"12345678901234567891234567890123456789e50", "12345678901234567891234567890123456789", true},
      {"1e400", "1267650600228229401496703205376", true},  // 2 to the power of 100
      {"1e99", "1267650600228229401496703205376", false},
      {"1e100", "1267650600228229401496703205376", true},
      {"1e18", "999999999999999999", false},
      {"999999999999999999e5", "999999999999999999", true},
  };
  for (const Row& row : rows) EXPECT_EQ(is_multiple_of(row.number, row.divisor), row.expected) << row.number << " of " << row.divisor;
}

TEST(JsonNumber, MultiplesAgreeWithIntegerDivision) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 10'000; ++round) {
    const std::int64_t divisor = 1 + static_cast<std::int64_t>(random() % (round % 2 == 0 ? 100 : 1'000'000));
    const std::int64_t number = static_cast<std::int64_t>(random() % 1'000'000'000) * (random() % 2 == 0 ? divisor : 1);
    ASSERT_EQ(is_multiple_of(fmt::format("{}", number), fmt::format("{}", divisor)), number % divisor == 0) << number << " of " << divisor;
    // The same question with both a million million million times smaller or larger.
    ASSERT_EQ(is_multiple_of(fmt::format("{}e-18", number), fmt::format("{}e-18", divisor)), number % divisor == 0);
    const std::string tail = "000000000000000000001";  // long enough that 18 digits do not do
    ASSERT_FALSE(is_multiple_of(fmt::format("{}", divisor), fmt::format("{}{}", divisor, tail)));
    ASSERT_TRUE(is_multiple_of(fmt::format("{}{}e3", divisor, tail), fmt::format("{}{}", divisor, tail)));
  }
}

}  // namespace
}  // namespace millrace::json
