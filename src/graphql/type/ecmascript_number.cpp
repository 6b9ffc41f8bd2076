#include "graphql/type/ecmascript_number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/json/number.hpp"

namespace millrace::graphql {
namespace {

/// The shortest digits that give the number again, and how many of them stand before the point.
struct Shortest {
  std::string digits;
  int point;
};

Shortest shortest(double magnitude) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude, std::chars_format::scientific).ptr;
  std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = text.find('e');
  Shortest result{std::string(text.substr(0, e)), 0};
  std::erase(result.digits, '.');
  const bool is_negative = text[e + 1] == '-';
  std::from_chars(text.data() + e + 2, text.data() + text.size(), result.point);
  result.point = (is_negative ? -result.point : result.point) + 1;
  return result;
}

constexpr auto kBlanks = std::to_array<std::string_view>(
    {"\t",     "\n",     "\v",     "\f",     "\r",     " ",      "\u00a0", "\ufeff", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
     "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"});

std::string_view trimmed(std::string_view text) {
  const auto starts = [&text](std::string_view blank) { return text.starts_with(blank); };
  const auto ends = [&text](std::string_view blank) { return text.ends_with(blank); };
  for (auto blank = std::ranges::find_if(kBlanks, starts); blank != kBlanks.end(); blank = std::ranges::find_if(kBlanks, starts))
    text.remove_prefix(blank->size());
  for (auto blank = std::ranges::find_if(kBlanks, ends); blank != kBlanks.end(); blank = std::ranges::find_if(kBlanks, ends))
    text.remove_suffix(blank->size());
  return text;
}

/// "0x1F", "0o17", "0b11": the digits after the prefix, most significant first.
std::optional<double> in_base(std::string_view digits, int base) {
  if (digits.empty()) return std::nullopt;
  double value = 0;
  for (const char c : digits) {
    int digit = 0;
    if (std::from_chars(&c, &c + 1, digit, base).ec != std::errc()) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

/// Takes the digits at the start of `text`.
std::string_view take_digits(std::string_view& text) {
  const std::size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

/// StrUnsignedDecimalLiteral, rewritten as JSON writes numbers.
std::optional<double> decimal(std::string_view text) {
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  std::string number(whole.substr(std::min(whole.find_first_not_of('0'), whole.size())));
  if (number.empty()) number = "0";
  if (!fraction.empty()) number.append(1, '.').append(fraction);
  if (text.starts_with('e') || text.starts_with('E')) {
    std::string_view exponent = text.substr(1);
    if (exponent.starts_with('+') || exponent.starts_with('-')) exponent.remove_prefix(1);
    if (exponent.empty() || !take_digits(exponent).size()) return std::nullopt;
    number.append(text);
    text = exponent;
  }
  if (!text.empty()) return std::nullopt;
  return json::to_double(number);
}

}  // namespace

std::string ecmascript_text(double number) {
  if (number == 0) return "0";
  const std::string sign = number < 0 ? "-" : "";
  if (std::isinf(number)) return sign + "Infinity";
  auto [digits, point] = shortest(std::fabs(number));
  const int size = static_cast<int>(digits.size());
  if (point > 21 || point < -5) {
    const std::string fraction = size > 1 ? '.' + digits.substr(1) : "";
    return sign + digits[0] + fraction + (point > 0 ? "e+" : "e-") + std::to_string(std::abs(point - 1));
  }
  if (point <= 0) return sign + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (size <= point) return sign + digits + std::string(static_cast<std::size_t>(point - size), '0');
  return sign + digits.insert(static_cast<std::size_t>(point), 1, '.');
}

std::string ecmascript_text(std::string_view number) {
  return ecmascript_text(json::to_double(number));
}

std::optional<double> ecmascript_number(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return 0;
  if (text.starts_with("0x") || text.starts_with("0X")) return in_base(text.substr(2), 16);
  if (text.starts_with("0o") || text.starts_with("0O")) return in_base(text.substr(2), 8);
  if (text.starts_with("0b") || text.starts_with("0B")) return in_base(text.substr(2), 2);
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const std::optional<double> magnitude = decimal(text);
  return magnitude && is_negative ? -*magnitude : magnitude;
}

}  // namespace millrace::graphql
