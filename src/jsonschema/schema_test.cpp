#include "jsonschema/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"

namespace {

std::atomic<std::size_t> allocations = 0;

}  // namespace

// Counts what the whole test program allocates.
void* operator new(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace millrace::jsonschema {
namespace {

Schema compiled(std::string_view text, const CompileOptions& options = {}) {
  auto schema = compile(text, "schema", options);
  if (!schema) ADD_FAILURE() << to_string(schema.error().front());
  return *std::move(schema);
}

bool is_valid(const Schema& schema, const std::string& text, json::Limits limits = {}) {
  const auto document = json::parse(text, limits);
  EXPECT_TRUE(document) << text.substr(0, 100);
  return schema.validate(document->root()).empty();
}

std::string nested(std::size_t depth, const std::string& before, const std::string& inside, const std::string& after) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += before;
  text += inside;
  for (std::size_t i = 0; i < depth; ++i) text += after;
  return text;
}

TEST(Schema, GivesItsTextCanonical) {
  EXPECT_EQ(compiled("{ \"type\" : \"string\",\n \"title\": \"\\u0061\" }").text(), R"({"type":"string","title":"a"})");
}

TEST(Schema, ChecksAValidEventWithoutAllocating) {
  const Schema schema = compiled(R"({
    "type": "object",
    "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 200},
      "data": {"type": "object", "properties": {"amount": {"type": "number", "minimum": 0, "multipleOf": 0.01}}},
      "timestamp": {"type": "string", "format": "date-time"},
      "status": {"enum": ["SUCCESS", "FAILED"]},
      "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": true, "contains": {"const": "a"}},
      "any": {"anyOf": [{"type": "string"}, {"type": "null"}]}
    },
    "required": ["name", "data"],
    "additionalProperties": false
  })");
  const std::string event =
      R"({"name":"n","data":{"amount":19.99},"timestamp":"2024-01-01T12:00:00Z","status":"FAILED","tags":["b","a"],"any":null})";
  const auto document = json::parse(event);
  ASSERT_TRUE(document);
  const std::size_t before = allocations;
  const bool valid = schema.validate(document->root()).empty();
  EXPECT_EQ(allocations - before, 0u);
  EXPECT_TRUE(valid);
}

TEST(Schema, BoundsTheWorkOfSchemasThatBranch) {
  // Each level doubles the ways to fail: 2 to the power of 200 without a bound.
  const Schema schema =
      compiled(R"({"anyOf": [{"properties": {"a": {"$ref": "#"}, "x": false}}, {"properties": {"a": {"$ref": "#"}, "x": false}}]})");
  EXPECT_TRUE(is_valid(schema, nested(200, R"({"a":)", "{}", "}")));
  const std::string hostile = nested(200, R"({"a":)", R"({"x":1})", "}");
  const auto document = json::parse(hostile);
  ASSERT_TRUE(document);
  const auto violations = schema.validate(document->root());
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].message, "is nested too deeply or takes too much work to be checked against the schema");
}

TEST(Schema, BoundsItsDepth) {
  const Schema schema = compiled(R"({"items": {"$ref": "#"}, "type": ["array", "null"]})");
  const json::Limits deep{.depth = 100'000};
  EXPECT_TRUE(is_valid(schema, nested(250, "[", "null", "]")));
  EXPECT_FALSE(is_valid(schema, nested(250, "[", "1", "]")));
  EXPECT_FALSE(is_valid(schema, nested(50'000, "[", "null", "]"), deep));
}

TEST(Schema, EndsWhenADynamicReferenceGoesInCircles) {
  // Statically the reference is harmless: only what is in scope at run time closes the circle.
  const Schema schema = compiled(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "http://x.example/outer", "$dynamicAnchor": "a", "$ref": "inner",
    "$defs": {"inner": {"$id": "inner", "$dynamicRef": "#a", "$defs": {"a": {"$dynamicAnchor": "a"}}}}
  })");
  EXPECT_FALSE(is_valid(schema, "1"));
}

TEST(Schema, LoadsEachDocumentOnce) {
  int loads = 0;
  const auto load = [&](const std::string& uri) -> std::expected<LoadedDocument, std::string> {
    ++loads;
    EXPECT_EQ(uri, "http://x.example/b.json");
    return LoadedDocument{R"({"definitions": {"t": {"type": "string"}, "u": {"$ref": "a.json"}}})", uri};
  };
  const Schema schema = compiled(R"({"items": [{"$ref": "b.json#/definitions/t"}, {"$ref": "b.json#/definitions/u"}]})",
                                 {.load = load, .base_uri = "http://x.example/a.json"});
  EXPECT_EQ(loads, 1);
  EXPECT_TRUE(is_valid(schema, R"(["a", ["b"]])"));
  EXPECT_FALSE(is_valid(schema, R"(["a", [1]])"));
}

TEST(Schema, NamesTheLoadedDocumentInItsProblems) {
  const auto load = [](const std::string&) -> std::expected<LoadedDocument, std::string> {
    return LoadedDocument{"{\n  \"type\": \"text\"}", "b.json"};
  };
  const auto schema = compile(R"({"$ref": "http://x.example/b.json"})", "a.json", {.load = load});
  ASSERT_FALSE(schema);
  ASSERT_EQ(schema.error().size(), 1u);
  EXPECT_EQ(schema.error()[0].place.file, "b.json");
  EXPECT_EQ(schema.error()[0].place.line, 2u);
}

TEST(Schema, LooksBesideTheDocumentForWhatIsNotAtItsId) {
  std::vector<std::string> asked;
  const auto load = [&](const std::string& uri) -> std::expected<LoadedDocument, std::string> {
    asked.push_back(uri);
    if (uri == "file:///s/b.json")
      return LoadedDocument{R"({"$id": "https://x.example/b.json", "items": {"$ref": "sub/../../c.json"}})", uri};
    if (uri == "file:///c.json") return LoadedDocument{R"({"anyOf": [{"type": "null"}, {"$ref": "s/a.json"}]})", uri};
    return std::unexpected("looked for " + uri);
  };
  const Schema schema = compiled(R"({"$id": "https://x.example/a.json", "properties": {"b": {"$ref": "b.json"}}, "type": "object"})",
                                 {.load = load, .base_uri = "file:///s/a.json"});
  EXPECT_THAT(asked, testing::ElementsAre("https://x.example/b.json", "file:///s/b.json", "https://x.example/c.json", "file:///c.json"));
  EXPECT_TRUE(is_valid(schema, R"({"b": [null, {"b": [null]}]})"));
  EXPECT_FALSE(is_valid(schema, R"({"b": [null, {"b": [1]}]})"));
}

TEST(Schema, SaysWhereItsTextIsNotJson) {
  const auto schema = compile("{\n  \"type\": }", "a.json");
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error()[0].place.line, 2u);
  EXPECT_EQ(schema.error()[0].place.column, 11u);
}

TEST(Schema, DoesNotRepeatALongKeyInEveryViolation) {
  const Schema schema = compiled(R"({"additionalProperties": {"items": {"type": "null"}}})");
  const std::string key(40'000, 'k');
  const std::string text = "{\"" + key + "\":[1,2,3,4,5,6,7,8,9]}";
  const auto document = json::parse(text);
  ASSERT_TRUE(document);
  EXPECT_EQ(schema.validate(document->root()).size(), 2u);
}

TEST(Schema, TakesManyUnevaluatedMembers) {
  const Schema schema = compiled(R"({"$schema": "https://json-schema.org/draft/2020-12/schema",
                                     "patternProperties": {"^p": true}, "unevaluatedProperties": false})");
  std::string many = "{";
  for (int i = 0; i < 1000; ++i) many += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + "\":1";
  EXPECT_TRUE(is_valid(schema, many + "}"));
  EXPECT_FALSE(is_valid(schema, many + ",\"q\":1}"));
}

}  // namespace
}  // namespace millrace::jsonschema
