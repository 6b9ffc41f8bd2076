#include "rest/schema_component.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json/document.hpp"

namespace millrace::rest {
namespace {

using testing::HasSubstr;
using testing::Not;

SchemaComponents make(std::string_view schema) {
  SchemaComponents components = make_components(schema, "NewX");
  for (const std::string& text : {components.created, components.document, components.patch}) EXPECT_TRUE(json::parse(text)) << text;
  return components;
}

TEST(SchemaComponent, TakesTheIdThatTheSchemaAllows) {
  const SchemaComponents closed = make(R"({"type":"object","additionalProperties":false,"properties":{"a":{}},"required":["a"]})");
  EXPECT_EQ(closed.created, R"({"type":"object","additionalProperties":false,"properties":{"a":{}},"required":["a"]})");
  EXPECT_THAT(closed.document, HasSubstr(R"("readOnly":true)"));
  EXPECT_THAT(closed.document, HasSubstr(R"("required":["id","a"])"));
  EXPECT_EQ(closed.patch,
            R"({"type":"object","properties":{"a":{"allOf":[{},{"not":{"type":"null"}}]}},"additionalProperties":{"type":"null"}})");
  const SchemaComponents open = make(R"({"properties":{"id":{"type":"string","maxLength":9}}})");
  EXPECT_THAT(open.created, HasSubstr(R"("maxLength":9)"));
  EXPECT_THAT(open.created, HasSubstr(R"({"enum":["bulk",)"));
  EXPECT_THAT(make("{}").created, HasSubstr(R"("maxLength":255)"));
  EXPECT_THAT(make("").document, HasSubstr(R"("required":["id"])"));
}

TEST(SchemaComponent, SpeaksTheNewerDraft) {
  const SchemaComponents components =
      make(R"({"$schema":"http://json-schema.org/draft-07/schema#","$id":"x","definitions":{"d":{"type":"string"}},
    "properties":{"t":{"items":[{"type":"null"}],"additionalItems":{"$ref":"#/definitions/d","minLength":3}},
                  "l":{"items":{"$ref":"#"},"additionalItems":false},
                  "o":{"dependencies":{"a":["b"],"c":{"type":"object"}}},
                  "e":{"$ref":"other.json#/x"}, "items":{"const":{"$id":1}}}})");
  for (std::string_view part :
       {R"("definitions":{"d":{"type":"string"}})",
        R"("t":{"prefixItems":[{"type":"null"}],"items":{"$ref":"#/components/schemas/NewX/definitions/d"}})",
        R"("l":{"items":{"$ref":"#/components/schemas/NewX"}})",
        R"("o":{"dependentSchemas":{"c":{"type":"object"}},"dependentRequired":{"a":["b"]}})", R"("items":{"const":{"$id":1}})"})
    EXPECT_THAT(components.created, HasSubstr(part));
  EXPECT_THAT(components.created, Not(HasSubstr("other.json#/x\"}]")));
  EXPECT_THAT(components.created, Not(HasSubstr("$schema")));
  EXPECT_THAT(components.patch, HasSubstr(R"("e":{"anyOf":[{"$comment":"As other.json#/x says."},{"type":"null"}]})"));
}

}  // namespace
}  // namespace millrace::rest
