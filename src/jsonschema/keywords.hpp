// The keywords of drafts 7 and 2020-12: what value each takes, which schemas it holds, in which draft it means something.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/document.hpp"

namespace millrace::jsonschema {

enum class Draft : std::uint8_t { draft_7, draft_2020_12 };

enum class Word : std::uint8_t {
  schema,
  id,
  ref,
  anchor,
  dynamic_ref,
  dynamic_anchor,
  vocabulary,
  defs,
  definitions,
  type,
  enumeration,
  constant,
  multiple_of,
  maximum,
  exclusive_maximum,
  minimum,
  exclusive_minimum,
  max_length,
  min_length,
  pattern,
  max_items,
  min_items,
  unique_items,
  max_contains,
  min_contains,
  max_properties,
  min_properties,
  required,
  dependent_required,
  format,
  properties,
  pattern_properties,
  additional_properties,
  property_names,
  dependencies,
  dependent_schemas,
  prefix_items,
  items,
  additional_items,
  contains,
  all_of,
  any_of,
  one_of,
  negation,
  condition,
  consequence,
  alternative,
  unevaluated_items,
  unevaluated_properties,
  content_schema,
  false_schema,  // the schema `false`; no keyword, but what a violation of it is called
};
inline constexpr std::size_t kWords = static_cast<std::size_t>(Word::false_schema) + 1;

/// What a keyword's value must be.
enum class Shape : std::uint8_t {
  text,
  schema,
  schemas,            // a list of at least one
  schema_map,         // by name
  schema_or_list,     // draft 7's items
  schema_or_strings,  // by name: dependencies
  strings,
  strings_map,  // by name: dependentRequired
  types,
  anything,
  list,
  number,
  positive_number,
  count,
  boolean,
  object,
};

struct Keyword {
  Word word;
  std::string_view name;
  Shape shape;
  bool in_7;
  bool in_2020_12;
  bool validation;  // of the vocabulary that a metaschema can leave out
};

/// The keyword of that name in that draft, or nullptr. Keywords are constants.
const Keyword* find_keyword(std::string_view name, Draft draft);

/// The names of all keywords in that draft.
std::vector<std::string> keyword_names(Draft draft);

/// The name of a keyword as it is written in schemas.
std::string_view name_of(Word word);

/// The schemas right inside a keyword's value, in order; values of the wrong kind hold none.
std::vector<json::Value> schemas_in(Shape shape, json::Value value);

/// What a value of that shape is, for "must be ...".
std::string_view description(Shape shape);

/// Whether a value is of that shape. The schemas in it are not looked at.
bool fits(Shape shape, json::Value value);

}  // namespace millrace::jsonschema
