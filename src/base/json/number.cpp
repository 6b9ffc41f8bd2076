#include "base/json/number.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

namespace millrace::json {
namespace {

constexpr std::int64_t kFarthest = std::numeric_limits<std::int64_t>::max();

/// A number as sign * 0.d1 d2 d3 ... * 10^point, where d1 and the last digit are not 0. Zero has sign 0 and nothing else. Exact but for
/// points outside 64 bits, which are the farthest point instead.
struct Decimal {
  int sign = 0;
  std::int64_t point = 0;
  std::string_view whole;     // the digits before the dot, and
  std::string_view fraction;  // those after it: together d1 d2 d3 ...

  std::size_t size() const { return whole.size() + fraction.size(); }
  int digit(std::size_t i) const { return (i < whole.size() ? whole[i] : fraction[i - whole.size()]) - '0'; }
  /// The power of ten of the last digit.
  std::int64_t last_exponent() const;
};

std::int64_t saturating_sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return std::max(sum, -kFarthest);
  return b > 0 ? kFarthest : -kFarthest;
}

std::int64_t Decimal::last_exponent() const {
  return saturating_sum(point, -static_cast<std::int64_t>(size()));
}

/// The exponent after the "e", saturating.
std::int64_t exponent(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  for (const char c : text) {
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value) || __builtin_add_overflow(value, std::int64_t{c - '0'}, &value)) {
      value = kFarthest;
      break;
    }
  }
  return negative ? -value : value;
}

std::size_t leading_zeros(std::string_view digits) {
  return std::min(digits.find_first_not_of('0'), digits.size());
}

void remove_trailing_zeros(std::string_view& digits) {
  digits = digits.substr(0, digits.find_last_not_of('0') + 1);  // npos + 1 is 0
}

Decimal decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t whole_size = std::min(text.find_first_of(".eE"), text.size());
  const std::size_t e = std::min(text.find_first_of("eE", whole_size), text.size());
  Decimal result{.sign = negative ? -1 : 1, .whole = text.substr(0, whole_size)};
  if (whole_size < e) result.fraction = text.substr(whole_size + 1, e - whole_size - 1);
  result.whole.remove_prefix(leading_zeros(result.whole));
  auto point = static_cast<std::int64_t>(result.whole.size());
  if (result.whole.empty()) {
    const std::size_t zeros = leading_zeros(result.fraction);
    result.fraction.remove_prefix(zeros);
    point = -static_cast<std::int64_t>(zeros);
  }
  remove_trailing_zeros(result.fraction);
  if (result.fraction.empty()) remove_trailing_zeros(result.whole);
  if (result.size() == 0) return {};
  result.point = e == text.size() ? point : saturating_sum(exponent(text.substr(e + 1)), point);
  return result;
}

std::strong_ordering compare_digits(const Decimal& a, const Decimal& b) {
  const std::size_t size = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < size; ++i) {
    if (a.digit(i) != b.digit(i)) return a.digit(i) <=> b.digit(i);
  }
  return a.size() <=> b.size();
}

std::strong_ordering compare_magnitudes(const Decimal& a, const Decimal& b) {
  return a.point != b.point ? a.point <=> b.point : compare_digits(a, b);
}

bool is_whole(const Decimal& number) {
  return number.sign == 0 || number.last_exponent() >= 0;
}

/// Digits, most significant first, of a number too long for 64 bits.
using Digits = std::vector<signed char>;

bool is_less(const Digits& a, const Digits& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

/// a -= b. Requires: a >= b, equally many digits.
void subtract(Digits& a, const Digits& b) {
  int borrow = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const int difference = a[i] - b[i] - borrow;
    borrow = difference < 0;
    a[i] = static_cast<signed char>(difference + 10 * borrow);
  }
}

/// What is left of a long number divided by another, one digit at a time as on paper.
class LongRemainder {
 public:
  explicit LongRemainder(const Decimal& divisor) : divisor_(divisor.size() + 1), remainder_(divisor.size() + 1) {
    for (std::size_t i = 0; i < divisor.size(); ++i) divisor_[i + 1] = static_cast<signed char>(divisor.digit(i));
  }
  void bring_down(int digit) {
    std::shift_left(remainder_.begin(), remainder_.end(), 1);
    remainder_.back() = static_cast<signed char>(digit);
    while (!is_less(remainder_, divisor_)) subtract(remainder_, divisor_);
  }
  bool is_zero() const {
    return std::ranges::all_of(remainder_, [](signed char digit) { return digit == 0; });
  }

 private:
  Digits divisor_;
  Digits remainder_;
};

/// The same for a divisor of at most 18 digits.
class ShortRemainder {
 public:
  explicit ShortRemainder(const Decimal& divisor) {
    for (std::size_t i = 0; i < divisor.size(); ++i) divisor_ = divisor_ * 10 + static_cast<std::uint64_t>(divisor.digit(i));
  }
  void bring_down(int digit) { remainder_ = (remainder_ * 10 + static_cast<std::uint64_t>(digit)) % divisor_; }
  bool is_zero() const { return remainder_ == 0; }

 private:
  std::uint64_t divisor_ = 0;
  std::uint64_t remainder_ = 0;
};

template <class Remainder>
bool divides(Remainder remainder, const Decimal& number, std::int64_t zeros) {
  for (std::size_t i = 0; i < number.size(); ++i) remainder.bring_down(number.digit(i));
  for (std::int64_t i = 0; i < zeros && !remainder.is_zero(); ++i) remainder.bring_down(0);
  return remainder.is_zero();
}

/// The point in as few bytes as keep the order: one when it is near zero, nine when it is far.
void append_point(std::string& out, std::int64_t point, unsigned char flip) {
  constexpr std::int64_t kNear = 100;
  const auto append = [&](std::uint64_t byte) { out += static_cast<char>((byte & 0xFF) ^ flip); };
  if (point >= -kNear && point <= kNear) return append(static_cast<std::uint64_t>(0x80 + point));
  append(point > 0 ? 0xFF : 0x00);
  const std::uint64_t biased = static_cast<std::uint64_t>(point) ^ (std::uint64_t{1} << 63);
  for (int shift = 56; shift >= 0; shift -= 8) append(biased >> shift);
}

}  // namespace

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  const Decimal left = decimal(a);
  const Decimal right = decimal(b);
  if (left.sign != right.sign) return left.sign <=> right.sign;
  return left.sign < 0 ? compare_magnitudes(right, left) : compare_magnitudes(left, right);
}

std::optional<std::int64_t> integer(std::string_view number) {
  const Decimal value = decimal(number);
  if (value.sign == 0) return 0;
  if (!is_whole(value) || value.point > 19) return std::nullopt;
  // Negative all the way: the least integer has no positive counterpart.
  std::int64_t result = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(value.point); ++i) {
    const std::int64_t digit = i < value.size() ? value.digit(i) : 0;
    if (__builtin_mul_overflow(result, std::int64_t{10}, &result)) return std::nullopt;
    if (__builtin_sub_overflow(result, digit, &result)) return std::nullopt;
  }
  if (value.sign < 0) return result;
  if (result == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return -result;
}

double to_double(std::string_view number) {
  double result = 0;
  const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), result);
  if (problem == std::errc()) return result;
  const Decimal value = decimal(number);
  return value.sign * (value.point > 0 ? std::numeric_limits<double>::infinity() : 0.0);
}

bool is_whole(std::string_view number) {
  return is_whole(decimal(number));
}

bool is_multiple_of(std::string_view number, std::string_view divisor) {
  const Decimal dividend = decimal(number);
  if (dividend.sign == 0) return true;
  const Decimal by = decimal(divisor);
  const std::int64_t zeros = saturating_sum(dividend.last_exponent(), -by.last_exponent());
  if (zeros < 0) return false;  // its last digit is not 0, so nothing that ends in 0 divides it
  // Zeros bring factors 2 and 5; a divisor of n digits has fewer than 4 * n of either.
  const std::int64_t enough = std::min(zeros, static_cast<std::int64_t>(by.size()) * 4);
  return by.size() <= 18 ? divides(ShortRemainder(by), dividend, enough) : divides(LongRemainder(by), dividend, enough);
}

/// sign (1 negative, 2 zero, 3 positive), point, digits in pairs as 1 + 10 * d1 + d2, 0. After the sign of a negative number every byte is
/// inverted.
void append_ordered(std::string& out, std::string_view number) {
  const Decimal value = decimal(number);
  out += static_cast<char>(value.sign + 2);
  if (value.sign == 0) return;
  const unsigned char flip = value.sign < 0 ? 0xFF : 0x00;
  append_point(out, value.point, flip);
  for (std::size_t i = 0; i < value.size(); i += 2) {
    const int second = i + 1 < value.size() ? value.digit(i + 1) : 0;
    out += static_cast<char>(static_cast<unsigned char>(1 + 10 * value.digit(i) + second) ^ flip);
  }
  out += static_cast<char>(flip);
}

}  // namespace millrace::json
