#include "rest/list_filter.hpp"

#include <algorithm>
#include <iterator>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "base/problem.hpp"
#include "document/comparison_suffix.hpp"

namespace millrace::rest {
namespace {

using document::Comparison;
using document::Filter;
using document::Operand;

bool allows(const Field& field, json::Kind kind) {
  switch (kind) {
    case json::Kind::number: return field.is_number;
    case json::Kind::boolean: return field.is_boolean;
    case json::Kind::null: return field.is_null;
    default: return false;
  }
}

std::string kinds_of(const Field& field) {
  std::vector<std::string_view> kinds;
  if (field.is_text) kinds.push_back("a text");
  if (field.is_number) kinds.push_back("a number");
  if (field.is_boolean) kinds.push_back("true or false");
  if (field.is_null) kinds.push_back("null");
  return kinds.empty() ? "an object" : fmt::format("{}", fmt::join(kinds, ", or "));
}

/// The canonical JSON values that a parameter's text can mean for the field. Error when there is none.
Result<std::vector<std::string>> meanings(const Field& field, std::string_view text) {
  std::vector<std::string> values;
  if (field.is_text) values.push_back(json::quoted(text));
  if (auto parsed = json::parse(text); parsed && allows(field, parsed->root().kind())) {
    values.emplace_back();
    json::append_canonical(values.back(), parsed->root());
  }
  if (!values.empty()) return values;
  return Failure(Error{ErrorKind::invalid_argument, "list.value",
                       fmt::format("The field \"{:.100}\" is {}, found \"{:.100}\".", field.name, kinds_of(field), text)});
}

/// `a,b,c` in `?x_in=a,b,c`.
Result<std::vector<std::string>> set_of(const Field& field, const std::vector<std::string>& pieces) {
  std::vector<std::string> values;
  for (const std::string& piece : pieces) {
    TRY(auto meant, meanings(field, piece));
    std::ranges::move(meant, std::back_inserter(values));
  }
  return values;
}

Failure senseless(const Field& field, std::string_view comparison) {
  return Failure(Error{ErrorKind::invalid_argument, "list.value",
                       fmt::format("The field \"{}\" is {}, which is never {} anything.", field.name, kinds_of(field), comparison)});
}

Filter among(const document::FieldPath& path, Comparison comparison, const std::vector<std::string>& values) {
  return Filter::compare(path, comparison, Operand::value(fmt::format("[{}]", fmt::join(values, ","))));
}

Result<Filter> condition(const Field& field, Comparison comparison, const QueryParameter& parameter) {
  document::FieldPath path{document::FieldPath::Root::payload, {json::quoted(field.name)}};
  if (field.name == "id") path = document::FieldPath::parse("id");
  if (comparison == Comparison::prefix && !field.is_text) return senseless(field, "begun by");
  const bool is_range = comparison != Comparison::equal && comparison != Comparison::not_equal && comparison != Comparison::in;
  if (is_range && !field.is_text && !field.is_number) return senseless(field, "less or more than");
  const std::string text = parameter.value();
  if (comparison == Comparison::prefix) return Filter::compare(path, comparison, Operand::value(json::quoted(text)));
  if (comparison == Comparison::in) {
    TRY(auto values, set_of(field, parameter.values()));
    return among(path, Comparison::in, values);
  }
  TRY(auto values, meanings(field, text));
  if (comparison == Comparison::equal) return among(path, Comparison::in, values);
  if (comparison == Comparison::not_equal) return among(path, Comparison::not_in, values);
  Filter either{Filter::Kind::any};
  for (std::string& value : values) either.children.push_back(Filter::compare(path, comparison, Operand::value(std::move(value))));
  return either.children.size() == 1 ? std::move(either.children.front()) : either;
}

constexpr std::array<std::string_view, 11> kParameters{"id",       "limit", "after", "at",       "follow", "wait",
                                                       "snapshot", "max",   "lease", "attempts", "from"};

/// Whether a field that no schema names is rather one of the parameters with a slip of the pen: a filter by it would find nothing.
bool is_misspelt(std::string_view name, const Fields& fields) {
  constexpr std::size_t kShortest = 4;
  if (fields.all.empty() || name.size() < kShortest) return false;
  return std::ranges::any_of(kParameters, [name](std::string_view known) { return is_one_edit_away(known, name); });
}

/// The field and comparison that a parameter's name asks for: a field of that very name goes before one with a suffix.
Result<std::pair<Field, Comparison>> target_of(std::string_view name, const Fields& fields) {
  if (const Field* field = fields.find(name)) return std::pair(*field, Comparison::equal);
  auto [stem, comparison] = document::split_suffix(name);
  if (const Field* field = fields.find(stem)) return std::pair(*field, comparison);
  if (stem == "id") return std::pair(Field{"id", true, false, false, false}, comparison);
  if (!fields.is_closed && !is_misspelt(stem, fields)) return std::pair(Field{std::string(stem)}, comparison);
  std::vector<std::string> names{kParameters.begin(), kParameters.end()};
  for (const Field& field : fields.all) names.push_back(field.name);
  const std::string_view near = nearest(stem, names);
  return Failure(Error{ErrorKind::invalid_argument, "list.parameter", fmt::format("There is no field \"{:.100}\" to filter by.", stem),
                       near.empty() ? std::string() : fmt::format("Did you mean \"{}\"?", near)});
}

/// A name that begins with an underscore says nothing here, unless it is a field's.
bool evades_a_cache(std::string_view name, const Fields& fields) {
  return name.starts_with('_') && fields.find(name) == nullptr && fields.find(document::split_suffix(name).first) == nullptr;
}

/// Sets that come in parts, `x_in=a&x_in=b`, as many clients write lists, become one.
QueryParameters with_whole_sets(const QueryParameters& parameters) {
  QueryParameters whole;
  for (const QueryParameter& parameter : parameters) {
    const bool is_set = document::split_suffix(parameter.name).second == Comparison::in;
    auto begun = is_set ? std::ranges::find(whole, parameter.name, &QueryParameter::name) : whole.end();
    if (begun == whole.end())
      whole.push_back(parameter);
    else
      begun->pieces.insert(begun->pieces.end(), parameter.pieces.begin(), parameter.pieces.end());
  }
  return whole;
}

}  // namespace

Result<Filter> make_list_filter(const QueryParameters& parameters, const Fields& fields) {
  std::vector<Filter> conditions;
  for (const QueryParameter& parameter : with_whole_sets(parameters)) {
    if (evades_a_cache(parameter.name, fields)) continue;
    TRY(auto target, target_of(parameter.name, fields));
    TRY(Filter filter, condition(target.first, target.second, parameter));
    conditions.push_back(std::move(filter));
  }
  return Filter::all_of(std::move(conditions));
}

}  // namespace millrace::rest
