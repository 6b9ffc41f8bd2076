#include "jsonschema/example.hpp"

#include <gtest/gtest.h>

namespace millrace::jsonschema {
namespace {

std::string example_of(std::string_view schema) {
  auto compiled = compile(schema, "test");
  EXPECT_TRUE(compiled.has_value()) << schema;
  return compiled ? make_example(*compiled).value_or("none") : "broken";
}

TEST(MakeExample, FollowsTheSchema) {
  EXPECT_EQ(
      example_of(R"({"type": "object", "required": ["name", "at"], "properties": {"id": {"type": "string"}, "name": {"type": "string"},
                          "at": {"type": "string", "format": "date-time"}, "count": {"type": "integer", "minimum": 3}, "note": {"type": ["null", "string"]},
                          "status": {"enum": ["A", "B"]}, "tags": {"type": "array", "items": {"type": "boolean"}, "minItems": 2}}})"),
      R"({"name": "example", "at": "2024-01-01T12:00:00Z", "count": 3, "status": "A", "tags": [true, true]})");
  EXPECT_EQ(example_of(R"({"examples": [{"a": 1}], "type": "object"})"), R"({"a":1})");
  EXPECT_EQ(example_of(R"({"properties": {"a": {"$ref": "#/definitions/x"}}, "definitions": {"x": {"const": 5}}})"), R"({"a": 5})");
  EXPECT_EQ(example_of(R"({"required": ["b"]})"), R"({"b": "example"})");
  EXPECT_EQ(example_of(R"({"properties": {"s": {"minLength": 9}, "t": {"type": "string", "maxLength": 2}}})"),
            R"({"s": "example example", "t": "ex"})");
  EXPECT_EQ(example_of(R"({"allOf": [{"$ref": "#/$defs/b"}, {"required": ["a"]}], "properties": {"c": {"const": 1}},
                          "$defs": {"b": {"properties": {"b": {"type": "boolean"}, "c": {"type": "integer"}}}}})"),
            R"({"c": 1, "b": true, "a": "example"})");
  EXPECT_EQ(example_of(R"({"required": ["t"], "properties": {"t": {"type": "array", "items": [{"$ref": "#x"}, {"type": "null"}]}},
                          "definitions": {"x": {"$id": "#x", "type": "integer"}}})"),
            R"({"t": [1, null]})");
  EXPECT_EQ(
      example_of(R"({"properties": {"n": {"type": "integer"}, "next": {"$ref": "#"}, "all": {"type": "array", "items": {"$ref": "#"}}}})"),
      R"({"n": 1, "next": {"n": 1, "all": []}, "all": [{"n": 1, "all": []}]})");
  EXPECT_EQ(example_of("true"), "none");
}

TEST(MakeExample, LeavesOutWhatItCannotMake) {
  EXPECT_EQ(example_of(R"({"required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"type": "string", "pattern": "^[0-9]+$"}}})"),
            R"({"a": 1})");
}

TEST(MakeExample, GivesNothingThatIsRefused) {
  EXPECT_EQ(example_of(R"({"required": ["id"], "properties": {"id": {"pattern": "^[0-9]+$"}}})"), "none");
  EXPECT_EQ(example_of(R"({"required": ["b"], "properties": {"b": {"type": "string", "pattern": "^[0-9]+$"}}})"), "none");
  EXPECT_EQ(example_of(R"({"type": "array"})"), "none");
  EXPECT_EQ(example_of(R"({"properties": {"a": {"$ref": "#"}}, "required": ["a"], "type": "object"})"), "none");
}

}  // namespace
}  // namespace millrace::jsonschema
