#include "document/filter.hpp"

#include <re2/re2.h>

#include <algorithm>

#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"

namespace millrace::document {
namespace {

constexpr std::string_view kPayload = "payload.";

std::shared_ptr<const re2::RE2> compiled(std::string_view quoted_pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return std::make_shared<const re2::RE2>(json::decode_string(quoted_pattern), options);
}

bool is_indexable(Comparison comparison) {
  switch (comparison) {
    case Comparison::equal:
    case Comparison::less:
    case Comparison::less_or_equal:
    case Comparison::greater:
    case Comparison::greater_or_equal:
    case Comparison::in:
    case Comparison::prefix: return true;
    case Comparison::not_equal:
    case Comparison::not_in:
    case Comparison::regex:
    case Comparison::exists: return false;
  }
  return false;
}

}  // namespace

FieldPath FieldPath::parse(std::string_view text) {
  if (text.starts_with(kPayload)) text.remove_prefix(kPayload.size());
  if (text == "id") return {.root = Root::id, .keys = {}};
  FieldPath path;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    path.keys.push_back(json::quoted(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return path;
}

std::string FieldPath::to_string() const {
  if (root == Root::id) return "id";
  std::string text = "payload";
  for (const std::string& key : keys) text += '.' + json::decode_string(key);
  return text;
}

Filter Filter::compare(FieldPath path, Comparison comparison, Operand operand) {
  Filter filter;
  filter.kind = Kind::compare;
  filter.path = std::move(path);
  filter.comparison = comparison;
  if (comparison == Comparison::regex && operand.literal.starts_with('"')) filter.pattern = compiled(operand.literal);
  filter.operand = std::move(operand);
  return filter;
}

Filter Filter::all_of(std::vector<Filter> children) {
  if (children.size() == 1) return std::move(children.front());
  Filter filter;
  filter.children = std::move(children);
  return filter;
}

void collect_indexable(const Filter& filter, std::vector<FieldPath>& out) {
  if (filter.kind == Filter::Kind::all) {
    for (const Filter& child : filter.children) collect_indexable(child, out);
  }
  if (filter.kind != Filter::Kind::compare || !is_indexable(filter.comparison)) return;
  if (std::ranges::find(out, filter.path) == out.end()) out.push_back(filter.path);
}

bool has_sql(const Filter& filter) {
  return filter.kind == Filter::Kind::sql || std::ranges::any_of(filter.children, has_sql);
}

}  // namespace millrace::document
