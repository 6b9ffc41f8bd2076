#include "migrate/row_values.hpp"

#include <charconv>
#include <cmath>

#include "base/json/document.hpp"

namespace millrace::migrate {
namespace {

constexpr std::int64_t kLast = 253'402'300'799'999'999;  // 9999-12-31T23:59:59.999999Z

std::optional<Instant> parse_milliseconds(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto [last, error] = std::from_chars(text.data(), end, whole); error == std::errc() && last == end) {
    return whole > kLast / 1000 ? std::nullopt : created_at_of(whole * 1000);
  }
  double number = 0;
  const auto [last, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || last != end || !(std::fabs(number) < static_cast<double>(kLast) / 1000)) return std::nullopt;
  return created_at_of(std::llround(number * 1000));
}

}  // namespace

std::optional<Instant> created_at_of(std::int64_t microseconds) {
  if (microseconds < 0 || microseconds > kLast) return std::nullopt;
  return Instant{microseconds};
}

std::optional<Instant> parse_created_at(std::string_view text) {
  if (const auto instant = parse_milliseconds(text)) return instant;
  std::string spelt(text);
  if (spelt.size() > 10 && spelt[10] == ' ') spelt[10] = 'T';
  auto instant = parse_rfc3339(spelt);
  if (!instant) instant = parse_rfc3339(spelt + 'Z');
  return instant ? created_at_of(instant->microseconds) : std::nullopt;
}

std::vector<std::string> parse_tokens(std::string_view text) {
  if (text.empty()) return {};
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->root().is(json::Kind::array)) {
    if (parsed && parsed->root().is(json::Kind::null)) return {};
    return {std::string(text)};
  }
  std::vector<std::string> tokens;
  const json::Value root = parsed->root();
  for (json::Value value = root.first(); value != root.end(); value = value.after()) {
    tokens.push_back(value.is(json::Kind::string) ? value.string() : std::string(value.text()));
  }
  return tokens;
}

bool parse_deleted(std::string_view text) {
  if (text.empty() || text == "f" || text == "false" || text == "FALSE") return false;
  double number = 1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number != 0;
}

}  // namespace millrace::migrate
