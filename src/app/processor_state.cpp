#include "app/processor_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/json/canonical.hpp"
#include "processing/pipeline.hpp"

namespace millrace::app {
namespace {

using processing::PartitionRecord;

void count(ProcessorState& state, const PartitionRecord& record) {
  for (std::size_t i = 0; i < state.counts.size(); ++i) state.counts[i] += record.counts[i];
  state.pending += record.waiting.size();
  state.parked += static_cast<std::size_t>(std::ranges::count_if(record.waiting, [](const auto& each) { return each.second > 0; }));
}

/// The first position that may have no outcome.
document::Position oldest_position(const ProcessorState& state) {
  document::Position oldest = state.position + 1;
  for (const PartitionRecord& record : state.partitions)
    if (!record.waiting.empty()) oldest = std::min(oldest, record.waiting.begin()->first);
  return oldest;
}

Task<void> find_oldest(ProcessorState& state, document::Store& events) {
  const document::Position position = oldest_position(state);
  if (position > state.head) co_return {};
  CO_TRY(const document::Documents found, co_await events.changes(position - 1, 1));
  if (!found.empty()) state.oldest = {position, found.id(0), found.envelope(0).recorded_at};
  co_return {};
}

}  // namespace

Task<ProcessorState> read_state(Processors& processors, std::size_t processor) {
  const ProcessorParts& parts = processors.parts(processor);
  CO_TRY(ProcessorView view, co_await processors.view(processor));
  ProcessorState state{.rate = view.rate};
  for (std::size_t i = 0; i < view.held.size(); ++i) {
    if (!view.held[i]) {
      const std::string name = processing::partition_name(parts.model.config.name, i, view.held.size());
      CO_TRY(const document::Record record, co_await parts.results.ledger().get(name));
      view.held[i] = processing::read_partition(record.value);
    }
    count(state, *view.held[i]);
    state.partitions.push_back(*std::move(view.held[i]));
  }
  state.position = std::ranges::min(state.partitions, {}, &PartitionRecord::cursor).cursor;
  CO_TRY(state.head, co_await parts.feed.store().last_position());
  state.head = std::max(state.head, state.position);
  CO_TRY_OK(co_await find_oldest(state, parts.feed.store()));
  co_return state;
}

Task<std::optional<std::size_t>> count_overdue(Processors& processors, std::size_t processor, const ProcessorState& state,
                                               std::size_t most) {
  if (processors.parts(processor).model.config.deadline.count() == 0) co_return std::nullopt;
  std::size_t overdue = 0;
  bool has_more = state.oldest.has_value();
  for (document::Position after = oldest_position(state) - 1; has_more && overdue < most;) {
    CO_TRY(const processing::OverdueEvents found, co_await processors.overdue(processor, after));
    overdue += static_cast<std::size_t>(std::ranges::count_if(found.events, [](const auto& event) { return !event.outcome_at; }));
    after = found.until;
    has_more = found.has_more;
  }
  co_return std::min(overdue, most);
}

std::string describe_state(const ProcessorModel& model, const ProcessorState& state) {
  const ProcessorConfig& config = model.config;
  std::string oldest = "null";
  if (state.oldest)
    oldest = fmt::format(R"({{"position":{},"id":{},"recorded_at":"{}","age_ms":{}}})", state.oldest->position,
                         json::quoted(state.oldest->id), to_string(state.oldest->recorded_at),
                         std::max<std::int64_t>(now().microseconds - state.oldest->recorded_at.microseconds, 0) / 1'000);
  return fmt::format(
      R"("name":{},"from":{},"to":{},"counts":{{"SUCCESS":{},"PARTIAL":{},"FAILED":{}}},"position":{},"head":{},"lag":{},"pending":{},)"
      R"("parked":{},"rate":{:.1f},"oldest":{},"deadline_ms":{})",
      json::quoted(config.name), json::quoted(config.from), json::quoted(config.to), state.counts[0], state.counts[1], state.counts[2],
      state.position, state.head, state.head - state.position, state.pending, state.parked, state.rate, oldest,
      config.deadline.count() > 0 ? std::to_string(config.deadline.count()) : "null");
}

std::string describe_partitions(const ProcessorState& state, std::string_view instance) {
  std::string all;
  for (std::size_t i = 0; i < state.partitions.size(); ++i) {
    const PartitionRecord& record = state.partitions[i];
    fmt::format_to(std::back_inserter(all), R"({}{{"partition":{},"owner":{},"here":{},"position":{},"pending":{}}})", i > 0 ? "," : "", i,
                   record.owner.empty() ? "null" : json::quoted(record.owner), record.owner == instance, record.cursor,
                   record.waiting.size());
  }
  return '[' + all + ']';
}

}  // namespace millrace::app
