#include "federation/ordering.hpp"

#include <algorithm>

#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"
#include "base/problem.hpp"

namespace millrace::federation {
namespace {

using document::FieldPath;
using document::Order;
using document::OrderKey;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Equal but for case and underscores.
bool is_spelled_alike(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (true) {
    while (i < a.size() && a[i] == '_') ++i;
    while (j < b.size() && b[j] == '_') ++j;
    if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
    if (lower(a[i++]) != lower(b[j++])) return false;
  }
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Failure wrong(std::string message, std::string hint) {
  return Failure(Error{ErrorKind::invalid_argument, "graphql.order", std::move(message), std::move(hint)});
}

/// ASC, "desc", 1 and -1 as they stand in JSON; null is ascending.
std::optional<bool> direction_of(std::string_view value) {
  if (value.starts_with('"')) return Ordering::descending(value.substr(1, value.size() - 2));
  if (value == "1" || value == "null") return false;
  return value == "-1" ? std::optional(true) : std::nullopt;
}

}  // namespace

std::optional<bool> Ordering::descending(std::string_view word) {
  for (std::string_view up : {"asc", "ascending"})
    if (is_spelled_alike(word, up)) return false;
  for (std::string_view down : {"desc", "descending"})
    if (is_spelled_alike(word, down)) return true;
  return std::nullopt;
}

std::optional<FieldPath> Ordering::path(std::string_view name) const {
  const std::size_t dot = name.find('.');
  const std::string_view head = name.substr(0, dot);
  auto field = std::ranges::find(fields_, head);
  if (field == fields_.end()) field = std::ranges::find_if(fields_, [&](const std::string& each) { return is_spelled_alike(each, head); });
  if (field == fields_.end()) return std::nullopt;
  if (*field == "id" && dot == std::string_view::npos) return FieldPath{FieldPath::Root::id, {}};
  FieldPath path{FieldPath::Root::payload, {json::quoted(*field)}};
  if (dot == std::string_view::npos) return path;
  const FieldPath rest = FieldPath::parse("payload." + std::string(name.substr(dot + 1)));
  path.keys.insert(path.keys.end(), rest.keys.begin(), rest.keys.end());
  return path;
}

std::optional<OrderKey> Ordering::key(std::string_view word) const {
  const bool is_reversed = word.starts_with('-');
  if (is_reversed || word.starts_with('+')) word.remove_prefix(1);
  if (auto whole = path(word)) return OrderKey{*std::move(whole), is_reversed};
  for (const char separator : {' ', '_'}) {
    const std::size_t cut = word.rfind(separator);
    if (cut == std::string_view::npos) continue;
    const auto direction = descending(word.substr(cut + 1));
    auto before = path(trimmed(word.substr(0, cut)));
    if (direction && before && !(is_reversed && *direction)) return OrderKey{*std::move(before), *direction != is_reversed};
  }
  return std::nullopt;
}

Result<Order> Ordering::read(std::string_view argument) const {
  Order order;
  TRY_OK(read_value(argument, order));
  if (order.size() <= kKeysMax) return order;
  return wrong(fmt::format("A list has at most {} keys to order by.", kKeysMax), {});
}

Result<> Ordering::read_value(std::string_view value, Order& order) const {
  switch (json::kind_of(value)) {
    case json::Kind::null: return {};
    case json::Kind::string: return read_words(json::decode_string(value), order);
    case json::Kind::object: return read_object(value, order);
    case json::Kind::array: break;
    case json::Kind::number:
    case json::Kind::boolean: return wrong(fmt::format("{} names no field to order by.", value), {});
  }
  json::Elements elements(value);
  for (std::string_view element; elements.next(element);) {
    if (element.starts_with('[')) return wrong("A list of fields to order by holds no lists.", {});
    TRY_OK(read_value(element, order));
  }
  return {};
}

Result<> Ordering::read_words(std::string_view words, Order& order) const {
  while (!words.empty()) {
    const std::size_t comma = std::min(words.find(','), words.size());
    const std::string_view word = trimmed(words.substr(0, comma));
    words.remove_prefix(std::min(comma + 1, words.size()));
    if (word.empty()) continue;
    auto key = this->key(word);
    if (!key) return no_field(word);
    order.push_back(*std::move(key));
  }
  return {};
}

Result<> Ordering::read_object(std::string_view object, Order& order) const {
  const std::string_view field = json::member(object, R"("field")");
  if (field.starts_with('"') && !direction_of(field)) {
    const std::string_view direction = json::member(object, R"("direction")");
    json::Members members(object);
    for (std::string_view name, value; members.next(name, value);)
      if (name != R"("field")" && name != R"("direction")")
        return wrong(fmt::format("{} says nothing beside \"field\".", name), "Say {field, direction}.");
    return read_member(json::decode_string(field), direction.empty() ? "null" : direction, order);
  }
  json::Members members(object);
  for (std::string_view name, direction; members.next(name, direction);) {
    if (direction == "null") continue;
    TRY_OK(read_member(json::decode_string(name), direction, order));
  }
  return {};
}

Result<> Ordering::read_member(std::string_view name, std::string_view direction, Order& order) const {
  auto known = path(name);
  if (!known) return no_field(name);
  const auto is_descending = direction_of(direction);
  if (!is_descending) return wrong(fmt::format("{} is no direction.", direction), "Say ASC or DESC.");
  order.push_back({*std::move(known), *is_descending});
  return {};
}

Failure Ordering::no_field(std::string_view name) const {
  std::string_view bare = name.substr(0, name.find_first_of(" ."));
  while (bare.starts_with('-') || bare.starts_with('+')) bare.remove_prefix(1);
  std::string_view near = nearest(bare, fields_);
  if (near.empty()) near = nearest(bare.substr(0, bare.rfind('_')), fields_);
  if (name.substr(0, name.find(' ')) != name && std::ranges::find(fields_, bare) != fields_.end())
    return wrong(fmt::format("\"{}\" names a field, and no direction.", name), "Say asc or desc, or a - in front for descending.");
  return wrong(fmt::format("There is no field \"{}\" to order by.", bare),
               near.empty() ? fmt::format("Known are: {}.", fmt::join(fields_, ", ")) : fmt::format("Did you mean \"{}\"?", near));
}

}  // namespace millrace::federation
