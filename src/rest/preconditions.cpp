#include "rest/preconditions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "http/characters.hpp"

namespace millrace::rest {
namespace {

bool join_lines(const http::Request& request, std::string_view name, std::string& out) {
  bool found = false;
  for (const auto& [key, value] : request.headers) {
    if (!http::equal_ignoring_case(key, name)) continue;
    if (found) out += ',';
    out += value;
    found = true;
  }
  return found;
}

/// Calls for each tag of a list. Our tags are digits in quotes, so a comma within the quotes of a foreign one cuts it into two that are
/// none of ours either.
template <class Visit>
bool any_tag(std::string_view list, const Visit& visit) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view tag = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (tag.starts_with(' ') || tag.starts_with('\t')) tag.remove_prefix(1);
    while (tag.ends_with(' ') || tag.ends_with('\t')) tag.remove_suffix(1);
    if (visit(tag)) return true;
  }
  return false;
}

std::optional<std::uint64_t> parse_etag(std::string_view tag) {
  if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') return std::nullopt;
  tag = tag.substr(1, tag.size() - 2);
  std::uint64_t version = 0;
  const auto [end, error] = std::from_chars(tag.data(), tag.data() + tag.size(), version);
  if (error != std::errc() || end != tag.data() + tag.size()) return std::nullopt;
  return version;
}

}  // namespace

Preconditions::Preconditions(const http::Request& request)
    : has_match_(join_lines(request, "if-match", match_)), has_none_match_(join_lines(request, "if-none-match", none_match_)) {}

std::optional<std::uint64_t> Preconditions::only_version() const {
  if (!has_match_ || has_none_match_) return std::nullopt;
  return parse_etag(match_);
}

bool Preconditions::matches(std::uint64_t version) const {
  return !has_match_ || any_tag(match_, [version](std::string_view tag) { return tag == "*" || parse_etag(tag) == version; });
}

bool Preconditions::is_named(std::uint64_t version) const {
  return any_tag(none_match_, [version](std::string_view tag) {
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    return tag == "*" || parse_etag(tag) == version;
  });
}

Error not_admitted(std::string_view id, std::uint64_t version) {
  return {ErrorKind::precondition_failed, "document.version",
          fmt::format("The document \"{}\" is at version {}, which If-Match or If-None-Match rules out.", id, version),
          fmt::format("Read it again and decide anew; its ETag is {} now.", etag(version))};
}

std::string etag(std::uint64_t version) {
  return std::string(1, '"').append(std::to_string(version)).append(1, '"');
}

}  // namespace millrace::rest
