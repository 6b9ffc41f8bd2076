#include "app/lifecycles.hpp"

#include "app/member_types.hpp"
#include "document/filter.hpp"

namespace millrace::app {
namespace {

/// Where what became of an entity's documents is: the results of processors, and whatever else refers to them.
std::vector<processing::ResultsPlace> results_of(const Model& model, const Storages& storages, const Guards& guards, std::size_t entity) {
  std::vector<processing::ResultsPlace> places;
  for (const ProcessorModel& one : model.processors) {
    if (one.from != entity) continue;
    document::Store& results = guards.lifecycle(one.to);
    auto& place = places.emplace_back(processing::ResultsPlace{
        .processor = one.config.name, .results = &results, .attempts = &storages.attempts(one.attempts), .ledger = &results.ledger()});
    place.partitions = one.config.partitions;
    if (one.config.deadline.count() > 0) place.deadline = one.config.deadline;
  }
  for (const ReferenceModel& reference : model.references)
    if (reference.to == entity)
      places.push_back(
          {.results = &guards.lifecycle(reference.from),
           .by_event = document::Filter::compare(member_path(reference.key), document::Comparison::equal, document::Operand::argument(0))});
  return places;
}

}  // namespace

Lifecycles make_lifecycles(const Model& model, const Storages& storages, const Guards& guards) {
  Lifecycles lifecycles;
  for (std::size_t i = 0; i < model.entities.size(); ++i)
    lifecycles.push_back(std::make_unique<processing::Lifecycle>(guards.lifecycle(i), results_of(model, storages, guards, i)));
  return lifecycles;
}

}  // namespace millrace::app
