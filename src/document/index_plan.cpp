#include "document/index_plan.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/json/slices.hpp"

namespace millrace::document {
namespace {

/// A comparison that must hold, with its operand.
struct Condition {
  const Filter* filter;
  std::string_view operand;
};

/// Collects the comparisons that must hold. Gives whether they are all of the filter.
bool collect(const Filter& filter, Arguments arguments, std::vector<Condition>& out) {
  if (filter.kind == Filter::Kind::all) {
    bool complete = true;
    for (const Filter& child : filter.children) complete &= collect(child, arguments, out);
    return complete;
  }
  if (filter.kind != Filter::Kind::compare) return false;
  const std::string_view operand = filter.operand.is_literal() ? filter.operand.literal : arguments[filter.operand.parameter];
  // A comparison whose argument is not given holds anyway.
  if (!operand.empty()) out.push_back({&filter, operand});
  return true;
}

bool is_container(std::string_view value) {
  return value.front() == '[' || value.front() == '{';
}

std::string key_of(std::string_view value) {
  std::string key;
  append_key(key, value);
  return key;
}

/// The operands of an equality or a membership. One value stands for a list of one.
std::vector<std::string_view> operands_of(const Condition& condition) {
  if (condition.filter->comparison == Comparison::equal || !condition.operand.starts_with('[')) return {condition.operand};
  std::vector<std::string_view> values;
  json::Elements elements(condition.operand);
  for (std::string_view value; elements.next(value);) values.push_back(value);
  return values;
}

bool is_equality(const Condition& condition) {
  return condition.filter->comparison == Comparison::equal || condition.filter->comparison == Comparison::in;
}

void remove_repeated(std::vector<std::string>& values) {
  if (values.size() < 2) return;
  std::ranges::sort(values);
  const auto repeated = std::ranges::unique(values);
  values.erase(repeated.begin(), repeated.end());
}

std::optional<IndexPlan> plan_ids(const Condition& condition) {
  if (condition.filter->path.root != FieldPath::Root::id || !is_equality(condition)) return std::nullopt;
  IndexPlan plan{.kind = IndexPlan::Kind::ids, .exact = true};
  // An id is a string: other operands meet none.
  for (const std::string_view value : operands_of(condition)) {
    if (value.front() == '"') plan.values.push_back(json::decode_string(value));
  }
  remove_repeated(plan.values);
  return plan;
}

std::optional<IndexPlan> plan_keys(const Condition& condition, std::int64_t path) {
  IndexPlan plan{.path = path, .exact = true};
  for (const std::string_view value : operands_of(condition)) {
    // What is not there has no entry, nor have arrays and objects.
    if (value == "null" || is_container(value)) return std::nullopt;
    plan.values.push_back(key_of(value));
    // A key that may have been cut stands for several strings.
    plan.exact &= plan.values.back().size() <= kKeyTextMax;
  }
  remove_repeated(plan.values);
  plan.kind = plan.values.size() == 1 ? IndexPlan::Kind::key : IndexPlan::Kind::keys;
  return plan;
}

/// Just after every key that begins with these bytes. Requires: the first byte is a kind's tag, so there is one that can grow.
std::string end_of_prefix(std::string prefix) {
  while (static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  ++prefix.back();
  return prefix;
}

/// Bounds include the operand's own key, since a cut key stands for greater strings as well.
std::optional<KeyRange> range_of(const Condition& condition) {
  const json::Kind kind = json::kind_of(condition.operand);
  if (kind != json::Kind::number && kind != json::Kind::string) return std::nullopt;
  const std::string key = key_of(condition.operand);
  const std::string tag = key.substr(0, 1);
  switch (condition.filter->comparison) {
    case Comparison::less:
    case Comparison::less_or_equal: return KeyRange{.first = tag, .end = key + '\0'};
    case Comparison::greater:
    case Comparison::greater_or_equal: return KeyRange{.first = key, .end = end_of_prefix(tag)};
    case Comparison::prefix:
      if (kind != json::Kind::string) return std::nullopt;
      return KeyRange{.first = key, .end = end_of_prefix(key)};
    default: return std::nullopt;
  }
}

std::optional<IndexPlan> plan_range(const Condition& condition, std::int64_t path, const std::vector<Condition>& all) {
  const auto range = range_of(condition);
  if (!range) return std::nullopt;
  IndexPlan plan{.kind = IndexPlan::Kind::range, .path = path, .ranges = {*range}};
  for (const Condition& other : all) {
    if (&other == &condition || other.filter->path != condition.filter->path) continue;
    if (const auto second = range_of(other)) {
      plan.ranges.push_back(*second);
      break;
    }
  }
  return plan;
}

std::optional<IndexPlan> plan_one(const Condition& condition, const std::vector<IndexedPath>& paths, const std::vector<Condition>& all) {
  if (auto ids = plan_ids(condition)) return ids;
  const auto indexed = std::ranges::find(paths, condition.filter->path, &IndexedPath::path);
  if (indexed == paths.end()) return std::nullopt;
  return is_equality(condition) ? plan_keys(condition, indexed->number) : plan_range(condition, indexed->number, all);
}

constexpr int kKeyRank = 1;

int rank(const IndexPlan& plan) {
  switch (plan.kind) {
    case IndexPlan::Kind::ids: return 0;
    case IndexPlan::Kind::key:
    case IndexPlan::Kind::keys: return kKeyRank;
    case IndexPlan::Kind::range: return 2;
    case IndexPlan::Kind::scan: return 3;
  }
  return 3;
}

}  // namespace

std::vector<IndexPlan> plan_index(const Filter& filter, Arguments arguments, const std::vector<IndexedPath>& paths) {
  std::vector<Condition> conditions;
  const bool complete = collect(filter, arguments, conditions);
  std::vector<IndexPlan> plans;
  for (const Condition& condition : conditions) {
    auto plan = plan_one(condition, paths, conditions);
    if (!plan) continue;
    plan->exact &= complete && conditions.size() == 1;
    if (!plans.empty() && rank(*plan) < rank(plans.front())) plans.clear();
    const bool is_rival = plans.empty() || (rank(*plan) == kKeyRank && rank(plans.front()) == kKeyRank);
    if (is_rival) plans.push_back(*std::move(plan));
  }
  // A scan of everything is exact when there is no condition.
  if (plans.empty()) plans.push_back({.exact = complete && conditions.empty()});
  return plans;
}

}  // namespace millrace::document
