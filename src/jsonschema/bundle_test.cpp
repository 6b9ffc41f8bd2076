#include "jsonschema/bundle.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/json/document.hpp"

namespace millrace::jsonschema {
namespace {

using testing::HasSubstr;
using testing::Not;

using Files = std::map<std::string, std::string>;

Schema compiled(std::string_view text, const Files& files = {}) {
  CompileOptions options;
  options.base_uri = "file:///root.json";
  options.load = [&files](const std::string& uri) -> std::expected<LoadedDocument, std::string> {
    auto found = files.find(uri.substr(uri.rfind('/') + 1));
    if (found == files.end()) return std::unexpected("no such file");
    return LoadedDocument{found->second, found->first};
  };
  auto schema = compile(text, "root", options);
  if (!schema) ADD_FAILURE() << to_string(schema.error().front());
  return *std::move(schema);
}

/// The bundle without its "$schema".
std::string bundled(std::string_view text, const Files& files = {}) {
  constexpr std::string_view kDraft = R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)";
  const std::string bundle = bundle_text(compiled(text, files));
  EXPECT_TRUE(bundle.starts_with(kDraft)) << bundle;
  return "{" + bundle.substr(kDraft.size());
}

TEST(Bundle, HasWhatReferencesLeadTo) {
  EXPECT_EQ(bundled(R"({"title":"T","properties":{"a":{"$ref":"#/definitions/addr","minLength":3},"l":{"items":{"$ref":"#"}}},
                        "definitions":{"addr":{"type":"string"},"unused":{}}})"),
            R"({"title":"T","properties":{"a":{"$ref":"#/$defs/Addr"},"l":{"items":{"$ref":"#/$defs/Document"}}},"$defs":{)"
            R"("Addr":{"title":"Addr","type":"string"},"Document":{"title":"Document","properties":{"a":{"$ref":"#/$defs/Addr"},)"
            R"("l":{"items":{"$ref":"#/$defs/Document"}}}}}})");
}

TEST(Bundle, FollowsFilesAnchorsAndIds) {
  const Files files{{"addr.json", R"({"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://x.example/addr.json",
                                      "$defs":{"zip":{"$anchor":"z","type":"string"}},"properties":{"zip":{"$ref":"#z"}}})"}};
  const std::string text = bundled(
      R"({"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"a":{"$ref":"addr.json"},"b":{"$ref":"addr.json#/$defs/zip"},
          "c":{"$ref":"#c","minLength":2},"d":{"$ref":"urn:d"}},"$defs":{"x":{"$anchor":"c","type":"string"},"y":{"$id":"urn:d","const":{"$id":1}}}})",
      files);
  EXPECT_EQ(text, R"({"properties":{"a":{"$ref":"#/$defs/Addr"},"b":{"$ref":"#/$defs/Zip"},"c":{"$ref":"#/$defs/C","minLength":2},)"
                  R"("d":{"$ref":"#/$defs/UrnD"}},"$defs":{"Addr":{"title":"Addr","properties":{"zip":{"$ref":"#/$defs/Zip"}}},)"
                  R"("Zip":{"title":"Zip","type":"string"},"C":{"title":"C","type":"string"},"UrnD":{"title":"UrnD","const":{"$id":1}}}})");
}

TEST(Bundle, IsWhatARootRefersTo) {
  EXPECT_EQ(bundled(R"({"$ref":"a.json","minProperties":9})", {{"a.json", R"({"type":"object"})"}}), R"({"type":"object"})");
}

TEST(Bundle, SpeaksTheNewerDraft) {
  EXPECT_EQ(bundled(R"({"items":[{"type":"null"}],"additionalItems":false,"dependencies":{"a":["b"],"c":{"type":"object"}},
                        "unevaluatedItems":false,"faker":"x","default":{"$ref":"y"}})"),
            R"({"prefixItems":[{"type":"null"}],"items":false,"dependentSchemas":{"c":{"type":"object"}},"dependentRequired":{"a":["b"]},)"
            R"("faker":"x"})");
  EXPECT_EQ(bundled(R"({"items":[],"additionalItems":false})"), R"({"items":false})");
}

TEST(Bundle, KeepsNamesApart) {
  const Schema schema = compiled(R"({"properties":{"a":{"$ref":"#/definitions/patch"},"b":{"$ref":"#/definitions/Patch"}},
                                     "definitions":{"patch":true,"Patch":{}}})");
  const Bundle bundle = make_bundle(schema, {.reference_before = "#/c/", .name_before = "X", .taken = {"XPatch"}});
  EXPECT_EQ(bundle.root, R"({"properties":{"a":{"$ref":"#/c/XPatch2"},"b":{"$ref":"#/c/XPatch3"}}})");
  ASSERT_EQ(bundle.parts.size(), 2u);
  EXPECT_EQ(bundle.parts[0].name, "XPatch2");
  EXPECT_EQ(bundle.parts[0].schema, "true");
}

/// Two lists of one generic schema, each with elements of its own.
TEST(Bundle, ResolvesDynamicReferences) {
  constexpr std::string_view kDraft = R"("$schema":"https://json-schema.org/draft/2020-12/schema")";
  const Files files{
      {"list.json",
       fmt::format(R"({{{},"type":"array","items":{{"$dynamicRef":"#T"}},"$defs":{{"t":{{"$dynamicAnchor":"T"}}}}}})", kDraft)},
      {"n.json", fmt::format(R"({{{},"$ref":"list.json","$defs":{{"t":{{"$dynamicAnchor":"T","type":"number"}}}}}})", kDraft)},
      {"s.json", fmt::format(R"({{{},"$ref":"list.json","$defs":{{"t":{{"$dynamicAnchor":"T","type":"string"}}}}}})", kDraft)}};
  const Schema schema = compiled(
      fmt::format(R"({{{},"properties":{{"n":{{"$ref":"n.json"}},"s":{{"$ref":"s.json"}},"l":{{"$ref":"list.json"}}}}}})", kDraft), files);
  const Schema again = compiled(bundle_text(schema));
  for (std::string_view text : {R"({"n":[1]})", R"({"n":["a"]})", R"({"s":[1]})", R"({"s":["a"]})", R"({"l":[1,"a"]})", R"({"l":1})"}) {
    const auto document = json::parse(text);
    EXPECT_EQ(again.validate(document->root()).empty(), schema.validate(document->root()).empty()) << text;
  }
  EXPECT_THAT(bundle_text(schema), Not(HasSubstr("ynamic")));
}

}  // namespace
}  // namespace millrace::jsonschema
