// The meaning of filters. Values are slices of canonical text; an empty slice is a value that is not there.
#include <re2/re2.h>

#include <algorithm>
#include <compare>

#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "document/canonical_string.hpp"
#include "document/filter.hpp"
#include "document/reach.hpp"

namespace millrace::document {
namespace {

bool equal(std::string_view a, std::string_view b);

bool equal_arrays(std::string_view a, std::string_view b) {
  json::Elements left(a);
  json::Elements right(b);
  std::string_view x;
  std::string_view y;
  while (left.next(x)) {
    if (!right.next(y) || !equal(x, y)) return false;
  }
  return !right.next(y);
}

/// The order of members counts, as it does in MongoDB.
bool equal_objects(std::string_view a, std::string_view b) {
  json::Members left(a);
  json::Members right(b);
  std::string_view key_x, x, key_y, y;
  while (left.next(key_x, x)) {
    if (!right.next(key_y, y) || key_x != key_y || !equal(x, y)) return false;
  }
  return !right.next(key_y, y);
}

bool equal(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const json::Kind kind = json::kind_of(a);
  // Different text of one canonical string, boolean or null is a different value.
  if (kind != json::kind_of(b)) return false;
  if (kind == json::Kind::number) return json::compare_numbers(a, b) == 0;
  if (kind == json::Kind::array) return equal_arrays(a, b);
  return kind == json::Kind::object && equal_objects(a, b);
}

/// Equality where null equals what is not there.
bool equal_or_absent(std::string_view value, std::string_view operand) {
  return value.empty() ? operand == "null" : equal(value, operand);
}

/// The order of two numbers or two strings; unordered for everything else.
std::partial_ordering order(std::string_view value, std::string_view operand) {
  if (value.empty()) return std::partial_ordering::unordered;
  const json::Kind kind = json::kind_of(value);
  if (kind != json::kind_of(operand)) return std::partial_ordering::unordered;
  if (kind == json::Kind::number) return json::compare_numbers(value, operand);
  if (kind == json::Kind::string) return compare_strings(value, operand);
  return std::partial_ordering::unordered;
}

bool is_in(std::string_view value, std::string_view operand) {
  // One value stands for a list of one, as in GraphQL's input coercion.
  if (!operand.starts_with('[')) return equal_or_absent(value, operand);
  json::Elements elements(operand);
  for (std::string_view element; elements.next(element);) {
    if (equal_or_absent(value, element)) return true;
  }
  return false;
}

bool has_prefix(std::string_view value, std::string_view operand) {
  if (!value.starts_with('"') || !operand.starts_with('"')) return false;
  // Canonical escapes are a prefix code: text starts with text exactly when characters start with characters.
  return value.starts_with(operand.substr(0, operand.size() - 1));
}

bool is_matched(std::string_view value, const re2::RE2* pattern) {
  if (!value.starts_with('"') || pattern == nullptr || !pattern->ok()) return false;
  const std::string_view raw = value.substr(1, value.size() - 2);
  if (raw.find('\\') == std::string_view::npos) return re2::RE2::PartialMatch(re2::StringPiece(raw.data(), raw.size()), *pattern);
  return re2::RE2::PartialMatch(json::decode_string(value), *pattern);
}

/// MongoDB takes any value for $exists: null, false and zero ask for absence.
bool asks_for_presence(std::string_view operand) {
  if (operand == "false" || operand == "null") return false;
  return json::kind_of(operand) != json::Kind::number || json::compare_numbers(operand, "0") != 0;
}

/// Whether any value that the path reaches satisfies the condition.
template <class Condition>
bool any_value(const Filter& filter, std::string_view text, Condition condition) {
  if (filter.path.root == FieldPath::Root::payload) return reach(text, filter.path.keys, condition);
  static constexpr std::string_view kIdKey = R"("id")";
  return condition(json::member(text, kIdKey));
}

bool compares(const Filter& filter, std::string_view operand, std::string_view text) {
  const auto in_order = [&](auto holds) {
    return any_value(filter, text, [&](std::string_view value) { return holds(order(value, operand)); });
  };
  const auto equals = [&](std::string_view value) { return equal_or_absent(value, operand); };
  const auto contained = [&](std::string_view value) { return is_in(value, operand); };
  const auto prefixed = [&](std::string_view value) { return has_prefix(value, operand); };
  const auto matched = [&](std::string_view value) { return is_matched(value, filter.pattern.get()); };
  const auto present = [](std::string_view value) { return !value.empty(); };
  switch (filter.comparison) {
    case Comparison::equal: return any_value(filter, text, equals);
    case Comparison::not_equal: return !any_value(filter, text, equals);
    case Comparison::less: return in_order([](auto o) { return o < 0; });
    case Comparison::less_or_equal: return in_order([](auto o) { return o <= 0; });
    case Comparison::greater: return in_order([](auto o) { return o > 0; });
    case Comparison::greater_or_equal: return in_order([](auto o) { return o >= 0; });
    case Comparison::in: return any_value(filter, text, contained);
    case Comparison::not_in: return !any_value(filter, text, contained);
    case Comparison::prefix: return any_value(filter, text, prefixed);
    case Comparison::regex: return any_value(filter, text, matched);
    case Comparison::exists: return any_value(filter, text, present) == asks_for_presence(operand);
  }
  return false;
}

bool comparison_holds(const Filter& filter, Arguments arguments, std::string_view text) {
  std::string_view operand = filter.operand.literal;
  if (!filter.operand.is_literal()) {
    CHECK(filter.operand.parameter < arguments.size());
    operand = arguments[filter.operand.parameter];
    // An argument that was not given is no condition.
    if (operand.empty()) return true;
  }
  return compares(filter, operand, text);
}

/// Whether anything is left of a part once the comparisons whose arguments were not given are taken out.
bool is_condition(const Filter& filter, Arguments arguments) {
  if (filter.kind == Filter::Kind::compare) return filter.operand.is_literal() || !arguments[filter.operand.parameter].empty();
  const auto remains = [&](const Filter& child) { return is_condition(child, arguments); };
  return filter.children.empty() || std::ranges::any_of(filter.children, remains);
}

}  // namespace

bool matches(const Filter& filter, Arguments arguments, std::string_view text) {
  const auto holds = [&](const Filter& child) { return matches(child, arguments, text); };
  const auto remains_and_holds = [&](const Filter& child) { return is_condition(child, arguments) && matches(child, arguments, text); };
  switch (filter.kind) {
    case Filter::Kind::all: return std::ranges::all_of(filter.children, holds);
    case Filter::Kind::any: return !is_condition(filter, arguments) || std::ranges::any_of(filter.children, remains_and_holds);
    case Filter::Kind::none: return std::ranges::none_of(filter.children, remains_and_holds);
    case Filter::Kind::compare: return comparison_holds(filter, arguments, text);
    case Filter::Kind::sql: CHECK(filter.kind != Filter::Kind::sql);
  }
  return false;
}

void visit_values(const FieldPath& path, std::string_view text, const std::function<void(std::string_view)>& visit) {
  const auto show = [&visit](std::string_view value) {
    if (!value.empty()) visit(value);
    return false;
  };
  if (path.root == FieldPath::Root::payload) {
    reach(text, path.keys, show);
  } else {
    show(json::member(text, R"("id")"));
  }
}

}  // namespace millrace::document
