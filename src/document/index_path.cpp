#include "document/index_path.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json/slices.hpp"

namespace millrace::document {

bool can_index(const FieldPath& path) {
  static constexpr std::string_view kIdKey = R"("id")";
  return path.root == FieldPath::Root::payload && !path.keys.empty() && path.keys.front() != kIdKey;
}

std::string path_text(const FieldPath& path) {
  return fmt::format("[{}]", fmt::join(path.keys, ","));
}

FieldPath path_of(std::string_view text) {
  FieldPath path;
  json::Elements elements(text);
  for (std::string_view key; elements.next(key);) path.keys.emplace_back(key);
  return path;
}

std::vector<std::string> keys_at(const FieldPath& path, std::string_view payload) {
  std::vector<std::string> keys;
  visit_values(path, payload, [&keys](std::string_view value) {
    if (value == "null" || value.front() == '[' || value.front() == '{') return;
    append_key(keys.emplace_back(), value);
  });
  if (keys.size() < 2) return keys;
  std::ranges::sort(keys);
  const auto repeated = std::ranges::unique(keys);
  keys.erase(repeated.begin(), repeated.end());
  return keys;
}

}  // namespace millrace::document
