#include "graphql/execution/operation_counts.hpp"

namespace millrace::graphql {
namespace {

constexpr observe::Family kOperations{"millrace_graphql_operations_total", observe::Kind::counter,
                                      "GraphQL operations, by route, kind and outcome; a subscription counts when it begins."};
constexpr std::array<std::string_view, 4> kKinds = {"query", "mutation", "subscription", "unknown"};
constexpr std::array<std::string_view, 4> kOutcomes = {"whole", "with_errors", "refused", "timed_out"};

}  // namespace

OperationCounts::OperationCounts(observe::Registry& metrics, std::string_view route) {
  for (std::size_t kind = 0; kind < kKinds.size(); ++kind)
    for (std::size_t outcome = 0; outcome < kOutcomes.size(); ++outcome)
      counters_[kind][outcome] = &metrics.counter(kOperations, {{"route", route}, {"kind", kKinds[kind]}, {"outcome", kOutcomes[outcome]}});
}

void OperationCounts::add(std::optional<OperationType> operation, Outcome outcome) const {
  const std::size_t kind = operation ? static_cast<std::size_t>(*operation) : kKinds.size() - 1;
  counters_[kind][static_cast<std::size_t>(outcome)]->add();
}

}  // namespace millrace::graphql
