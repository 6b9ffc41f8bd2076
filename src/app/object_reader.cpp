#include "app/object_reader.hpp"

#include <algorithm>

#include "hocon/units.hpp"

namespace millrace::app {

ObjectReader::ObjectReader(const hocon::Value& object, std::string where, std::vector<Problem>& problems)
    : object_(object), where_(std::move(where)), problems_(problems) {}

std::string ObjectReader::where(std::string_view key) const {
  return where_.empty() ? std::string(key) : fmt::format("{}.{}", where_, key);
}

void ObjectReader::problem(const Place& place, std::string message, std::string hint) {
  problems_.push_back({place, std::move(message), std::move(hint)});
}

const hocon::Value* ObjectReader::value(std::string_view key) {
  known_.emplace_back(key);
  const hocon::Value* found = object_.find(key);
  return found == nullptr || found->kind == hocon::Kind::null ? nullptr : found;
}

std::optional<std::string> ObjectReader::string(std::string_view key) {
  const hocon::Value* found = value(key);
  if (found == nullptr) return std::nullopt;
  if (found->kind == hocon::Kind::string || found->kind == hocon::Kind::number) return found->text;
  problem(found->place, fmt::format("{} must be a string.", where(key)));
  return std::nullopt;
}

std::optional<std::uint64_t> ObjectReader::integer(std::string_view key, std::uint64_t max) {
  const hocon::Value* found = value(key);
  if (found == nullptr) return std::nullopt;
  std::uint64_t number = 0;
  const char* end = found->text.data() + found->text.size();
  auto [stop, error] = std::from_chars(found->text.data(), end, number);
  if (!found->text.empty() && error == std::errc() && stop == end && number <= max) return number;
  problem(found->place, fmt::format("{} must be a whole number from 0 to {}.", where(key), max));
  return std::nullopt;
}

std::optional<bool> ObjectReader::boolean(std::string_view key) {
  const hocon::Value* found = value(key);
  if (found == nullptr) return std::nullopt;
  if (found->kind == hocon::Kind::boolean) return found->flag;
  problem(found->place, fmt::format("{} must be true or false.", where(key)));
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> ObjectReader::duration(std::string_view key) {
  const hocon::Value* found = value(key);
  if (found == nullptr) return std::nullopt;
  auto read = hocon::parse_duration(found->text);
  if (read) return read;
  problem(found->place, fmt::format("{} must be a duration.", where(key)), "Write a number and a unit, such as 10s or 500ms.");
  return std::nullopt;
}

std::vector<const hocon::Value*> ObjectReader::objects(std::string_view key) {
  std::vector<const hocon::Value*> found;
  const hocon::Value* array = value(key);
  if (array == nullptr) return found;
  if (array->kind != hocon::Kind::array) {
    problem(array->place, fmt::format("{} must be a list of objects.", where(key)), "Write it as [ { ... }, { ... } ].");
    return found;
  }
  for (const hocon::Value& item : array->items) {
    if (item.kind == hocon::Kind::object) {
      found.push_back(&item);
    } else {
      problem(item.place, fmt::format("{} must hold objects only.", where(key)));
    }
  }
  return found;
}

const hocon::Value* ObjectReader::required(std::string_view key, std::string_view hint) {
  const hocon::Value* found = value(key);
  if (found == nullptr) problem(object_.place, fmt::format("{} is missing.", where(key)), std::string(hint));
  return found;
}

std::string ObjectReader::required_string(std::string_view key, std::string_view hint) {
  if (required(key, hint) == nullptr) return {};
  return string(key).value_or(std::string());
}

void ObjectReader::finish(bool allow_referenced) {
  for (const hocon::Member& member : object_.members) {
    if (std::ranges::find(known_, member.key) != known_.end() || (allow_referenced && member.value.referenced)) continue;
    std::string_view near = nearest(member.key, known_);
    problem(member.place, fmt::format("There is no setting \"{}\".", where(member.key)),
            near.empty() ? fmt::format("Known here: {}.", fmt::join(known_, ", ")) : fmt::format("Did you mean \"{}\"?", near));
  }
}

}  // namespace millrace::app
