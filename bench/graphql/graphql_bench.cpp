// What the GraphQL engine costs by itself: a request that is new to it, one that it knows, and one that is answered from memory.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "bench/graphql/counting_allocator.hpp"
#include "graphql/execution/engine.hpp"
#include "graphql/execution/plan.hpp"
#include "graphql/execution/preparer.hpp"

namespace millrace::graphql {
namespace {

/// About 1 KB, as a page about processed events sends it: variables, aliases, fragments, a directive, a literal object's worth of
/// arguments.
constexpr std::string_view kQuery =
    R"(query EventsOfUser($name: String!, $other: String = "user_logout", $raw: ID!, $withRaw: Boolean!, $at: Float) {
  logins: getByName(name: $name, at: $at, limit: 20) {
    ...Processed
    rawEvent @include(if: $withRaw) {
      ...Raw
    }
  }
  logouts: getByName(name: $other, limit: 20, offset: 40) {
    ...Processed
    error: error_message
    enrichment_data
  }
  byRaw: getByRawEventId(raw_event_id: $raw, limit: 5) {
    ...Processed
    rawEvent {
      ...Raw
      metadata
    }
  }
  one: getById(id: "0190c6f3-0000-7000-8000-000000000001", at: 1717171717000) {
    __typename
    id
    status
    processing_time_ms
    rawEvent {
      id
      name
      source
      version
    }
  }
}

fragment Processed on ProcessedEvent {
  id
  name
  raw_event_id
  status
  processed_data
  processed_timestamp
  processing_time_ms
}

fragment Raw on RawEvent {
  id
  name
  data
  timestamp
  source
}
)";
constexpr std::string_view kVariables = R"({"name":"user_login","raw":"0190c6f3-0000-7000-8000-000000000002","withRaw":true})";

std::string read(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  CHECK(!text.str().empty());
  return text.str();
}

/// Gives twenty processed events to every list and one to every other query, and a raw event to each of them.
class MemoryResolver : public Resolver {
 public:
  Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) override {
    std::vector<Resolved> answers;
    for (const FieldCall& call : calls) {
      Resolved& answer = answers.emplace_back();
      const std::string_view text = call.field.type.named->name == "RawEvent" ? kRaw : kProcessed;
      const bool is_list = call.field.type.nullable().is_list();
      const std::uint32_t first = answer.add_value(text);
      for (std::uint32_t i = 1; i < 20 && is_list; ++i) answer.add_value(text);
      for (std::size_t parent = 0; parent < call.parents; ++parent) is_list ? answer.give_list(first, 20) : answer.give_value(first);
    }
    co_return std::move(answers);
  }

 private:
  static constexpr std::string_view kRaw =
      R"({"id":"r1","name":"user_login","data":{"user_id":"user123"},"timestamp":"2024-01-01T12:00:00Z","source":"web","version":"1.0","metadata":{}})";
  static constexpr std::string_view kProcessed =
      R"({"id":"p1","raw_event_id":"r1","name":"user_login","processed_data":{"risk_score":0.1},"processed_timestamp":"2024-01-01T12:00:01Z",)"
      R"("status":"SUCCESS","processing_time_ms":45.2,"enrichment_data":null,"error_message":null})";
};

struct Events {
  std::shared_ptr<const Schema> schema;
  MemoryResolver resolver;
  Bindings bindings;

  Events() : schema(*build_schema(read(MILLRACE_SOURCE_DIR "/examples/events/config/graph/processed_event.graphql"), "processed")) {
    for (const Field& field : schema->query()->fields) bindings.bind("Query", field.name, resolver);
    bindings.bind("ProcessedEvent", "rawEvent", resolver);
  }
  static Events& get() {
    static Events events;
    return events;
  }
};

void parse_1k(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parse(kQuery));
}
BENCHMARK(parse_1k)->Unit(benchmark::kMicrosecond);

void validate_1k(benchmark::State& state) {
  const auto document = parse(kQuery);
  for (auto _ : state) CHECK(validate(*Events::get().schema, *document).empty());
}
BENCHMARK(validate_1k)->Unit(benchmark::kMicrosecond);

void plan_1k(benchmark::State& state) {
  Events& events = Events::get();
  const auto document = parse(kQuery);
  const Introspection introspection(*events.schema);
  const Variables variables = {{"withRaw", "true"}};
  const std::vector<std::string> inherited = {"at"};
  for (auto _ : state)
    benchmark::DoNotOptimize(make_plan(
        {*events.schema, *document, document->operations.front(), events.bindings, introspection.bindings(), variables, inherited}));
}
BENCHMARK(plan_1k)->Unit(benchmark::kMicrosecond);

/// All that a request costs whose document is new.
void cold_1k(benchmark::State& state) {
  Events& events = Events::get();
  const EngineOptions options{.inherited_arguments = {"at"}, .cache_bytes_max = 0};
  Preparer preparer(*events.schema, events.bindings, options);
  const Variables variables = {{"withRaw", "true"}};
  for (auto _ : state) {
    const auto prepared = preparer.prepare(kQuery);
    const auto plan = preparer.plan(**prepared, (*prepared)->document.operations.front(), variables);
    CHECK(plan.has_value());
  }
}
BENCHMARK(cold_1k)->Unit(benchmark::kMicrosecond);

/// From the text to the plan that is known.
void cached_1k(benchmark::State& state) {
  Events& events = Events::get();
  const EngineOptions options{.inherited_arguments = {"at"}};
  Preparer preparer(*events.schema, events.bindings, options);
  const Variables variables = {{"withRaw", "true"}};
  for (auto _ : state) {
    const auto prepared = preparer.prepare(kQuery);
    const auto plan = preparer.plan(**prepared, (*prepared)->document.operations.front(), variables);
    CHECK(plan.has_value());
  }
}
BENCHMARK(cached_1k)->Unit(benchmark::kMicrosecond);

/// How well the cache knows what it holds: `counted` bytes beside those that are really allocated.
void cache_of_200(benchmark::State& state) {
  Events& events = Events::get();
  const EngineOptions options{.inherited_arguments = {"at"}};
  const Variables variables = {{"withRaw", "true"}};
  for (auto _ : state) {
    const bench::MemoryMeter meter;
    Preparer preparer(*events.schema, events.bindings, options);
    const std::size_t before = meter.kept();
    for (int i = 0; i < 200; ++i) {
      const auto prepared = preparer.prepare(fmt::format("{}# {}", kQuery, i));
      CHECK(preparer.plan(**prepared, (*prepared)->document.operations.front(), variables).has_value());
    }
    state.counters["counted"] = static_cast<double>(preparer.cache().bytes());
    state.counters["allocated"] = static_cast<double>(meter.kept() - before);
  }
}
BENCHMARK(cache_of_200)->Unit(benchmark::kMillisecond);

/// Lookup, coercion of the variables, twenty-odd resolver calls' worth of rows, and the answer.
void execute_1k(benchmark::State& state) {
  Events& events = Events::get();
  Engine engine(events.schema, events.bindings, {.inherited_arguments = {"at"}});
  const auto parsed = json::parse(kVariables);
  const json::Value variables = parsed->root();
  std::size_t bytes = 0;
  for (auto _ : state) {
    auto done = [&bytes](Result<EngineResponse> response) {
      CHECK(response && response->body.starts_with("{\"data\""));
      bytes = response->body.size();
    };
    start(engine.execute({kQuery, {}, &variables}), done);
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(execute_1k)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace millrace::graphql

BENCHMARK_MAIN();
