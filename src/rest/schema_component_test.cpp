#include "rest/schema_component.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json/document.hpp"

namespace millrace::rest {
namespace {

using testing::HasSubstr;
using testing::Not;

SchemaComponents make(std::string_view schema) {
  auto compiled = jsonschema::compile(schema, "test");
  EXPECT_TRUE(compiled) << schema;
  SchemaComponents components = make_components(&*compiled, "X");
  for (const std::string& text : {components.created, components.document, components.replacement, components.patch})
    EXPECT_TRUE(json::parse(text)) << text;
  return components;
}

TEST(SchemaComponent, TakesTheIdThatTheSchemaAllows) {
  const SchemaComponents closed = make(R"({"title":"T","additionalProperties":false,"properties":{"a":{}},"required":["a"]})");
  EXPECT_EQ(closed.created, R"({"title":"NewX","type":"object","additionalProperties":false,"properties":{"a":{}},"required":["a"]})");
  EXPECT_THAT(closed.document, HasSubstr(R"("readOnly":true)"));
  EXPECT_THAT(closed.document, HasSubstr(R"("required":["id","a"])"));
  EXPECT_THAT(closed.replacement, HasSubstr(R"("required":["a"])"));
  EXPECT_EQ(
      closed.patch,
      R"({"title":"XPatch","type":"object","properties":{"a":{"allOf":[{},{"not":{"type":"null"}}]}},"unevaluatedProperties":{"type":"null"}})");
  EXPECT_THAT(make(R"({"properties":{"a":{"type":"string"}},"required":["a"]})").patch,
              HasSubstr(R"("properties":{"a":{"type":"string"}})"));
  const SchemaComponents open = make(R"({"properties":{"id":{"type":"string","maxLength":9}},"required":["id"]})");
  EXPECT_THAT(open.created, HasSubstr(R"("maxLength":9)"));
  EXPECT_THAT(open.created, HasSubstr(R"({"enum":["bulk",)"));
  EXPECT_THAT(open.created, HasSubstr(R"("required":["id"])"));
  EXPECT_THAT(open.replacement, Not(HasSubstr("required")));
  EXPECT_THAT(make("{}").created, HasSubstr(R"("maxLength":255)"));
  EXPECT_THAT(make_components(nullptr, "X").document, HasSubstr(R"("required":["id"])"));
}

TEST(SchemaComponent, RequiresAnIdWhereNoneCanBeMade) {
  EXPECT_THAT(make(R"({"properties":{"id":{"pattern":"^[a-z]{3}$"}}})").created, HasSubstr(R"("required":["id"])"));
  EXPECT_THAT(make(R"({"properties":{"id":{"type":"string"}}})").created, Not(HasSubstr("required")));
}

TEST(SchemaComponent, SaysNothingOfAnswersThatAPartOfTheSchemaWouldRefuse) {
  const SchemaComponents components = make(R"({"allOf":[{"properties":{"a":{}},"additionalProperties":false}]})");
  EXPECT_THAT(components.created, Not(HasSubstr(R"("id")")));
  EXPECT_THAT(components.replacement, Not(HasSubstr(R"("id")")));
  EXPECT_THAT(components.document, Not(HasSubstr("allOf")));
}

TEST(SchemaComponent, RefersToComponents) {
  const SchemaComponents components =
      make(R"({"properties":{"a":{"$ref":"#/definitions/patch"},"b":{"$ref":"#"}},"definitions":{"patch":{"title":"P","type":"string"}}})");
  EXPECT_THAT(components.created,
              HasSubstr(R"("a":{"$ref":"#/components/schemas/XPatch2"},"b":{"$ref":"#/components/schemas/XDocument"}})"));
  EXPECT_THAT(components.patch, HasSubstr(R"({"anyOf":[{"$ref":"#/components/schemas/XPatch2"},{"type":"null"}]})"));
  ASSERT_EQ(components.parts.size(), 2u);
  EXPECT_EQ(components.parts[0].schema, R"({"title":"XPatch2","type":"string"})");
}

}  // namespace
}  // namespace millrace::rest
