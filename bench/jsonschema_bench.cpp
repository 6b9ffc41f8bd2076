// What it costs to check an event of 250 bytes against its JSON Schema, parsed already and from its text.
#include <benchmark/benchmark.h>

#include "base/json/document.hpp"
#include "jsonschema/schema.hpp"

namespace millrace {
namespace {

constexpr std::string_view kSchema = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "properties": {
    "id": {"type": "string", "format": "uuid"},
    "name": {"type": "string", "minLength": 1, "maxLength": 200},
    "data": {
      "type": "object",
      "properties": {"user_id": {"type": "string", "pattern": "^user[0-9]+$"}, "amount": {"type": "number", "minimum": 0}},
      "required": ["user_id"]
    },
    "timestamp": {"type": "string", "format": "date-time"},
    "source": {"type": "string", "enum": ["auth_service", "billing", "web"]},
    "version": {"type": "string"}
  },
  "required": ["name", "data", "timestamp", "source", "version"],
  "additionalProperties": false
})";

constexpr std::string_view kEvent =
    R"({"id":"018f4e5c-7a0b-7c3d-8e9f-0a1b2c3d4e5f","name":"user_login","data":{"user_id":"user123","amount":45.2,)"
    R"("username":"john_doe","ip_address":"192.168.1.100"},"timestamp":"2024-01-01T12:00:00.123Z","source":"auth_service",)"
    R"("version":"1.0.0-rc.1+17"})";
static_assert(kEvent.size() > 240 && kEvent.size() < 260);

jsonschema::Schema compiled() {
  auto schema = jsonschema::compile(kSchema, "schema");
  CHECK(schema.has_value());
  return *std::move(schema);
}

void validate_parsed_event(benchmark::State& state) {
  const jsonschema::Schema schema = compiled();
  const auto document = json::parse(kEvent);
  for (auto _ : state) CHECK(schema.validate(document->root()).empty());
}
BENCHMARK(validate_parsed_event)->Unit(benchmark::kNanosecond);

void parse_and_validate_event(benchmark::State& state) {
  const jsonschema::Schema schema = compiled();
  for (auto _ : state) {
    const auto document = json::parse(kEvent);
    CHECK(schema.validate(document->root()).empty());
  }
}
BENCHMARK(parse_and_validate_event)->Unit(benchmark::kNanosecond);

}  // namespace
}  // namespace millrace

BENCHMARK_MAIN();
