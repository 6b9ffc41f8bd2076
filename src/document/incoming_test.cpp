#include "document/incoming.hpp"

#include <gtest/gtest.h>

namespace millrace::document {
namespace {

jsonschema::Schema schema() {
  auto compiled = jsonschema::compile(R"({"required": ["name"], "properties": {"name": {"type": "string"}, "age": {"minimum": 0}}})", "x");
  EXPECT_TRUE(compiled);
  return *std::move(compiled);
}

TEST(ReadDocument, SplitsIdAndPayload) {
  const auto incoming = read_document(R"( {"name": "n", "id" : "1", "x": 1.50} )", nullptr);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->id, "1");
  EXPECT_EQ(incoming->payload, R"({"name":"n","x":1.50})");
  EXPECT_EQ(document_text(*incoming->id, incoming->payload), R"({"id":"1","name":"n","x":1.50})");
  EXPECT_EQ(document_text("\"", "{}"), R"({"id":"\""})");
}

TEST(ReadDocument, NamesEveryViolationBelowThePointer) {
  const jsonschema::Schema rules = schema();
  const auto refused = read_document(R"({"name": 1, "age": -1})", &rules, "/input");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "schema.violation");
  ASSERT_EQ(refused.error().details.size(), 2u);
  EXPECT_EQ(refused.error().details[0].path, "/input/name");
  EXPECT_EQ(refused.error().details[1].path, "/input/age");
}

TEST(ReadDocument, RefusesWhatIsNoDocument) {
  EXPECT_EQ(read_document("[]", nullptr, "/3").error().details.at(0).path, "/3");
  EXPECT_EQ(read_document("{", nullptr).error().code, "json.syntax");
  for (std::string_view id : {"1", "\"\"", "null", "\"bulk\"", "\"..\"", R"("a\n")"}) {
    const auto refused = read_document("{\"id\":" + std::string(id) + "}", nullptr, "/input");
    ASSERT_FALSE(refused) << id;
    EXPECT_EQ(refused.error().details.at(0).path, "/input/id");
  }
}

}  // namespace
}  // namespace millrace::document
