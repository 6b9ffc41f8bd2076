// The rows of tests/spec/hocon: NAME.conf, and in NAME.json what it means, or in a string how its first problem begins.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "base/json/number.hpp"
#include "hocon/parser.hpp"

namespace millrace::hocon {
namespace {

namespace fs = std::filesystem;

const fs::path kRows = fs::path(MILLRACE_SOURCE_DIR) / "tests/spec/hocon";

std::string content(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kRows)) {
    if (entry.path().extension() == ".conf") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

/// Objects with their members in the order of their keys, and one spelling for each number.
std::string sorted(json::Value value) {
  std::vector<std::string> parts;
  if (value.is(json::Kind::object)) {
    for (json::Value key = value.first(); key != value.end(); key = key.after().after())
      parts.push_back(std::string(key.text()) + ":" + sorted(key.after()));
    std::ranges::sort(parts);
    return fmt::format("{{{}}}", fmt::join(parts, ","));
  }
  if (value.is(json::Kind::number)) {
    std::string key = "number ";
    json::append_ordered(key, value.text());
    return key;
  }
  if (!value.is(json::Kind::array)) return std::string(value.text());
  for (json::Value item = value.first(); item != value.end(); item = item.after()) parts.push_back(sorted(item));
  return fmt::format("[{}]", fmt::join(parts, ","));
}

std::string sorted(std::string_view text) {
  std::string canonical;
  const auto document = json::parse(text);
  if (!document) return "not JSON: " + document.error().message;
  json::append_canonical(canonical, document->root());
  const auto again = json::parse(canonical);
  return sorted(again->root());
}

class Specification : public testing::TestWithParam<std::string> {};

TEST_P(Specification, Row) {
  const std::string file = GetParam() + ".conf";
  const std::string wanted = content(kRows / (GetParam() + ".json"));
  const Options options = {.environment = [](const std::string&) { return std::nullopt; }};
  const auto value = parse_text(content(kRows / file), (kRows / file).string(), kRows, options);
  if (!wanted.starts_with('"')) {
    ASSERT_TRUE(value.has_value()) << to_string(value.error().front());
    EXPECT_EQ(sorted(to_json(*value)), sorted(wanted));
    return;
  }
  const auto document = json::parse(wanted);
  ASSERT_TRUE(document.has_value());
  ASSERT_FALSE(value.has_value()) << to_json(*value);
  const std::string problem = to_string(value.error().front());
  EXPECT_TRUE(problem.starts_with((kRows / file).string() + ":" + document->root().string())) << problem;
}

INSTANTIATE_TEST_SUITE_P(Rows, Specification, testing::ValuesIn(names()), [](const auto& row) { return row.param; });

TEST(SpecificationRows, AreThere) {
  EXPECT_GT(names().size(), 100u);
}

}  // namespace
}  // namespace millrace::hocon
