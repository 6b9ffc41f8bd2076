// How long the GraphQL engine takes to refuse documents of 1 MB that are made to cost it, and how much memory: the worst are printed, and
// the program fails when one takes longer or more than it may.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "bench/graphql/counting_allocator.hpp"
#include "graphql/execution/preparer.hpp"
#include "tests/graphql/hostile_documents.hpp"

namespace millrace::graphql {
namespace {

constexpr std::size_t kBytes = 1'000'000;
constexpr double kMillisecondsMax = 50;
constexpr int kRounds = 5;

double processor_milliseconds() {
  timespec time{};
  CHECK(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0);
  return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
}

struct Cost {
  std::string name;
  std::string outcome;
  std::size_t bytes = 0;
  double milliseconds = 1e9;  // of the processor; the best of all rounds: the machine has other work
  std::size_t peak = 0;
  bool is_refused = false;

  /// What is refused has cost no more memory than it has bytes. What is taken is kept, and its strings are read.
  bool is_over() const { return milliseconds > kMillisecondsMax || (is_refused && peak > bytes); }
};

std::string outcome_of(const Preparer& preparer, const std::expected<std::shared_ptr<Prepared>, std::vector<GraphqlError>>& prepared) {
  if (prepared) return fmt::format("taken; {} bytes are kept", preparer.cache().bytes());
  const GraphqlError& first = prepared.error().front();
  return fmt::format("{} errors: {}{}", prepared.error().size(), first.message.substr(0, 60), first.code.empty() ? "" : "...");
}

Cost cost_of(const Schema& schema, const HostileDocument& document) {
  Cost cost{document.name, {}, document.text.size()};
  const Bindings bindings;
  const EngineOptions options;
  for (int round = 0; round < kRounds; ++round) {
    Preparer preparer(schema, bindings, options);
    const bench::MemoryMeter meter;
    const double start = processor_milliseconds();
    const auto prepared = preparer.prepare(document.text);
    cost.milliseconds = std::min(cost.milliseconds, processor_milliseconds() - start);
    cost.peak = std::max(cost.peak, meter.peak());
    cost.is_refused = !prepared.has_value();
    cost.outcome = outcome_of(preparer, prepared);
  }
  return cost;
}

int run() {
  std::ostringstream sdl;
  sdl << std::ifstream(MILLRACE_SOURCE_DIR "/examples/events/config/graph/processed_event.graphql").rdbuf();
  const auto schema = build_schema(sdl.str(), "processed_event.graphql");
  CHECK(schema.has_value());
  std::vector<Cost> costs;
  for (const HostileDocument& document : hostile_documents(kBytes, EngineOptions().parse.tokens_max))
    costs.push_back(cost_of(**schema, document));
  std::ranges::sort(costs, std::greater(), &Cost::milliseconds);
  fmt::print("{:<48}{:>8}{:>10}  outcome\n", "hostile documents of 1 MB", "ms", "memory %");
  bool is_fine = true;
  for (const Cost& cost : costs) {
    is_fine = is_fine && !cost.is_over();
    fmt::print("{:<48}{:>8.2f}{:>10.1f}  {}{}\n", cost.name, cost.milliseconds,
               100.0 * static_cast<double>(cost.peak) / static_cast<double>(cost.bytes), cost.is_over() ? "OVER  " : "", cost.outcome);
  }
  return is_fine ? 0 : 1;
}

}  // namespace
}  // namespace millrace::graphql

int main() {
  return millrace::graphql::run();
}
