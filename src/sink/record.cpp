#include "sink/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/json/members.hpp"
#include "base/json/number.hpp"

namespace millrace::sink {
namespace {

std::uint64_t count_of(json::Value value) {
  const auto number = value.is(json::Kind::number) ? json::integer(value.text()) : std::nullopt;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, number.value_or(0)));
}

}  // namespace

std::string to_text(const Record& record) {
  std::string out;
  json::MemberWriter members(out);
  json::append_string(members.key("owner"), record.owner);
  fmt::format_to(std::back_inserter(members.key("fence")), "{}", record.fence);
  fmt::format_to(std::back_inserter(members.key("position")), "{}", record.position);
  fmt::format_to(std::back_inserter(members.key("published")), "{}", record.published);
  json::append_string(members.key("error"), record.error);
  json::append_string(members.key("error_at"), record.error_at);
  members.end();
  return out;
}

Record read_record(std::string_view text) {
  Record record;
  const auto parsed = json::parse(text);
  if (!parsed) return record;
  json::each_member(parsed->root(), [&record](const std::string& key, json::Value value) {
    if (key == "fence") record.fence = count_of(value);
    if (key == "position") record.position = count_of(value);
    if (key == "published") record.published = count_of(value);
    if (!value.is(json::Kind::string)) return;
    if (key == "owner") record.owner = value.string();
    if (key == "error") record.error = value.string();
    if (key == "error_at") record.error_at = value.string();
  });
  return record;
}

}  // namespace millrace::sink
