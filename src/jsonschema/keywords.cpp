#include "jsonschema/keywords.hpp"

#include <iterator>

#include "base/json/number.hpp"

namespace millrace::jsonschema {
namespace {

// In the order of Word.
constexpr Keyword kKeywords[] = {
    {Word::schema, "$schema", Shape::text, true, true, false},
    {Word::id, "$id", Shape::text, true, true, false},
    {Word::ref, "$ref", Shape::text, true, true, false},
    {Word::anchor, "$anchor", Shape::text, false, true, false},
    {Word::dynamic_ref, "$dynamicRef", Shape::text, false, true, false},
    {Word::dynamic_anchor, "$dynamicAnchor", Shape::text, false, true, false},
    {Word::vocabulary, "$vocabulary", Shape::object, false, true, false},
    {Word::defs, "$defs", Shape::schema_map, false, true, false},
    {Word::definitions, "definitions", Shape::schema_map, true, true, false},
    {Word::type, "type", Shape::types, true, true, true},
    {Word::enumeration, "enum", Shape::list, true, true, true},
    {Word::constant, "const", Shape::anything, true, true, true},
    {Word::multiple_of, "multipleOf", Shape::positive_number, true, true, true},
    {Word::maximum, "maximum", Shape::number, true, true, true},
    {Word::exclusive_maximum, "exclusiveMaximum", Shape::number, true, true, true},
    {Word::minimum, "minimum", Shape::number, true, true, true},
    {Word::exclusive_minimum, "exclusiveMinimum", Shape::number, true, true, true},
    {Word::max_length, "maxLength", Shape::count, true, true, true},
    {Word::min_length, "minLength", Shape::count, true, true, true},
    {Word::pattern, "pattern", Shape::text, true, true, true},
    {Word::max_items, "maxItems", Shape::count, true, true, true},
    {Word::min_items, "minItems", Shape::count, true, true, true},
    {Word::unique_items, "uniqueItems", Shape::boolean, true, true, true},
    {Word::max_contains, "maxContains", Shape::count, false, true, true},
    {Word::min_contains, "minContains", Shape::count, false, true, true},
    {Word::max_properties, "maxProperties", Shape::count, true, true, true},
    {Word::min_properties, "minProperties", Shape::count, true, true, true},
    {Word::required, "required", Shape::strings, true, true, true},
    {Word::dependent_required, "dependentRequired", Shape::strings_map, false, true, true},
    {Word::format, "format", Shape::text, true, true, false},
    {Word::properties, "properties", Shape::schema_map, true, true, false},
    {Word::pattern_properties, "patternProperties", Shape::schema_map, true, true, false},
    {Word::additional_properties, "additionalProperties", Shape::schema, true, true, false},
    {Word::property_names, "propertyNames", Shape::schema, true, true, false},
    {Word::dependencies, "dependencies", Shape::schema_or_strings, true, true, false},
    {Word::dependent_schemas, "dependentSchemas", Shape::schema_map, false, true, false},
    {Word::prefix_items, "prefixItems", Shape::schemas, false, true, false},
    {Word::items, "items", Shape::schema_or_list, true, true, false},
    {Word::additional_items, "additionalItems", Shape::schema, true, false, false},
    {Word::contains, "contains", Shape::schema, true, true, false},
    {Word::all_of, "allOf", Shape::schemas, true, true, false},
    {Word::any_of, "anyOf", Shape::schemas, true, true, false},
    {Word::one_of, "oneOf", Shape::schemas, true, true, false},
    {Word::negation, "not", Shape::schema, true, true, false},
    {Word::condition, "if", Shape::schema, true, true, false},
    {Word::consequence, "then", Shape::schema, true, true, false},
    {Word::alternative, "else", Shape::schema, true, true, false},
    {Word::unevaluated_items, "unevaluatedItems", Shape::schema, false, true, false},
    {Word::unevaluated_properties, "unevaluatedProperties", Shape::schema, false, true, false},
    {Word::content_schema, "contentSchema", Shape::schema, false, true, false},
};
static_assert(std::size(kKeywords) + 1 == kWords);

constexpr Keyword kItems2020{Word::items, "items", Shape::schema, false, true, false};

std::vector<json::Value> elements(json::Value array) {
  std::vector<json::Value> values;
  for (json::Value element = array.first(); !(element == array.end()); element = element.after()) values.push_back(element);
  return values;
}

std::vector<json::Value> member_values(json::Value object) {
  std::vector<json::Value> values;
  for (json::Value key = object.first(); !(key == object.end()); key = key.after().after()) values.push_back(key.after());
  return values;
}

template <class Predicate>
bool all(const std::vector<json::Value>& values, Predicate predicate) {
  for (const json::Value& value : values) {
    if (!predicate(value)) return false;
  }
  return true;
}

bool is_text(json::Value value) {
  return value.is(json::Kind::string);
}

bool is_strings(json::Value value) {
  return value.is(json::Kind::array) && all(elements(value), is_text);
}

bool is_schema_or_strings(json::Value value) {
  return !value.is(json::Kind::array) || is_strings(value);
}

bool is_count(json::Value value) {
  return value.is(json::Kind::number) && json::is_whole(value.text()) && json::compare_numbers(value.text(), "0") >= 0;
}

}  // namespace

const Keyword* find_keyword(std::string_view name, Draft draft) {
  if (draft == Draft::draft_2020_12 && name == kItems2020.name) return &kItems2020;
  for (const Keyword& keyword : kKeywords) {
    if (keyword.name == name) return (draft == Draft::draft_7 ? keyword.in_7 : keyword.in_2020_12) ? &keyword : nullptr;
  }
  return nullptr;
}

std::vector<std::string> keyword_names(Draft draft) {
  std::vector<std::string> names;
  for (const Keyword& keyword : kKeywords)
    if (draft == Draft::draft_7 ? keyword.in_7 : keyword.in_2020_12) names.emplace_back(keyword.name);
  return names;
}

std::string_view name_of(Word word) {
  return word == Word::false_schema ? "false schema" : kKeywords[static_cast<std::size_t>(word)].name;
}

std::vector<json::Value> schemas_in(Shape shape, json::Value value) {
  const bool array = value.is(json::Kind::array);
  const bool object = value.is(json::Kind::object);
  switch (shape) {
    case Shape::schema: return {value};
    case Shape::schema_or_list: return array ? elements(value) : std::vector{value};
    case Shape::schemas: return array ? elements(value) : std::vector<json::Value>();
    case Shape::schema_map: return object ? member_values(value) : std::vector<json::Value>();
    case Shape::schema_or_strings: {
      std::vector<json::Value> values = object ? member_values(value) : std::vector<json::Value>();
      std::erase_if(values, [](json::Value member) { return member.is(json::Kind::array); });
      return values;
    }
    default: return {};
  }
}

std::string_view description(Shape shape) {
  switch (shape) {
    case Shape::text: return "a string";
    case Shape::schema: return "a schema";
    case Shape::schemas: return "a list of at least one schema";
    case Shape::schema_map: return "an object whose values are schemas";
    case Shape::schema_or_list: return "a schema or a list of schemas";
    case Shape::schema_or_strings: return "an object whose values are schemas or lists of names";
    case Shape::strings: return "a list of strings";
    case Shape::strings_map: return "an object whose values are lists of names";
    case Shape::types: return "the name of a type or a list of such names";
    case Shape::anything: return "a value";
    case Shape::list: return "a list";
    case Shape::number: return "a number";
    case Shape::positive_number: return "a number greater than 0";
    case Shape::count: return "a whole number, 0 or more";
    case Shape::boolean: return "true or false";
    case Shape::object: return "an object";
  }
  return "";
}

bool fits(Shape shape, json::Value value) {
  const bool object = value.is(json::Kind::object);
  switch (shape) {
    case Shape::text: return is_text(value);
    // What is no schema is found where the schema itself is read.
    case Shape::schema:
    case Shape::schema_or_list:
    case Shape::anything: return true;
    case Shape::schemas: return value.is(json::Kind::array) && value.size() > 0;
    case Shape::schema_map:
    case Shape::object: return object;
    case Shape::schema_or_strings: return object && all(member_values(value), is_schema_or_strings);
    case Shape::strings: return is_strings(value);
    case Shape::strings_map: return object && all(member_values(value), is_strings);
    case Shape::types: return is_text(value) || (is_strings(value) && value.size() > 0);
    case Shape::list: return value.is(json::Kind::array);
    case Shape::number: return value.is(json::Kind::number);
    case Shape::positive_number: return value.is(json::Kind::number) && json::compare_numbers(value.text(), "0") > 0;
    case Shape::count: return is_count(value);
    case Shape::boolean: return value.is(json::Kind::boolean);
  }
  return false;
}

}  // namespace millrace::jsonschema
