// Schemas: build_schema() never crashes, every problem has a place, and what it builds answers the whole introspection query with valid
// JSON.
#include "base/json/document.hpp"
#include "graphql/execution/engine.hpp"
#include "graphql/execution/introspection_query.hpp"

namespace millrace::graphql {
namespace {

void build_and_introspect(std::string sdl) {
  const std::size_t size = sdl.size();
  auto schema = build_schema(std::move(sdl), "fuzz.graphql");
  if (!schema) {
    CHECK(!schema.error().empty());
    for (const Problem& problem : schema.error()) CHECK(!problem.message.empty() && problem.place.line <= size + 1);
    return;
  }
  if ((*schema)->query() == nullptr) return;
  Engine engine(*schema, {}, {.cost_max = 1e18});
  auto answered = [](Result<EngineResponse> response) {
    CHECK(response && response->outcome == EngineResponse::Outcome::executed);
    CHECK(json::parse(response->body));
    CHECK(!response->body.starts_with("{\"errors\""));
  };
  start(engine.execute({kIntrospectionQuery}), answered);
}

}  // namespace
}  // namespace millrace::graphql

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  millrace::graphql::build_and_introspect(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
