#include "app/processor_watch.hpp"

#include <fmt/format.h>

#include <array>

#include "base/author.hpp"

namespace millrace::app {
namespace {

using observe::Family;
using observe::Kind;

constexpr Family kEvents{"millrace_processor_events_total", Kind::counter, "Events that got their outcome here, by processor and status."};
constexpr Family kRetries{"millrace_processor_retries_total", Kind::counter, "Attempts that failed and are made again, by processor."};
constexpr Family kRuns = observe::seconds("millrace_processor_run_duration_seconds", "How long attempts take, by processor.");
constexpr Family kDelays =
    observe::seconds("millrace_processor_delay_seconds", "From an event that is recorded to its outcome that is stored, by processor.");

constexpr std::array<std::string_view, 3> kStatuses = {"SUCCESS", "PARTIAL", "FAILED"};

/// What was said against an event may hold some of it.
void log_failure(observe::Log& log, std::string_view processor, const processing::Attempted& told) {
  const observe::Level level = told.is_repeated ? observe::Level::info : observe::Level::warn;
  if (!log.tells(observe::Module::processors, level)) return;
  const std::string id = told.event.id();
  std::string text = fmt::format("{}: an attempt failed{}", processor, told.is_repeated ? ", and is made again" : "; it is the last one");
  if (log.tells_payloads()) text += ": " + told.attempt.error;
  log.write(observe::Module::processors, level, text, {.fields = {{"event", id}}});
}

void record_span(observe::Spans& spans, const std::string& processor, const processing::Attempted& told) {
  if (!spans.is_open()) return;
  const Trace trace = told.trace ? told.trace : spans.rejoin(trace_id_of(told.event.author()));
  if (!spans.keeps(trace)) return;
  spans.record({.trace = trace,
                .name = "process " + processor,
                .kind = observe::SpanKind::consumer,
                .start = told.attempt.started,
                .took = told.attempt.run_time,
                .attributes = {{"millrace.processor", processor}, {"millrace.event.id", told.event.id()}},
                .is_error = !told.attempt.error.empty()});
}

}  // namespace

void tell_of(processing::PipelineOptions& options, observe::Instruments& instruments) {
  const std::string& name = options.name;
  observe::Registry& metrics = instruments.metrics;
  observe::Counter& retries = metrics.counter(kRetries, {{"processor", name}});
  observe::Histogram& runs = metrics.histogram(kRuns, {{"processor", name}});
  options.attempted = [&instruments, &retries, &runs, name](const processing::Attempted& told) {
    runs.record(told.attempt.run_time);
    if (told.is_repeated) retries.add();
    if (!told.attempt.error.empty()) log_failure(instruments.log, name, told);
    record_span(instruments.spans, name, told);
  };
  observe::Histogram& delays = metrics.histogram(kDelays, {{"processor", name}});
  std::array<observe::Counter*, kStatuses.size()> events{};
  for (std::size_t i = 0; i < events.size(); ++i) events[i] = &metrics.counter(kEvents, {{"processor", name}, {"status", kStatuses[i]}});
  options.ended = [&delays, events](const processing::Event& event, processing::Status status) {
    events[static_cast<std::size_t>(status)]->add();
    delays.record(std::chrono::microseconds(std::max<std::int64_t>(now().microseconds - event.envelope().recorded_at.microseconds, 0)));
  };
}

}  // namespace millrace::app
