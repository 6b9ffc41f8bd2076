// Rows of tests/spec/graphql, for tests: a JSON array of objects in a file.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/json/document.hpp"

namespace millrace::graphql {

/// A file that is read once; its rows point into it.
class SpecRows {
 public:
  /// `name` is below tests/spec/graphql: "language/values.json".
  explicit SpecRows(const std::string& name) : text_(read(MILLRACE_SOURCE_DIR "/tests/spec/graphql/" + name)) {
    auto parsed = json::parse(text_);
    EXPECT_TRUE(parsed.has_value()) << name << ": " << (parsed ? "" : parsed.error().message);
    if (parsed) document_ = *std::move(parsed);
  }
  SpecRows(const SpecRows&) = delete;

  json::Value root() const { return document_.root(); }
  std::vector<json::Value> rows() const { return elements(root()); }

  static std::vector<json::Value> elements(json::Value array) {
    std::vector<json::Value> values;
    for (json::Value value = array.first(); !(value == array.end()); value = value.after()) values.push_back(value);
    return values;
  }
  /// The characters of a member that must be there.
  static std::string text(json::Value row, std::string_view key) {
    auto value = row.find(key);
    EXPECT_TRUE(value.has_value()) << "no " << key << " in " << row.text();
    return value ? value->string() : std::string();
  }

 private:
  static std::string read(const std::string& path) {
    std::ifstream file(path);
    EXPECT_TRUE(file.is_open()) << path;
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string text_;
  json::Document document_;
};

}  // namespace millrace::graphql
