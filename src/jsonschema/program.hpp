// The flat program that a schema becomes: instructions in one array, and the tables that they point into.
//
// A schema node is a range of instructions; an instruction that applies another schema names it by number. Nothing here is changed after
// compile(), so that any number of threads can run it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/json/document.hpp"
#include "jsonschema/formats.hpp"
#include "jsonschema/keywords.hpp"
#include "jsonschema/name_table.hpp"
#include "jsonschema/pattern.hpp"
#include "jsonschema/resources.hpp"
#include "jsonschema/source.hpp"

namespace millrace::jsonschema {

using SchemaId = std::uint32_t;
inline constexpr SchemaId kAlways = 0;  // the schema `true`
inline constexpr SchemaId kNever = 1;   // the schema `false`
inline constexpr SchemaId kNoSchema = 0xffff'ffff;
inline constexpr std::uint32_t kUnlimited = 0xffff'ffff;

/// What an instruction does; `a` and `b` are what the comment names.
enum class Op : std::uint8_t {
  type,               // a: the kinds that are allowed, as bits
  constant,           // a: in constants
  enumeration,        // a: in enumerations
  minimum,            // a: in bounds, as for the next four
  maximum,            //
  exclusive_minimum,  //
  exclusive_maximum,  //
  multiple_of,        //
  min_length,         // a: the limit, as for the next five
  max_length,         //
  min_items,          //
  max_items,          //
  min_properties,     //
  max_properties,     //
  pattern,            // a: in patterns
  format,             // a: in formats
  unique_items,       //
  members,            // a: in member_rules
  property_names,     // a: schema
  dependent_names,    // a: in dependent_names
  dependent_schema,   // a: name, b: schema
  items,              // a: in item_rules
  contains,           // a: in contains_rules
  apply,              // a: schema
  any_of,             // a: first in children, b: how many
  one_of,             // the same
  negation,           // a: schema
  condition,          // a: first of three in children: if, then, else
  dynamic,            // a: in dynamic_anchors, b: the schema when no resource in scope has the anchor
  unevaluated_items,
  unevaluated_properties,  // a: schema
};

/// The kinds of JSON as bits, and whole numbers apart, because "integer" is a type.
constexpr std::uint8_t bit(json::Kind kind) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(kind));
}
inline constexpr std::uint8_t kIntegerBit = 0x40;
inline constexpr std::uint8_t kAnyKind = 0x3f;

struct Instruction {
  Op op;
  Word word;
  std::uint8_t kinds;  // of instances that it says something about
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};

struct SchemaNode {
  std::uint32_t begin = 0;  // its instructions
  std::uint32_t end = 0;
  std::uint32_t resource = 0;
  bool collects = false;  // whether it asks what its other keywords have evaluated
};

/// A number to compare with; small ones without decimal arithmetic.
struct Bound {
  std::string text;
  std::int64_t value = 0;
  bool small = false;
};

struct Constant {
  json::Value value;
  std::string listing;  // for the message
};

struct Enumeration {
  NameTable strings;
  std::vector<json::Value> others;
  std::string listing;  // for the message
};

/// properties, patternProperties, additionalProperties and required in one walk over the members.
struct MemberRule {
  struct Known {
    SchemaId schema = kNoSchema;
    bool required = false;
  };
  NameTable names;
  std::vector<Known> known;  // as names
  std::vector<std::pair<std::uint32_t, SchemaId>> patterns;
  SchemaId additional = kNoSchema;
  std::uint32_t required_count = 0;
};

struct DependentNames {
  std::string name;
  std::vector<std::string> required;
};

struct ItemRule {
  std::vector<SchemaId> prefix;
  SchemaId rest = kNoSchema;
  Word prefix_word = Word::items;
  Word rest_word = Word::items;
};

struct ContainsRule {
  SchemaId schema = kAlways;
  std::uint32_t least = 1;
  std::uint32_t most = kUnlimited;
  bool marks = false;  // whether what it matches counts as evaluated
};

/// For one name, the schema with that $dynamicAnchor in each resource that has one.
using DynamicAnchors = std::vector<std::pair<std::uint32_t, SchemaId>>;

/// How the texts hang together, for those who write them anew.
struct Origin {
  std::vector<Resource> resources;
  std::map<Location, std::uint32_t> resource_of;  // by root
  std::map<Location, Target> references;          // by the place of a $ref's or $dynamicRef's text
};

struct Program {
  Sources sources;
  Origin origin;
  std::string text;
  std::vector<Problem> warnings;
  SchemaId root = kAlways;
  std::vector<SchemaNode> nodes;
  std::vector<Instruction> code;
  std::vector<Constant> constants;
  std::vector<Enumeration> enumerations;
  std::vector<Bound> bounds;
  std::vector<std::pair<Pattern, std::string>> patterns;  // with the text that was written
  std::vector<const Format*> formats;
  std::vector<std::string> names;
  std::vector<DependentNames> dependent_names;
  std::vector<MemberRule> member_rules;
  std::vector<ItemRule> item_rules;
  std::vector<ContainsRule> contains_rules;
  std::vector<SchemaId> children;
  std::vector<DynamicAnchors> dynamic_anchors;
};

}  // namespace millrace::jsonschema
