#include "rest/fields.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace millrace::rest {
namespace {

std::string kinds(std::string_view property) {
  const Fields fields = read_fields(fmt::format(R"({{"properties":{{"x":{}}}}})", property));
  const Field* field = fields.find("x");
  if (field == nullptr) return "none";
  if (field->is_any()) return "any";
  return fmt::format("{}{}{}{}", field->is_text ? "t" : "", field->is_number ? "n" : "", field->is_boolean ? "b" : "",
                     field->is_null ? "0" : "");
}

TEST(Fields, AreOfTheKindsThatTheSchemaNames) {
  EXPECT_EQ(kinds(R"({"type":"string"})"), "t");
  EXPECT_EQ(kinds(R"({"type":["integer","null"]})"), "n0");
  EXPECT_EQ(kinds(R"({"type":"boolean"})"), "b");
  EXPECT_EQ(kinds(R"({"enum":["a",1,null]})"), "tn0");
  EXPECT_EQ(kinds(R"({"const":true})"), "b");
  EXPECT_EQ(kinds(R"({"type":"array","items":{"type":"number"}})"), "n");
  EXPECT_EQ(kinds(R"({"type":["string","object"]})"), "t");
  EXPECT_EQ(kinds(R"({"type":"object"})"), "");
  for (std::string_view open : {"{}", "true", R"({"$ref":"#/definitions/a"})", R"({"type":"array"})", R"({"enum":[[]]})",
                                R"({"type":"array","items":{"type":"array","items":{"type":"number"}}})"})
    EXPECT_EQ(kinds(open), "any") << open;
}

TEST(Fields, AreAllWhereOthersAreForbidden) {
  EXPECT_TRUE(read_fields(R"({"additionalProperties":false,"properties":{"a":{}}})").is_closed);
  EXPECT_FALSE(read_fields(R"({"additionalProperties":false,"patternProperties":{"^x":{}}})").is_closed);
  for (std::string_view open : {"{}", "true", "", R"({"additionalProperties":{}})"}) EXPECT_FALSE(read_fields(open).is_closed) << open;
}

}  // namespace
}  // namespace millrace::rest
