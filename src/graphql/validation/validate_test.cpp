// Validation as a whole: the rows of tests/spec/graphql/validation, and requests made to take long.
#include "graphql/validation/validate.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json/document.hpp"
#include "graphql/language/parser.hpp"

namespace millrace::graphql {
namespace {

const std::filesystem::path kRows = MILLRACE_SOURCE_DIR "/tests/spec/graphql/validation";

std::string read(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::shared_ptr<const Schema> schema_of(const std::string& sdl) {
  auto schema = build_schema(sdl, "schema.graphql");
  if (schema) return *schema;
  ADD_FAILURE() << to_string(schema.error().front());
  return nullptr;
}

const Schema& shared_schema() {
  static const std::shared_ptr<const Schema> schema = schema_of(read(kRows / "schema.graphql"));
  return *schema;
}

std::string to_text(const GraphqlError& error) {
  std::string text = error.message;
  for (const SourceLocation& location : error.locations) text += fmt::format(" [{},{}]", location.line, location.column);
  return text;
}

std::vector<std::string> errors_of(const Schema& schema, const std::string& query, ValidationOptions options = {}) {
  std::vector<std::string> texts;
  const auto document = parse(query);
  if (!document) return {to_text(document.error())};
  for (const GraphqlError& error : validate(schema, *document, options)) texts.push_back(to_text(error));
  return texts;
}

std::vector<std::string> errors_of(const std::string& query, ValidationOptions options = {}) {
  return errors_of(shared_schema(), query, options);
}

template <class Visit>
void for_each_in(const json::Value& list, Visit visit) {
  for (json::Value item = list.first(); !(item == list.end()); item = item.after()) visit(item);
}

std::vector<std::string> expected_errors(const json::Value& row) {
  std::vector<std::string> texts;
  for_each_in(*row.find("errors"), [&](json::Value error) {
    std::string& text = texts.emplace_back(error.find("message")->string());
    for_each_in(*error.find("locations"), [&](json::Value place) { text += fmt::format(" {}", place.text()); });
  });
  return texts;
}

class ValidationRows : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(ValidationRows, AreAnsweredAsTheySay) {
  const std::string text = read(GetParam());
  const auto rows = json::parse(text);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_GT(rows->root().size(), 0u);
  for_each_in(rows->root(), [](json::Value row) {
    SCOPED_TRACE(row.find("name")->string());
    const auto sdl = row.find("schema");
    const std::shared_ptr<const Schema> own = sdl ? schema_of(sdl->string()) : nullptr;
    EXPECT_EQ(errors_of(own != nullptr ? *own : shared_schema(), row.find("query")->string()), expected_errors(row));
  });
}

std::vector<std::filesystem::path> row_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kRows)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

INSTANTIATE_TEST_SUITE_P(Files, ValidationRows, testing::ValuesIn(row_files()),
                         [](const auto& file) { return file.param.stem().string(); });

/// `count` pieces, made of their numbers.
template <class Make>
std::string times(int count, Make make) {
  std::string text;
  for (int i = 0; i < count; ++i) text.append(make(i)).append(" ");
  return text;
}

const std::vector<std::string> kAborted = {"Validation aborted."};

TEST(ValidationWork, ManyFieldsOfOneKeyEndTheBudget) {
  EXPECT_EQ(errors_of("{" + times(700, [](int) { return "version"; }) + "}"), std::vector<std::string>());
  EXPECT_EQ(errors_of("{" + times(3000, [](int) { return "version"; }) + "}"), kAborted);
}

TEST(ValidationWork, DoublingFragmentsAreComparedOnce) {
  const auto fragment = [](int i) {
    return fmt::format("fragment F{0} on Dog {{ k{0}: name ...F{1} ...F{2} }}", i, i + 1, std::min(i + 2, 60));
  };
  const std::string query = "{ dog(id: 1) { ...F0 } }" + times(60, fragment) + "fragment F60 on Dog { id }";
  EXPECT_EQ(errors_of(query), std::vector<std::string>());
}

TEST(ValidationWork, LongChainsOfFragmentsSideBySideEndTheBudget) {
  const auto pair = [](int i) {
    return fmt::format("fragment A{0} on Dog {{ a{0}: name ...A{1} }} fragment B{0} on Dog {{ b{0}: name ...B{1} }}", i, i + 1);
  };
  const std::string query = "{ dog(id: 1) { ...A0 ...B0 } }" + times(400, pair) + "fragment A400 on Dog { id } fragment B400 on Dog { id }";
  EXPECT_EQ(errors_of(query), kAborted);
}

TEST(ValidationWork, VariablesOfManyOperationsInOneFragmentEndTheBudget) {
  const std::string operations = times(100, [](int i) { return fmt::format("query Q{}($v: Int) {{ ...F }}", i); });
  const std::string usages = times(600, [](int i) { return fmt::format("k{}: int(value: $v)", i); });
  EXPECT_EQ(errors_of(operations + "fragment F on Query {" + usages + "}"), kAborted);
}

std::string chain(int length, std::string_view last) {
  const auto link = [](int i) { return fmt::format("fragment F{} on Dog {{ mother {{ ...F{} }} }}", i, i + 1); };
  return "{ dog(id: 1) { ...F0 } }" + times(length, link) + fmt::format("fragment F{} on Dog {{ {} }}", length, last);
}

TEST(ValidationDepth, CountsWhatFragmentsNest) {
  // Two sets above the first fragment, two in each link, one in the last.
  EXPECT_EQ(errors_of(chain(50, "name"), {.depth_max = 103}), std::vector<std::string>());
  EXPECT_EQ(errors_of(chain(50, "name"), {.depth_max = 102}),
            std::vector<std::string>(
                {"The selections are nested 103 levels deep; the limit is 102. Ask for what lies deeper in a request of its own."}));
  EXPECT_EQ(errors_of(chain(5000, "name")),
            std::vector<std::string>(
                {"The selections are nested 10003 levels deep; the limit is 500. Ask for what lies deeper in a request of its own."}));
}

TEST(ValidationLimits, CountAliasesAndFieldsAsTheyAreExecuted) {
  const std::string query = "{ dog(id: 1) { ...F ...F } a: version b: version } fragment F on Dog { n: name m: name }";
  EXPECT_EQ(errors_of(query, {.aliases_max = 6, .fields_max = 7}), std::vector<std::string>());
  EXPECT_EQ(
      errors_of(query, {.aliases_max = 5, .fields_max = 7}),
      std::vector<std::string>({"The operation has 6 aliases, fragments counted wherever they are spread; the limit is 5. Split it into "
                                "several requests."}));
  EXPECT_EQ(
      errors_of(query, {.aliases_max = 6, .fields_max = 6}),
      std::vector<std::string>({"The operation selects 7 fields, fragments counted wherever they are spread; the limit is 6. Split it "
                                "into several requests."}));
}

TEST(ValidationLimits, HaveCodes) {
  const auto document = parse("{ a: version }");
  EXPECT_EQ(validate(shared_schema(), *document, {.depth_max = 0}).front().code, "graphql.depth");
  EXPECT_EQ(validate(shared_schema(), *document, {.aliases_max = 0}).front().code, "graphql.aliases");
  EXPECT_EQ(validate(shared_schema(), *document, {.fields_max = 0}).front().code, "graphql.fields");
}

/// Every rule that follows fragments goes around the circle. Nesting counts each of them once, and here may let it pass.
TEST(ValidationDepth, LongCirclesOfFragmentsDoNotFillTheStack) {
  const auto link = [](int i) { return fmt::format("fragment F{} on Query {{ version ...F{} }}", i, (i + 1) % 9000); };
  const std::string circle = times(9000, link);
  for (std::string_view start : {"{ version ...F0 }", "mutation { ...F0 }", "subscription { ...F0 }", "{ __schema { ...F0 } }",
                                 "{ dog(id: 1) { ...F0 } dog(id: 1) { ...F0 } }"}) {
    const auto errors = errors_of(std::string(start) + circle, {.depth_max = 1'000'000});
    ASSERT_FALSE(errors.empty()) << start;
    EXPECT_TRUE(errors.back().ends_with("Validation aborted.")) << start << errors.back();
  }
}

TEST(ValidationLimits, ErrorsEndWithAWord) {
  const auto errors = errors_of("{ a b c }", {.errors_max = 2});
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors.back(), "Too many validation errors, error limit reached. Validation aborted.");
  EXPECT_EQ(errors_of("{ a b c }", {.errors_max = 3}).size(), 3u);
}

/// An error with thousands of places, far into a text of one line.
TEST(ValidationLimits, ManyPlacesAreFoundQuickly) {
  const auto errors = errors_of("{ int(" + times(20'000, [](int) { return "value:1"; }) + ") }");
  ASSERT_FALSE(errors.empty());
  EXPECT_TRUE(errors.front().ends_with(fmt::format("[1,{}]", 7 + 8 * 19'999)));
}

}  // namespace
}  // namespace millrace::graphql
