#include "jsonschema/equality.hpp"

#include <algorithm>
#include <vector>

#include "base/hash.hpp"
#include "base/json/number.hpp"

namespace millrace::jsonschema {
namespace {

bool are_equal_arrays(json::Value a, json::Value b) {
  json::Value other = b.first();
  for (json::Value element = a.first(); !(element == a.end()); element = element.after(), other = other.after()) {
    if (!are_equal(element, other)) return false;
  }
  return true;
}

bool are_equal_strings(json::Value a, json::Value b) {
  if (!a.node().escaped && !b.node().escaped) return a.text() == b.text();
  return a.string() == b.string();
}

using Member = std::pair<std::string, json::Value>;

std::vector<Member> sorted_members(json::Value object) {
  std::vector<Member> members;
  members.reserve(object.size());
  for (json::Value key = object.first(); !(key == object.end()); key = key.after().after()) {
    members.emplace_back(key.string(), key.after());
  }
  std::ranges::sort(members, {}, &Member::first);
  return members;
}

bool have_keys_in_one_order(json::Value a, json::Value b) {
  json::Value other = b.first();
  for (json::Value key = a.first(); !(key == a.end()); key = key.after().after(), other = other.after().after()) {
    if (!are_equal_strings(key, other)) return false;
  }
  return true;
}

/// The keys first, so that no pair of values is compared twice: that would double at every level.
bool are_equal_objects(json::Value a, json::Value b) {
  if (have_keys_in_one_order(a, b)) {
    json::Value other = b.first();
    for (json::Value key = a.first(); !(key == a.end()); key = key.after().after(), other = other.after().after()) {
      if (!are_equal(key.after(), other.after())) return false;
    }
    return true;
  }
  const std::vector<Member> left = sorted_members(a);
  const std::vector<Member> right = sorted_members(b);
  const auto equal = [](const Member& x, const Member& y) { return x.first == y.first && are_equal(x.second, y.second); };
  return std::ranges::equal(left, right, equal);
}

constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
  return hash ^ (hash >> 29);
}

/// Equal for equal values.
std::uint64_t hash_of(json::Value value) {
  std::uint64_t hash = static_cast<std::uint64_t>(value.kind()) + 1;
  std::string scratch;
  switch (value.kind()) {
    case json::Kind::null: return hash;
    case json::Kind::boolean: return mix(hash, value.boolean());
    case json::Kind::number: json::append_ordered(scratch, value.text()); return mix(hash, hash_text(scratch));
    case json::Kind::string: return mix(hash, hash_text(characters(value, scratch)));
    case json::Kind::array:
      for (json::Value element = value.first(); !(element == value.end()); element = element.after()) hash = mix(hash, hash_of(element));
      return hash;
    case json::Kind::object: break;
  }
  // A sum, because the order of members is nothing.
  for (json::Value key = value.first(); !(key == value.end()); key = key.after().after()) {
    hash += mix(hash_text(characters(key, scratch)), hash_of(key.after()));
  }
  return hash;
}

struct Element {
  std::uint64_t hash;
  std::uint32_t place;
  json::Value value;
};

std::optional<std::pair<std::uint32_t, std::uint32_t>> find_equal_by_hash(json::Value array) {
  std::vector<Element> elements;
  elements.reserve(array.size());
  for (json::Value value = array.first(); !(value == array.end()); value = value.after()) {
    elements.push_back({hash_of(value), static_cast<std::uint32_t>(elements.size()), value});
  }
  std::ranges::sort(elements, [](const Element& a, const Element& b) { return std::pair(a.hash, a.place) < std::pair(b.hash, b.place); });
  for (std::size_t i = 1; i < elements.size(); ++i) {
    for (std::size_t j = i; j-- > 0 && elements[j].hash == elements[i].hash;) {
      if (are_equal(elements[j].value, elements[i].value)) return std::pair(elements[j].place, elements[i].place);
    }
  }
  return std::nullopt;
}

}  // namespace

bool are_equal(json::Value a, json::Value b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case json::Kind::null: return true;
    case json::Kind::boolean: return a.boolean() == b.boolean();
    case json::Kind::number: return a.text() == b.text() || json::compare_numbers(a.text(), b.text()) == 0;
    case json::Kind::string: return are_equal_strings(a, b);
    case json::Kind::array: return a.size() == b.size() && are_equal_arrays(a, b);
    case json::Kind::object: return a.size() == b.size() && are_equal_objects(a, b);
  }
  return false;
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> find_equal_elements(json::Value array) {
  constexpr std::size_t kFew = 16;
  if (array.size() > kFew) return find_equal_by_hash(array);
  std::uint32_t i = 0;
  for (json::Value value = array.first(); !(value == array.end()); value = value.after(), ++i) {
    std::uint32_t j = 0;
    for (json::Value before = array.first(); !(before == value); before = before.after(), ++j) {
      if (are_equal(before, value)) return std::pair(j, i);
    }
  }
  return std::nullopt;
}

}  // namespace millrace::jsonschema
