// What the GraphQL engine costs by itself: a request that is new to it, one that it knows, and one that is answered from memory.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench/graphql/counting_allocator.hpp"
#include "bench/graphql/events.hpp"
#include "graphql/execution/engine.hpp"
#include "graphql/execution/plan.hpp"
#include "graphql/execution/preparer.hpp"

namespace millrace::graphql {
namespace {

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
