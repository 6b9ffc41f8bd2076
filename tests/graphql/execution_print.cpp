// Answers requests for execution_compare.mjs, which holds the responses against graphql-js's.
//
//   input:  a line for each request: {"schema": SDL, "data": {}, "query": TEXT, "operationName": TEXT, "variables": {}}; the last two may
//           be absent. "data" holds the values of all root fields (data_resolver_test.hpp).
//   output: a line for each: the response; when the schema is not one, {"schema_problems": [TEXT]}
#include <fmt/format.h>

#include <iostream>
#include <limits>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "graphql/execution/data_resolver_test.hpp"
#include "graphql/execution/engine.hpp"

namespace millrace::graphql {
namespace {

/// The engine of a schema, made once as long as the same one is asked for.
struct Service {
  std::string sdl;
  DataResolver resolver;
  std::unique_ptr<Engine> engine;
  std::string problems;

  void open(std::string text) {
    if (engine != nullptr && sdl == text) return;
    sdl = std::move(text);
    auto schema = build_schema(sdl, "schema.graphql");
    problems.clear();
    if (!schema) {
      for (const Problem& problem : schema.error()) problems.append(problems.empty() ? "" : ",").append(json::quoted(to_string(problem)));
      return;
    }
    EngineOptions options;
    options.cost_max = std::numeric_limits<double>::infinity();  // graphql-js has no such limit
    engine = std::make_unique<Engine>(*schema, resolver.bindings(**schema), options);
  }
};

std::string answer(Service& service, json::Value request) {
  service.open(request.find("schema")->string());
  if (!service.problems.empty()) return "{\"schema_problems\":[" + service.problems + "]}";
  std::string data;
  json::append_canonical(data, *request.find("data"));
  service.resolver.set_data(std::move(data));
  std::string query = request.find("query")->string();
  auto name = request.find("operationName");
  auto variables = request.find("variables");
  std::optional<std::string> operation;
  if (name) operation = name->string();
  std::string body;
  auto done = [&body](Result<EngineResponse> response) { body = response ? response->body : response.error().message; };
  start(service.engine->execute({query, operation, variables ? &*variables : nullptr}), done);
  return body;
}

}  // namespace
}  // namespace millrace::graphql

int main() {
  std::ios::sync_with_stdio(false);
  millrace::graphql::Service service;
  for (std::string line; std::getline(std::cin, line);) {
    const auto request = millrace::json::parse(line);
    if (!request) return 1;
    std::cout << millrace::graphql::answer(service, request->root()) << '\n';
  }
  return 0;
}
