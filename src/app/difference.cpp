#include "app/difference.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json/members.hpp"
#include "base/json/pointer.hpp"
#include "jsonschema/equality.hpp"

namespace millrace::app {
namespace {

using json::Kind;

constexpr std::size_t kShown = 500;  // bytes of a value

std::string shown(std::optional<json::Value> value) {
  if (!value) return "nothing";
  std::string text;
  json::append_canonical(text, *value);
  if (text.size() <= kShown) return text;
  std::size_t end = kShown;
  while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string inside(const std::string& place, std::string_view token) {
  std::string all = place;
  json::append_pointer_token(all, token);
  return all;
}

void compare_objects(std::vector<std::string>& lines, const std::string& place, json::Value expected, json::Value actual) {
  json::each_member(
      expected, [&](const std::string& key, json::Value value) { add_differences(lines, inside(place, key), value, actual.find(key)); });
  json::each_member(actual, [&](const std::string& key, json::Value value) {
    if (!expected.find(key)) add_differences(lines, inside(place, key), std::nullopt, value);
  });
}

void compare_arrays(std::vector<std::string>& lines, const std::string& place, json::Value expected, json::Value actual) {
  json::Value a = expected.first();
  json::Value b = actual.first();
  for (std::size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
    const bool has_a = i < expected.size();
    const bool has_b = i < actual.size();
    add_differences(lines, inside(place, fmt::format("{}", i)), has_a ? std::optional(a) : std::nullopt,
                    has_b ? std::optional(b) : std::nullopt);
    if (has_a) a = a.after();
    if (has_b) b = b.after();
  }
}

}  // namespace

void add_differences(std::vector<std::string>& lines, const std::string& place, std::optional<json::Value> expected,
                     std::optional<json::Value> actual) {
  if (expected && actual) {
    if (jsonschema::are_equal(*expected, *actual)) return;
    if (expected->is(Kind::object) && actual->is(Kind::object)) return compare_objects(lines, place, *expected, *actual);
    if (expected->is(Kind::array) && actual->is(Kind::array)) return compare_arrays(lines, place, *expected, *actual);
  }
  lines.push_back(fmt::format("{}: expected {}, got {}", place.empty() ? "(whole)" : place, shown(expected), shown(actual)));
}

std::vector<std::string> differences(json::Value expected, json::Value actual) {
  std::vector<std::string> lines;
  add_differences(lines, "", expected, actual);
  return lines;
}

}  // namespace millrace::app
