// The rows of tests/spec/jsonschema.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/json/document.hpp"
#include "jsonschema/schema.hpp"

namespace millrace::jsonschema {
namespace {

/// A file of rows; documents point into its text, so that both stay together.
class Rows {
 public:
  explicit Rows(const std::string& name) : text_(read(std::string(MILLRACE_SOURCE_DIR "/tests/spec/jsonschema/") + name)) {
    auto parsed = json::parse(text_);
    EXPECT_TRUE(parsed) << name << ": " << parsed.error().message;
    document_ = *std::move(parsed);
  }
  json::Value root() const { return document_.root(); }

 private:
  static std::string read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string text_;
  json::Document document_;
};

std::vector<json::Value> elements(std::optional<json::Value> array) {
  std::vector<json::Value> values;
  if (!array) return values;
  for (json::Value value = array->first(); !(value == array->end()); value = value.after()) values.push_back(value);
  return values;
}

std::string text(std::optional<json::Value> value) {
  return value ? value->string() : std::string();
}

Checked<Schema> compile_group(json::Value group) {
  const auto load = [group](const std::string& uri) -> std::expected<LoadedDocument, std::string> {
    const auto documents = group.find("documents");
    const auto document = documents ? documents->find(uri) : std::nullopt;
    if (!document) return std::unexpected("looked for " + uri);
    return LoadedDocument{std::string(document->text()), uri};
  };
  return compile(group.find("schema")->text(), "s", {.load = load});
}

void expect_verdicts(const Schema& schema, json::Value group, std::string_view key, bool valid) {
  for (const json::Value& row : elements(group.find(key))) {
    const std::string instance = row.string();
    const auto document = json::parse(instance);
    ASSERT_TRUE(document) << instance;
    EXPECT_EQ(schema.validate(document->root()).empty(), valid) << text(group.find("name")) << ": " << instance;
  }
}

class Verdicts : public testing::TestWithParam<std::string> {};

TEST_P(Verdicts, AreAsTheRowsSay) {
  const Rows rows(GetParam());
  const auto groups = elements(rows.root().find("groups"));
  ASSERT_FALSE(groups.empty());
  for (const json::Value& group : groups) {
    const auto schema = compile_group(group);
    ASSERT_TRUE(schema) << text(group.find("name")) << ": " << to_string(schema.error().front());
    expect_verdicts(*schema, group, "valid", true);
    expect_verdicts(*schema, group, "invalid", false);
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Verdicts,
                         testing::Values("assertions.json", "structure.json", "references.json", "formats.json", "patterns.json"));

using Violation = std::vector<std::string>;

std::vector<Violation> found(const Schema& schema, json::Value row) {
  std::vector<Violation> violations;
  const std::string only = text(row.find("only"));
  for (const ErrorDetail& detail : schema.validate(*row.find("instance"))) {
    if (detail.path.starts_with(only)) violations.push_back({detail.path, detail.keyword, detail.message});
  }
  return violations;
}

TEST(Violations, AreAsTheRowsSay) {
  const Rows rows("violations.json");
  const auto schema = compile_group(rows.root());
  ASSERT_TRUE(schema) << to_string(schema.error().front());
  for (const json::Value& row : elements(rows.root().find("rows"))) {
    std::vector<Violation> expected;
    for (const json::Value& violation : elements(row.find("violations"))) {
      Violation& parts = expected.emplace_back();
      for (const json::Value& part : elements(violation)) parts.push_back(part.string());
    }
    EXPECT_THAT(found(*schema, row), testing::UnorderedElementsAreArray(expected)) << row.text();
  }
}

TEST(Violations, AreAtMostAsManyAsAskedFor) {
  const std::string many = "[1,2,3,4,5]";
  const auto schema = compile(R"({"items": {"type": "string"}})", "s");
  const auto document = json::parse(many);
  ASSERT_TRUE(schema && document);
  EXPECT_EQ(schema->validate(document->root()).size(), 5u);
  EXPECT_EQ(schema->validate(document->root(), 3).size(), 3u);
  EXPECT_EQ(schema->validate(document->root(), 0).size(), 1u) << "none would mean valid";
}

TEST(Violations, ArePointersFromTheInstanceNotFromItsDocument) {
  const std::string text = R"({"items": [{"a": 1}, {"a": {"b": "x"}}]})";
  const auto schema = compile(R"({"properties": {"a": {"properties": {"b": {"type": "null"}}}}})", "s");
  const auto document = json::parse(text);
  ASSERT_TRUE(schema && document);
  const json::Value second = document->root().find("items")->first().after();
  const auto violations = schema->validate(second);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].path, "/a/b");
}

TEST(Warnings, AreAsTheRowsSay) {
  const Rows rows("warnings.json");
  for (const json::Value& row : elements(rows.root().find("rows"))) {
    const std::string schema = row.find("schema")->string();
    const auto compiled = compile(schema, "s");
    ASSERT_TRUE(compiled) << schema;
    std::vector<std::string> expected, warnings;
    for (const Problem& warning : compiled->warnings()) warnings.push_back(to_string(warning));
    for (const json::Value& warning : elements(row.find("warnings"))) expected.push_back(warning.string());
    EXPECT_EQ(warnings, expected) << schema;
  }
}

TEST(Problems, AreAsTheRowsSay) {
  const Rows rows("problems.json");
  for (const json::Value& row : elements(rows.root().find("rows"))) {
    const std::string schema = row.find("schema")->string();
    const auto compiled = compile(schema, "s");
    ASSERT_FALSE(compiled) << schema;
    std::vector<std::string> problems;
    for (const Problem& problem : compiled.error()) problems.push_back(to_string(problem));
    if (row.find("problems_count")) {
      EXPECT_EQ(std::to_string(problems.size()), row.find("problems_count")->text()) << testing::PrintToString(problems);
      continue;
    }
    std::vector<std::string> expected;
    for (const json::Value& problem : elements(row.find("problems"))) expected.push_back(problem.string());
    EXPECT_EQ(problems, expected) << schema;
  }
}

}  // namespace
}  // namespace millrace::jsonschema
