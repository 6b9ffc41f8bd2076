#include "base/instant.hpp"

#include <algorithm>
#include <charconv>

namespace millrace {
namespace {

constexpr std::int64_t kMillisecond = 1000;
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kFirstPrintable = -62'167'219'200 * kSecond;     // 0000-01-01T00:00:00Z
constexpr std::int64_t kLastPrintable = 253'402'300'800 * kSecond - 1;  // 9999-12-31T23:59:59.999999Z

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes characters away from the front of a text as long as they fit.
class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}

  /// Just `size` digits, as a number from `least` to `most`.
  bool number(std::size_t size, int least, int most, int& out) {
    if (left_.size() < size || !std::all_of(left_.begin(), left_.begin() + static_cast<std::ptrdiff_t>(size), is_digit)) return false;
    out = 0;
    for (std::size_t i = 0; i < size; ++i) out = out * 10 + (left_[i] - '0');
    left_.remove_prefix(size);
    return out >= least && out <= most;
  }
  bool one_of(std::string_view characters) {
    if (left_.empty() || !characters.contains(left_.front())) return false;
    left_.remove_prefix(1);
    return true;
  }
  std::string_view digits() {
    const auto end = std::find_if_not(left_.begin(), left_.end(), is_digit);
    const std::string_view result(left_.begin(), end);
    left_.remove_prefix(result.size());
    return result;
  }
  bool at_end() const { return left_.empty(); }

 private:
  std::string_view left_;
};

struct Parts {
  int year, month, day, hour, minute, second;
  std::string_view fraction;
  int offset_minutes = 0;  // of the local time, ahead of UTC
};

/// full-date = 4DIGIT "-" 2DIGIT "-" 2DIGIT
bool read_date(Reader& in, Parts& parts) {
  return in.number(4, 0, 9999, parts.year) && in.one_of("-") && in.number(2, 1, 12, parts.month) && in.one_of("-") &&
         in.number(2, 1, 31, parts.day) &&
         std::chrono::year_month_day(std::chrono::year(parts.year), std::chrono::month(static_cast<unsigned>(parts.month)),
                                     std::chrono::day(static_cast<unsigned>(parts.day)))
             .ok();
}

/// partial-time = 2DIGIT ":" 2DIGIT ":" 2DIGIT [ "." 1*DIGIT ]
bool read_time(Reader& in, Parts& parts) {
  const bool whole = in.number(2, 0, 23, parts.hour) && in.one_of(":") && in.number(2, 0, 59, parts.minute) && in.one_of(":") &&
                     in.number(2, 0, 60, parts.second);
  if (!whole || !in.one_of(".")) return whole;
  parts.fraction = in.digits();
  return !parts.fraction.empty();
}

/// time-offset = "Z" / ("+" / "-") 2DIGIT ":" 2DIGIT
bool read_offset(Reader& in, Parts& parts) {
  if (in.one_of("Zz")) return true;
  const bool ahead = in.one_of("+");
  if (!ahead && !in.one_of("-")) return false;
  int hours = 0;
  int minutes = 0;
  if (!in.number(2, 0, 23, hours) || !in.one_of(":") || !in.number(2, 0, 59, minutes)) return false;
  parts.offset_minutes = (ahead ? 1 : -1) * (hours * 60 + minutes);
  return true;
}

std::optional<Parts> read_parts(std::string_view text) {
  Parts parts{};
  Reader in(text);
  if (!read_date(in, parts) || !in.one_of("Tt") || !read_time(in, parts) || !read_offset(in, parts) || !in.at_end()) return std::nullopt;
  return parts;
}

std::int64_t microseconds_of(std::string_view fraction) {
  std::int64_t result = 0;
  for (std::size_t i = 0; i < 6; ++i) result = result * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  return result;
}

/// Leap seconds are inserted at the end of a month, UTC; in this count they are the last microsecond of the second before, so that no
/// later time is smaller.
std::optional<Instant> instant_of(const Parts& parts) {
  const std::chrono::year_month_day date(std::chrono::year(parts.year), std::chrono::month(static_cast<unsigned>(parts.month)),
                                         std::chrono::day(static_cast<unsigned>(parts.day)));
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t minutes = days * 1440 + parts.hour * 60 + parts.minute - parts.offset_minutes;
  if (parts.second < 60) return Instant{(minutes * 60 + parts.second) * kSecond + microseconds_of(parts.fraction)};
  const std::int64_t midnight = (minutes + 1) * 60 * kSecond;
  if (midnight % kDay != 0) return std::nullopt;
  const std::chrono::year_month_day next{std::chrono::sys_days(std::chrono::days(midnight / kDay))};
  if (next.day() != std::chrono::day(1)) return std::nullopt;
  return Instant{midnight - 1};
}

/// Whole milliseconds, to the last microsecond of the last one.
std::optional<Instant> parse_milliseconds(std::string_view text) {
  std::int64_t milliseconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (end != text.data() + text.size() || problem == std::errc::invalid_argument) return std::nullopt;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / kMillisecond - 1;
  const bool negative = text.starts_with('-');
  if (problem == std::errc::result_out_of_range) milliseconds = negative ? -most : most;
  if (milliseconds >= most) return kNewest;
  return Instant{std::max(milliseconds, -most) * kMillisecond + (kMillisecond - 1)};
}

void put_digits(std::string& out, std::size_t at, std::size_t size, std::int64_t value) {
  for (std::size_t i = at + size; i-- > at; value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

Instant now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

std::string to_string(Instant instant) {
  const std::int64_t microseconds = std::clamp(instant.microseconds, kFirstPrintable, kLastPrintable);
  const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(microseconds)};
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::int64_t in_day = (time - midnight).count();
  const std::int64_t seconds = in_day / kSecond;
  // Written for every document that is read, so digit by digit: ten times as fast as a format string.
  std::string out = "0000-00-00T00:00:00.000000Z";
  put_digits(out, 0, 4, static_cast<int>(date.year()));
  put_digits(out, 5, 2, static_cast<unsigned>(date.month()));
  put_digits(out, 8, 2, static_cast<unsigned>(date.day()));
  put_digits(out, 11, 2, seconds / 3600);
  put_digits(out, 14, 2, seconds / 60 % 60);
  put_digits(out, 17, 2, seconds % 60);
  put_digits(out, 20, 6, in_day % kSecond);
  return out;
}

std::optional<Instant> parse_at(std::string_view text) {
  if (const std::optional<Instant> instant = parse_milliseconds(text)) return instant;
  const std::optional<Parts> parts = read_parts(text);
  if (!parts) return std::nullopt;
  std::optional<Instant> instant = instant_of(*parts);
  const bool whole_millisecond = parts->fraction.size() <= 3 && parts->second < 60;
  if (instant && whole_millisecond) instant->microseconds += kMillisecond - 1;
  return instant;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  const std::optional<Parts> parts = read_parts(text);
  return parts ? instant_of(*parts) : std::nullopt;
}

}  // namespace millrace
