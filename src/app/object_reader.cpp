#include "app/object_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/result.hpp"
#include "hocon/units.hpp"

namespace millrace::app {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_within(const std::optional<std::uint64_t>& number, const KeyRange& range) {
  return number && *number >= range.least && *number <= range.most;
}

}  // namespace

ObjectReader::ObjectReader(const hocon::Value& object, const ConfigSection& section, std::string where, std::vector<Problem>& problems,
                           bool allow_referenced)
    : object_(&object), section_(&section), where_(std::move(where)), problems_(&problems) {
  refuse_unknown(allow_referenced);
}

std::string ObjectReader::where(std::string_view key) const {
  return where_.empty() ? std::string(key) : fmt::format("{}.{}", where_, key);
}

void ObjectReader::problem(const Place& place, std::string message, std::string hint) {
  problems_->push_back({place, std::move(message), std::move(hint)});
}

ObjectReader::Found ObjectReader::find(std::string_view name, KeyType type) {
  const ConfigKey* key = section_->find(name);
  CHECK(key != nullptr && key->type == type);
  const hocon::Value* value = object_->find(name);
  if (value != nullptr && value->kind == hocon::Kind::null) value = nullptr;
  if (value == nullptr && key->absent.is_required)
    problem(object_->place, fmt::format("{} is missing.", where(name)), std::string(key->absent.words));
  return {*key, value};
}

std::string ObjectReader::text(std::string_view name) {
  const auto [key, value] = find(name, KeyType::text);
  if (value == nullptr) return std::string(key.absent.value);
  if (value->kind == hocon::Kind::string || value->kind == hocon::Kind::number) return value->text;
  problem(value->place, fmt::format("{} must be a string.", where(name)));
  return {};
}

std::uint64_t ObjectReader::number(std::string_view name) {
  const auto [key, value] = find(name, KeyType::number);
  const auto number = parse_number(value == nullptr ? key.absent.value : value->text);
  if (value == nullptr || is_within(number, key.range)) return number.value_or(0);
  problem(value->place, fmt::format("{} must be a whole number from {} to {}.", where(name), key.range.least, key.range.most));
  return 0;
}

bool ObjectReader::flag(std::string_view name) {
  const auto [key, value] = find(name, KeyType::flag);
  if (value == nullptr) return key.absent.value == "true";
  if (value->kind == hocon::Kind::boolean) return value->flag;
  problem(value->place, fmt::format("{} must be true or false.", where(name)));
  return false;
}

bool ObjectReader::flag(std::string_view name, bool otherwise) {
  return find(name, KeyType::flag).value == nullptr ? otherwise : flag(name);
}

std::chrono::milliseconds ObjectReader::duration(std::string_view name) {
  const auto [key, value] = find(name, KeyType::duration);
  const auto duration = hocon::parse_duration(value == nullptr ? key.absent.value : value->text);
  if (value == nullptr || duration) return duration.value_or(std::chrono::milliseconds());
  problem(value->place, fmt::format("{} must be a duration.", where(name)), "Write a number and a unit, such as 10s or 500ms.");
  return {};
}

std::uint64_t ObjectReader::size(std::string_view name) {
  const auto [key, value] = find(name, KeyType::size);
  const auto size = hocon::parse_bytes(value == nullptr ? key.absent.value : value->text);
  if (value == nullptr || is_within(size, key.range)) return size.value_or(0);
  problem(value->place, fmt::format("{} must be a size from {} to {} bytes.", where(name), key.range.least, key.range.most),
          "Write a number and a unit, such as 512kB or 1MiB.");
  return 0;
}

const hocon::Value* ObjectReader::foreign_object(std::string_view name) {
  const hocon::Value* value = find(name, KeyType::object).value;
  if (value == nullptr || value->kind == hocon::Kind::object) return value;
  problem(value->place, fmt::format("{} must be an object.", where(name)));
  return nullptr;
}

std::optional<ObjectReader> ObjectReader::object(std::string_view name, const ConfigSection& section) {
  const hocon::Value* value = foreign_object(name);
  if (value == nullptr) return std::nullopt;
  return ObjectReader(*value, section, where(name), *problems_);
}

ObjectReader ObjectReader::optional_object(std::string_view name, const ConfigSection& section) {
  static const hocon::Value empty{.kind = hocon::Kind::object};
  auto reader = object(name, section);
  return reader ? *reader : ObjectReader(empty, section, where(name), *problems_);
}

std::vector<ObjectReader> ObjectReader::objects(std::string_view name, const ConfigSection& section) {
  const hocon::Value* value = find(name, KeyType::objects).value;
  return value == nullptr ? std::vector<ObjectReader>() : objects_in(*value, section, where(name));
}

std::vector<ObjectReader> ObjectReader::objects_in(const hocon::Value& list, const ConfigSection& section, const std::string& where) {
  std::vector<ObjectReader> readers;
  const auto items = hocon::as_list(list);
  if (!items) {
    problem(list.place, fmt::format("{} must be a list of objects.", where), "Write it as [ { ... }, { ... } ].");
    return readers;
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    const hocon::Value& item = *(*items)[i];
    if (item.kind == hocon::Kind::object) {
      readers.emplace_back(item, section, fmt::format("{}[{}]", where, i), *problems_);
    } else {
      problem(item.place, fmt::format("{} must hold objects only.", where));
    }
  }
  return readers;
}

std::vector<ObjectReader> ObjectReader::one_or_more(std::string_view name, const ConfigSection& section) {
  const hocon::Value* value = find(name, KeyType::objects).value;
  if (value == nullptr || value->kind != hocon::Kind::object || hocon::as_list(*value)) return objects(name, section);
  return {ObjectReader(*value, section, where(name), *problems_)};
}

std::vector<std::string> ObjectReader::texts(std::string_view name) {
  std::vector<std::string> texts;
  const hocon::Value* value = find(name, KeyType::texts).value;
  if (value == nullptr) return texts;
  const auto items = hocon::as_list(*value);
  for (const hocon::Value* item : items ? *items : std::vector<const hocon::Value*>{value}) {
    if (item->kind == hocon::Kind::string || item->kind == hocon::Kind::number) {
      texts.push_back(item->text);
    } else {
      problem(item->place, fmt::format("{} must be a string, or a list of strings.", where(name)));
    }
  }
  return texts;
}

const hocon::Value* ObjectReader::any(std::string_view name) {
  return find(name, KeyType::any).value;
}

const Place& ObjectReader::place(std::string_view key) const {
  const hocon::Value* value = object_->find(key);
  return value == nullptr ? object_->place : value->place;
}

void ObjectReader::refuse_unknown(bool allow_referenced) {
  for (const hocon::Member& member : object_->members) {
    if (section_->find(member.key) != nullptr || (allow_referenced && member.value.referenced)) continue;
    problem(member.place, fmt::format("There is no setting \"{}\".", where(member.key)), hint_for_unknown(member.key));
  }
}

/// The nearest key here; else the section that has a key of that very name.
std::string ObjectReader::hint_for_unknown(std::string_view name) const {
  std::vector<std::string> known;
  for (const ConfigKey& key : section_->keys) known.emplace_back(key.name);
  if (const std::string_view near = nearest(name, known); !near.empty()) return fmt::format("Did you mean \"{}\"?", near);
  for (const ConfigSection* other : config_sections()) {
    if (other->find(name) == nullptr) continue;
    return fmt::format("\"{}\" is a setting {}.", name, other->name.empty() ? "at the top" : fmt::format("of {}", other->name));
  }
  return fmt::format("Known here: {}.", fmt::join(known, ", "));
}

}  // namespace millrace::app
