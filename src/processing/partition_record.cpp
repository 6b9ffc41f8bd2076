#include "processing/partition_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/json/members.hpp"
#include "base/json/number.hpp"

namespace millrace::processing {
namespace {

std::uint64_t count_of(json::Value value) {
  const auto number = value.is(json::Kind::number) ? json::integer(value.text()) : std::nullopt;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, number.value_or(0)));
}

void read_waiting(json::Value list, PartitionRecord& record) {
  if (!list.is(json::Kind::array)) return;
  for (json::Value each = list.first(); !(each == list.end()); each = each.after())
    if (each.is(json::Kind::array) && each.size() == 2)
      record.waiting[count_of(each.first())] = static_cast<std::uint32_t>(count_of(each.first().after()));
}

void read_counts(json::Value list, Counts& counts) {
  if (!list.is(json::Kind::array) || list.size() != counts.size()) return;
  json::Value each = list.first();
  for (std::uint64_t& count : counts) {
    count = count_of(each);
    each = each.after();
  }
}

}  // namespace

std::string to_text(const PartitionRecord& record) {
  std::string out;
  json::MemberWriter members(out);
  json::append_string(members.key("owner"), record.owner);
  fmt::format_to(std::back_inserter(members.key("fence")), "{}", record.fence);
  fmt::format_to(std::back_inserter(members.key("cursor")), "{}", record.cursor);
  fmt::format_to(std::back_inserter(members.key("cursor_at")), "{}", record.cursor_at.microseconds);
  members.key("waiting") += '[';
  bool is_first = true;
  for (const auto& [position, attempts] : record.waiting)
    fmt::format_to(std::back_inserter(out), "{}[{},{}]", std::exchange(is_first, false) ? "" : ",", position, attempts);
  out += ']';
  fmt::format_to(std::back_inserter(members.key("counts")), "[{}]", fmt::join(record.counts, ","));
  members.end();
  return out;
}

PartitionRecord read_partition(std::string_view text) {
  PartitionRecord record;
  const auto parsed = json::parse(text);
  if (!parsed) return record;
  json::each_member(parsed->root(), [&record](const std::string& key, json::Value value) {
    if (key == "owner" && value.is(json::Kind::string)) record.owner = value.string();
    if (key == "fence") record.fence = count_of(value);
    if (key == "cursor") record.cursor = count_of(value);
    if (key == "cursor_at") record.cursor_at = {static_cast<std::int64_t>(count_of(value))};
    if (key == "waiting") read_waiting(value, record);
    if (key == "counts") read_counts(value, record.counts);
  });
  return record;
}

std::string to_text(const Members& all) {
  std::string out;
  json::MemberWriter members(out);
  for (const auto& [id, counter] : all) fmt::format_to(std::back_inserter(members.key(id)), "{}", counter);
  members.end();
  return out;
}

Members read_members(std::string_view text) {
  Members members;
  if (const auto parsed = json::parse(text))
    json::each_member(parsed->root(), [&members](const std::string& key, json::Value value) { members[key] = count_of(value); });
  return members;
}

}  // namespace millrace::processing
