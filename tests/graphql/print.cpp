// Validates requests for compare.mjs, which holds the errors against graphql-js's.
//
//   input:  a line for each request: {"schema": SDL, "query": TEXT}
//   output: a line for each: {"errors": [{"message": TEXT, "locations": [{"line": N, "column": N}]}]}; when the schema is not one,
//           {"schema_problems": [TEXT]}
#include <fmt/format.h>

#include <iostream>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "graphql/language/parser.hpp"
#include "graphql/validation/validate.hpp"

namespace millrace::graphql {
namespace {

using BuiltSchema = Checked<std::shared_ptr<const Schema>>;

/// Builds a schema once as long as the same one is asked for.
const BuiltSchema& schema_of(const std::string& sdl) {
  static std::string last_sdl;
  static BuiltSchema last = nullptr;
  if (last_sdl != sdl) {
    last_sdl = sdl;
    last = build_schema(sdl, "schema.graphql");
  }
  return last;
}

std::vector<GraphqlError> errors_of(const Schema& schema, std::string_view query) {
  const auto document = parse(query);
  if (!document) return {document.error()};
  return validate(schema, *document);
}

void append_error(std::string& out, const GraphqlError& error) {
  out += "{\"message\":";
  json::append_string(out, error.message);
  out += ",\"locations\":[";
  for (const SourceLocation& location : error.locations) {
    out += fmt::format("{}{{\"line\":{},\"column\":{}}}", out.back() == '[' ? "" : ",", location.line, location.column);
  }
  out += "]}";
}

std::string answer(const std::string& sdl, const std::string& query) {
  const BuiltSchema& schema = schema_of(sdl);
  std::string out = schema ? "{\"errors\":[" : "{\"schema_problems\":[";
  const auto separate = [&out] {
    if (out.back() != '[') out += ',';
  };
  if (schema) {
    for (const GraphqlError& error : errors_of(**schema, query)) {
      separate();
      append_error(out, error);
    }
  } else {
    for (const Problem& problem : schema.error()) {
      separate();
      json::append_string(out, to_string(problem));
    }
  }
  return out + "]}\n";
}

}  // namespace
}  // namespace millrace::graphql

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const auto request = millrace::json::parse(line);
    if (!request) return 1;
    const auto sdl = request->root().find("schema");
    const auto query = request->root().find("query");
    if (!sdl || !query) return 1;
    std::cout << millrace::graphql::answer(sdl->string(), query->string());
  }
  return 0;
}
