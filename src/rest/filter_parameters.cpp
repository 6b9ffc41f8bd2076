#include "rest/filter_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/json/canonical.hpp"
#include "document/comparison_suffix.hpp"

namespace millrace::rest {
namespace {

using document::Comparison;

bool makes_sense(const Field& field, Comparison comparison) {
  if (comparison == Comparison::equal || comparison == Comparison::not_equal) return true;
  return comparison == Comparison::prefix ? field.is_text : field.is_text || field.is_number;
}

/// Names that the operation has another meaning for.
bool is_taken(std::span<const Parameter> taken, std::string_view name) {
  return std::ranges::any_of(taken, [name](const Parameter& one) { return one.in == "query" && one.name == name; });
}

/// A value as it stands in a URL, where null is a word as others are.
std::string schema_of(const Field& field) {
  constexpr std::string_view kNull = R"({"type":"string","enum":["null"]})";
  if (field.is_text) return R"({"type":"string"})";
  if (!field.is_number && !field.is_boolean) return std::string(kNull);
  const std::string_view type = !field.is_boolean  ? R"({"type":"number"})"
                                : !field.is_number ? R"({"type":"boolean"})"
                                                   : R"({"type":["number","boolean"]})";
  return field.is_null ? fmt::format(R"({{"anyOf":[{},{}]}})", type, kNull) : std::string(type);
}

void append_parameter(std::string& out, const std::string& name, const Field& field, const document::ComparisonSuffix& suffix) {
  const bool is_set = suffix.comparison == Comparison::in;
  const bool finds_null = field.is_null && (is_set || suffix.comparison == Comparison::equal);
  const std::string_view about_null = finds_null ? "; `null` is also where there is none" : "";
  const std::string meaning = fmt::format("Only where `{}` {}{}.", field.name, suffix.words, about_null);
  const std::string value = schema_of(field);
  const std::string schema = is_set ? fmt::format(R"({{"type":"array","minItems":1,"items":{}}})", value) : value;
  fmt::format_to(std::back_inserter(out), R"(,{{"name":{},"in":"query","required":false,"description":{},"schema":{}{}}})",
                 json::quoted(name), json::quoted(meaning), schema, is_set ? R"(,"style":"form","explode":false)" : "");
}

void append_parameters_of(std::string& out, const Field& field, const Fields& fields, std::span<const Parameter> taken) {
  if (field.is_object()) return;
  for (const document::ComparisonSuffix& suffix : document::comparison_suffixes()) {
    const std::string name = field.name + std::string(suffix.text);
    const bool is_another_field = !suffix.text.empty() && fields.find(name) != nullptr;
    if (!is_another_field && makes_sense(field, suffix.comparison) && !is_taken(taken, name)) append_parameter(out, name, field, suffix);
  }
}

}  // namespace

void append_filter_parameters(std::string& out, const Fields& fields, std::span<const Parameter> taken) {
  if (fields.find("id") == nullptr) append_parameters_of(out, {"id", true, false, false, false}, fields, taken);
  for (const Field& field : fields.all) append_parameters_of(out, field, fields, taken);
}

}  // namespace millrace::rest
