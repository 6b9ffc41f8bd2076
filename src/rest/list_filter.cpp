#include "rest/list_filter.hpp"

#include <algorithm>
#include <array>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "base/problem.hpp"
#include "document/comparison_suffix.hpp"

namespace millrace::rest {
namespace {

using document::Comparison;
using document::Filter;
using document::Operand;

/// The canonical JSON values that a parameter's text can mean.
std::vector<std::string> meanings(const std::string& text) {
  std::vector<std::string> values{json::quoted(text)};
  auto parsed = json::parse(text);
  if (!parsed) return values;
  const json::Kind kind = parsed->root().kind();
  if (kind == json::Kind::number || kind == json::Kind::boolean || kind == json::Kind::null) {
    values.emplace_back();
    json::append_canonical(values.back(), parsed->root());
  }
  return values;
}

std::string array_of(const std::vector<std::string>& values) {
  return fmt::format("[{}]", fmt::join(values, ","));
}

/// `a,b,c` in `?x_in=a,b,c`.
std::string set_of(std::string_view text) {
  std::vector<std::string> values;
  while (true) {
    const std::size_t comma = text.find(',');
    for (std::string& value : meanings(std::string(text.substr(0, comma)))) values.push_back(std::move(value));
    if (comma == std::string_view::npos) return array_of(values);
    text.remove_prefix(comma + 1);
  }
}

Filter condition(const document::FieldPath& path, Comparison comparison, const std::string& text) {
  switch (comparison) {
    case Comparison::equal: return Filter::compare(path, Comparison::in, Operand::value(array_of(meanings(text))));
    case Comparison::not_equal: return Filter::compare(path, Comparison::not_in, Operand::value(array_of(meanings(text))));
    case Comparison::in: return Filter::compare(path, Comparison::in, Operand::value(set_of(text)));
    case Comparison::prefix: return Filter::compare(path, comparison, Operand::value(json::quoted(text)));
    default: break;
  }
  Filter either{Filter::Kind::any};
  for (std::string& value : meanings(text)) either.children.push_back(Filter::compare(path, comparison, Operand::value(std::move(value))));
  return either.children.size() == 1 ? std::move(either.children.front()) : either;
}

bool is_known(const std::vector<std::string>& fields, std::string_view name) {
  return fields.empty() || name == "id" || std::ranges::find(fields, name) != fields.end();
}

}  // namespace

Result<Filter> make_list_filter(const std::vector<std::pair<std::string, std::string>>& parameters,
                                const std::vector<std::string>& fields) {
  std::vector<Filter> conditions;
  for (const auto& [name, value] : parameters) {
    auto [field, comparison] =
        is_known(fields, name) && !fields.empty() ? std::pair(std::string_view(name), Comparison::equal) : document::split_suffix(name);
    if (!is_known(fields, field)) {
      std::string_view near = nearest(field, fields);
      return Failure(Error{ErrorKind::invalid_argument, "list.parameter", fmt::format("There is no field \"{}\" to filter by.", field),
                           near.empty() ? std::string() : fmt::format("Did you mean \"{}\"?", near)});
    }
    document::FieldPath path{document::FieldPath::Root::payload, {json::quoted(field)}};
    if (field == "id") path = document::FieldPath::parse("id");
    conditions.push_back(condition(path, comparison, value));
  }
  return Filter::all_of(std::move(conditions));
}

}  // namespace millrace::rest
