#include "document/merge_patch.hpp"

#include <unordered_map>

#include "base/hash.hpp"
#include "base/json/slices.hpp"

namespace millrace::document {
namespace {

void append_key(std::string& out, std::string_view key) {
  if (out.back() != '{') out += ',';
  out.append(key).append(1, ':');
}

/// RFC 7396, section 2: MergePatch.
void append_merged(std::string& out, std::string_view target, std::string_view patch) {
  if (!patch.starts_with('{')) {
    out += patch;
    return;
  }
  std::unordered_map<std::string_view, std::string_view, TextHash> changes;
  json::Members given(patch);
  for (std::string_view key, value; given.next(key, value);) changes.emplace(key, value);
  out += '{';
  json::Members members(target.starts_with('{') ? target : "{}");
  for (std::string_view key, value; members.next(key, value);) {
    const auto change = changes.extract(key);
    if (change && change.mapped() == "null") continue;
    append_key(out, key);
    if (change) {
      append_merged(out, value, change.mapped());
    } else {
      out += value;
    }
  }
  json::Members added(patch);
  for (std::string_view key, value; added.next(key, value);) {
    if (value == "null" || !changes.contains(key)) continue;
    append_key(out, key);
    append_merged(out, "{}", value);
  }
  out += '}';
}

}  // namespace

std::string merge_patch(std::string_view target, std::string_view patch) {
  std::string merged;
  merged.reserve(target.size() + patch.size());
  append_merged(merged, target, patch);
  return merged;
}

}  // namespace millrace::document
