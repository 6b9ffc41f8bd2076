#include "hocon/units.hpp"

#include <cctype>
#include <cmath>

#include "hocon/characters.hpp"

namespace millrace::hocon {
namespace {

struct Unit {
  std::string_view names;  // separated by spaces, with one at each end
  double factor;
};

// In nanoseconds.
constexpr std::array kDurations = {
    Unit{" ns nano nanos nanosecond nanoseconds ", 1},
    Unit{" us micro micros microsecond microseconds ", 1e3},
    Unit{" ms milli millis millisecond milliseconds ", 1e6},
    Unit{" s second seconds ", 1e9},
    Unit{" m minute minutes ", 60e9},
    Unit{" h hour hours ", 3600e9},
    Unit{" d day days ", 86400e9},
};

constexpr double kKibi = 1024;
constexpr std::array kSizes = {
    Unit{" B b byte bytes ", 1},
    Unit{" kB kilobyte kilobytes ", 1e3},
    Unit{" MB megabyte megabytes ", 1e6},
    Unit{" GB gigabyte gigabytes ", 1e9},
    Unit{" TB terabyte terabytes ", 1e12},
    Unit{" PB petabyte petabytes ", 1e15},
    Unit{" EB exabyte exabytes ", 1e18},
    Unit{" ZB zettabyte zettabytes ", 1e21},
    Unit{" YB yottabyte yottabytes ", 1e24},
    Unit{" K k Ki KiB kibibyte kibibytes ", kKibi},
    Unit{" M m Mi MiB mebibyte mebibytes ", kKibi* kKibi},
    Unit{" G g Gi GiB gibibyte gibibytes ", kKibi* kKibi* kKibi},
    Unit{" T t Ti TiB tebibyte tebibytes ", kKibi* kKibi* kKibi* kKibi},
    Unit{" P p Pi PiB pebibyte pebibytes ", kKibi* kKibi* kKibi* kKibi* kKibi},
    Unit{" E e Ei EiB exbibyte exbibytes ", kKibi* kKibi* kKibi* kKibi* kKibi* kKibi},
    Unit{" Z z Zi ZiB zebibyte zebibytes ", kKibi* kKibi* kKibi* kKibi* kKibi* kKibi* kKibi},
    Unit{" Y y Yi YiB yobibyte yobibytes ", kKibi* kKibi* kKibi* kKibi* kKibi* kKibi* kKibi* kKibi},
};

template <std::size_t size>
std::optional<double> factor_of(const std::array<Unit, size>& units, std::string_view name) {
  const std::string padded = fmt::format(" {} ", name);
  for (const Unit& unit : units) {
    if (unit.names.find(padded) != std::string_view::npos) return unit.factor;
  }
  return std::nullopt;
}

struct Amount {
  std::string_view number;
  std::string_view unit;
};

std::optional<Amount> split(std::string_view text) {
  text = trimmed(text);
  std::size_t unit_at = text.size();
  while (unit_at > 0 && std::isalpha(static_cast<unsigned char>(text[unit_at - 1])) != 0) --unit_at;
  Amount amount = {trimmed(text.substr(0, unit_at)), text.substr(unit_at)};
  if (amount.number.empty()) return std::nullopt;
  return amount;
}

/// A whole number is multiplied in integers, so that it keeps its digits; another as a double.
std::optional<std::uint64_t> product(std::string_view number, double factor, double divisor) {
  const char* end = number.data() + number.size();
  if (std::uint64_t whole = 0; factor >= divisor && factor / divisor < 0x1p63) {
    auto [stop, error] = std::from_chars(number.data(), end, whole);
    std::uint64_t result = 0;
    const bool overflows = __builtin_mul_overflow(whole, static_cast<std::uint64_t>(factor / divisor), &result);
    if (error == std::errc() && stop == end) return overflows ? std::nullopt : std::optional(result);
  }
  double fraction = 0;
  auto [stop, error] = std::from_chars(number.data(), end, fraction);
  if (error != std::errc() || stop != end || !std::isfinite(fraction) || std::signbit(fraction)) return std::nullopt;
  const double result = fraction * factor / divisor;
  if (result >= 0x1p64) return std::nullopt;
  return static_cast<std::uint64_t>(result);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr double kNanosecondsPerMillisecond = 1e6;
  const std::optional<Amount> amount = split(text);
  if (!amount) return std::nullopt;
  const std::optional<double> factor = factor_of(kDurations, amount->unit.empty() ? "ms" : amount->unit);
  if (!factor) return std::nullopt;
  const std::optional<std::uint64_t> count = product(amount->number, *factor, kNanosecondsPerMillisecond);
  if (!count || *count > static_cast<std::uint64_t>(std::chrono::milliseconds::max().count())) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*count));
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  const std::optional<Amount> amount = split(text);
  if (!amount) return std::nullopt;
  const std::optional<double> factor = factor_of(kSizes, amount->unit.empty() ? "B" : amount->unit);
  if (!factor) return std::nullopt;
  return product(amount->number, *factor, 1);
}

}  // namespace millrace::hocon
