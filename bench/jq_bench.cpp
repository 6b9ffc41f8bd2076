// What it costs to send events of 250 bytes through a child that runs jq programs, and back: the path of a processor without its stores.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "transform/jq_transform.hpp"
#include "transform/jq_worker.hpp"

namespace millrace::transform {
namespace {

constexpr std::size_t kBatch = 32;   // as the pipeline gives them
constexpr std::size_t kCalls = 2;    // ... at a time
constexpr std::size_t kTurns = 100;  // measured together, so that starting a loop counts little

std::vector<processing::Event> make_batch() {
  constexpr std::string_view kPayload =
      R"({{"name":"user_login","data":{{"user_id":"user{}","amount":45.2,"username":"john_doe","ip_address":"192.168.1.100"}},)"
      R"("timestamp":"2024-01-01T12:00:00.123Z","source":"auth_service","version":"1.0.0-rc.1+17"}})";
  auto documents = std::make_shared<document::Documents>();
  for (std::size_t i = 0; i < kBatch; ++i)
    documents->add(fmt::format("018f4e5c-7a0b-7c3d-8e9f-{:012}", i), fmt::format(kPayload, 100 + i), {.version = 1, .position = i + 1});
  std::vector<processing::Event> events;
  for (std::size_t i = 0; i < kBatch; ++i) events.push_back({documents, i});
  return events;
}

/// One of the calls that are under way at a time.
Task<void> call_often(JqTransform& transform, const std::vector<processing::Event>& events, bool classifies) {
  for (std::size_t i = 0; i < kTurns; ++i) {
    if (classifies) {
      CO_TRY_OK(co_await transform.classify(events));
    }
    CO_TRY_OK(co_await transform.run(events));
  }
  co_return {};
}

Task<void> call_together(JqTransform& transform, const std::vector<processing::Event>& events, bool classifies) {
  std::vector<Task<void>> calls;
  for (std::size_t i = 0; i < kCalls; ++i) calls.push_back(call_often(transform, events, classifies));
  CO_TRY(const auto all, co_await when_all(std::move(calls)));
  for (const auto& ended : all) CHECK(ended.has_value());
  co_return {};
}

void measure(benchmark::State& state, const JqPrograms& programs) {
  io::Loop loop;
  JqTransform transform(loop, {.programs = programs});
  const auto events = make_batch();
  const bool classifies = !programs.where.empty();
  CHECK(loop.block_on(transform.run(events)).has_value());  // the child is there
  for (auto _ : state) CHECK(loop.block_on(call_together(transform, events, classifies)).has_value());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch * kCalls * kTurns));
}

const std::string kTransform = "{processed_data: (.data + {risk_score: 0.1})}";

void transform_alone(benchmark::State& state) {
  measure(state, {.transform = kTransform});
}
BENCHMARK(transform_alone)->Unit(benchmark::kMillisecond)->UseRealTime();

void where_key_and_transform(benchmark::State& state) {
  measure(state, {.where = ".name == \"user_login\"", .key = ".data.user_id", .transform = kTransform});
}
BENCHMARK(where_key_and_transform)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace millrace::transform

int main(int argc, char** argv) {
  if (millrace::transform::is_jq_worker(argc, argv)) return millrace::transform::run_jq_worker();
  ::benchmark::Initialize(&argc, argv);
  ::benchmark::RunSpecifiedBenchmarks();
}
