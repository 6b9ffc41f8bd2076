#include "rest/operations.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/json/document.hpp"

namespace millrace::rest {
namespace {

TEST(Operations, AllowIsWhatThereIs) {
  EXPECT_EQ(allowed_methods(Target::collection, true), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(allowed_methods(Target::document, false), "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
  EXPECT_EQ(allowed_methods(Target::document, true), "GET, HEAD, OPTIONS");
  EXPECT_EQ(find_operation(Target::document, http::Method::delete_, true), nullptr);
  EXPECT_EQ(find_operation(Target::document, http::Method::head, true)->id, OperationId::read);
}

TEST(Operations, ParametersHaveSchemas) {
  for (const Operation& operation : operations())
    for (const Parameter& parameter : operation.takes) EXPECT_TRUE(json::parse(parameter.schema)) << parameter.name;
}

TEST(Operations, AreWhatTheReferenceLists) {
  std::ifstream file(MILLRACE_SOURCE_DIR "/docs/rest.md");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string document = text.str();
  const std::size_t marker = document.find("<!-- generated");
  ASSERT_NE(marker, std::string::npos);
  EXPECT_EQ(document.substr(document.find('\n', marker) + 1), rest_reference())
      << "Update it: sed -i '/^<!-- generated/q' docs/rest.md && build/release/millrace check --operations >> docs/rest.md";
}

}  // namespace
}  // namespace millrace::rest
