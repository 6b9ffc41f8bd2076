#include "document/filter_text.hpp"

namespace millrace::document {
namespace {

std::string_view symbol(Comparison comparison) {
  switch (comparison) {
    case Comparison::equal: return "==";
    case Comparison::not_equal: return "!=";
    case Comparison::less: return "<";
    case Comparison::less_or_equal: return "<=";
    case Comparison::greater: return ">";
    case Comparison::greater_or_equal: return ">=";
    case Comparison::in: return "in";
    case Comparison::not_in: return "not in";
    case Comparison::prefix: return "starts with";
    case Comparison::regex: return "matches";
    case Comparison::exists: return "exists";
  }
  return "?";
}

std::string joined(const Filter& filter, std::string_view word, const std::vector<std::string>& names) {
  std::string text;
  for (const Filter& child : filter.children) {
    if (!text.empty()) text += word;
    const bool is_group = child.kind == Filter::Kind::any || (child.kind == Filter::Kind::all && child.children.size() > 1);
    text += is_group ? '(' + to_string(child, names) + ')' : to_string(child, names);
  }
  return text;
}

}  // namespace

std::string to_string(const Filter& filter, const std::vector<std::string>& parameter_names) {
  switch (filter.kind) {
    case Filter::Kind::all: return filter.children.empty() ? "everything" : joined(filter, " and ", parameter_names);
    case Filter::Kind::any: return filter.children.empty() ? "nothing" : joined(filter, " or ", parameter_names);
    case Filter::Kind::none: return "not (" + joined(filter, " or ", parameter_names) + ')';
    case Filter::Kind::sql: return "sql " + filter.sql;
    case Filter::Kind::compare: break;
  }
  const Operand& operand = filter.operand;
  return fmt::format("{} {} {}", filter.path.to_string(), symbol(filter.comparison),
                     operand.is_literal() ? operand.literal : '$' + parameter_names[operand.parameter]);
}

}  // namespace millrace::document
