#include "store/mongo/condition.hpp"

#include <algorithm>
#include <cmath>

#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "store/mongo/payload.hpp"

namespace millrace::store::mongo {
namespace {

using document::Comparison;
using document::Filter;

/// Whether equal values are equal in MongoDB as well. Numbers are stored as the nearest double where they are no integers; below 2^53 an
/// integer and the double nearest to it are one.
bool is_plain(std::string_view value) {
  switch (json::kind_of(value)) {
    case json::Kind::string: return value.find("\\u0000") == std::string_view::npos;
    case json::Kind::number: return std::abs(json::to_double(value)) < 9e15;
    case json::Kind::boolean: return true;
    default: return false;
  }
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// The operator of an order, its bound included: a number may have been rounded to it.
const char* order_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::less:
    case Comparison::less_or_equal: return "$lte";
    case Comparison::greater:
    case Comparison::greater_or_equal: return "$gte";
    default: return nullptr;
  }
}

bool append_membership(Bson& out, std::string_view list) {
  Bson values;
  std::size_t count = 0;
  json::Elements elements(list);
  for (std::string_view value; elements.next(value);) {
    if (!is_plain(value)) return false;
    append_value(*values.get(), std::to_string(count++), value);
  }
  out = std::move(out).array("$in", values);
  return true;
}

/// {$OPERATOR: OPERAND}; nothing when MongoDB might mean something else.
std::optional<Bson> test_of(Comparison comparison, std::string_view operand) {
  Bson test;
  if (comparison == Comparison::in && operand.front() == '[')
    return append_membership(test, operand) ? std::optional(std::move(test)) : std::nullopt;
  if (!is_plain(operand)) return std::nullopt;
  if (comparison == Comparison::equal || comparison == Comparison::in) {
    append_value(*test.get(), "$eq", operand);
    return test;
  }
  const char* const order = order_of(comparison);
  const json::Kind kind = json::kind_of(operand);
  const bool has_order = kind == json::Kind::number || (kind == json::Kind::string && is_ascii(operand));
  if (order == nullptr || !has_order) return std::nullopt;
  append_value(*test.get(), order, operand);
  return test;
}

struct Collected {
  document::Arguments arguments;
  std::string_view id_member;
  Bson& out;
  std::size_t count = 0;

  void add(const Filter& filter) {
    if (filter.kind == Filter::Kind::all) {
      for (const Filter& child : filter.children) add(child);
      return;
    }
    if (filter.kind != Filter::Kind::compare) return;
    const std::string_view operand = filter.operand.is_literal() ? filter.operand.literal : arguments[filter.operand.parameter];
    const auto path = member_path(filter.path, id_member);
    if (operand.empty() || !path) return;
    const auto test = test_of(filter.comparison, operand);
    if (test) out = std::move(out).child(std::to_string(count++), Bson().child(*path, *test));
  }
};

}  // namespace

std::optional<std::string> member_path(const document::FieldPath& path, std::string_view id_member) {
  if (path.root == document::FieldPath::Root::id) return std::string(id_member);
  std::string name = "payload";
  for (const std::string& quoted : path.keys) {
    const std::string key = json::decode_string(quoted);
    // A number is a place in an array as well as a name, and servers disagree on which of them when arrays hold arrays.
    const bool is_special = key.find_first_not_of("0123456789") == std::string::npos || key.front() == '$' ||
                            key.find('.') != std::string::npos || key.find('\0') != std::string::npos;
    if (is_special) return std::nullopt;
    name += '.' + key;
  }
  return name;
}

Bson conditions_of(const document::Filter& filter, document::Arguments arguments, std::string_view id_member) {
  Bson conditions;
  Collected{arguments, id_member, conditions}.add(filter);
  return conditions;
}

}  // namespace millrace::store::mongo
