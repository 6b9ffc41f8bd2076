#include "app/replay_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "app/commands.hpp"
#include "app/make_transform.hpp"
#include "app/storage.hpp"
#include "app/terminal.hpp"
#include "io/loop.hpp"
#include "io/worker_pool.hpp"
#include "processing/loop_scheduler.hpp"
#include "processing/replay.hpp"

namespace millrace::app {
namespace {

using processing::Difference;
using processing::ReplayReport;

Error wrong(std::string message, std::string hint) {
  return {ErrorKind::invalid_argument, "replay.arguments", std::move(message), std::move(hint)};
}

Result<Instant> read_instant(const std::string& text, Instant otherwise) {
  if (text.empty()) return otherwise;
  if (const auto instant = parse_rfc3339(text)) return *instant;
  if (const auto instant = parse_at(text)) return *instant;
  return Failure(wrong(fmt::format("\"{}\" is no instant.", text), "Write 2026-01-31T12:00:00Z, or milliseconds since 1970."));
}

Result<processing::Status> read_status(const std::string& text) {
  if (text == "SUCCESS") return processing::Status::success;
  if (text == "PARTIAL") return processing::Status::partial;
  if (text == "FAILED") return processing::Status::failed;
  return Failure(wrong(fmt::format("There is no status \"{}\".", text), "One of SUCCESS, PARTIAL, FAILED."));
}

Result<const ProcessorModel*> find_processor(const Model& model, const std::string& name) {
  std::vector<std::string> names;
  for (const ProcessorModel& processor : model.processors) {
    if (processor.config.name == name) return &processor;
    names.push_back(processor.config.name);
  }
  return Failure(wrong(fmt::format("The config has no processor \"{}\".", name),
                       names.empty() ? "It has none at all." : fmt::format("One of {}.", fmt::join(names, ", "))));
}

Result<processing::ReplayOptions> read_options(const ReplayCommand& command, const ProcessorModel& processor) {
  processing::ReplayOptions options{.processor = command.processor, .is_dry = command.is_dry};
  TRY(options.from, read_instant(command.from, Instant{}));
  TRY(options.to, read_instant(command.to, kNewest));
  if (options.to <= options.from) return Failure(wrong("--to is not after --from: no event lies between them.", "Change the two."));
  for (const std::string& text : command.statuses) {
    TRY(const processing::Status status, read_status(text));
    options.statuses.push_back(status);
  }
  options.retry = {processor.config.attempts, processor.config.backoff, processor.config.backoff_max};
  options.fields = processor.fields;
  options.refusal = make_refusal(processor);
  return options;
}

void show_progress(const ReplayReport& report) {
  if (isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\r{} events read ", report.events);
  std::fflush(stderr);
}

void print_report(const ReplayReport& report, bool is_dry) {
  for (const processing::ReplaySample& sample : report.samples)
    fmt::print("{}: event {} version {}, result {}\n  - {}\n  + {}\n", to_string(sample.difference), sample.raw_id, sample.raw_version,
               sample.result_id, sample.before, sample.after);
  fmt::print("{} events: {} same, {} changed, {} newly failing, {} mended", report.events, report.count(Difference::same),
             report.count(Difference::changed), report.count(Difference::newly_failing), report.count(Difference::mended));
  if (report.without_result > 0) fmt::print(", {} without a result", report.without_result);
  if (report.no_longer_meant > 0) fmt::print(", {} that the processor no longer means", report.no_longer_meant);
  if (report.other_status > 0) fmt::print(", {} of another status", report.other_status);
  if (is_dry) return fmt::print(". Nothing was written.\n");
  fmt::print(". {} new versions were written", report.written);
  if (report.overtaken > 0) fmt::print("; {} results were changed by somebody else meanwhile, and stand", report.overtaken);
  fmt::print(".\n");
}

Result<> run(const ReplayCommand& command, const Model& model, bool is_folder) {
  TRY(const ProcessorModel* const processor, find_processor(model, command.processor));
  TRY(processing::ReplayOptions options, read_options(command, *processor));
  io::WorkerPool workers{{.threads = 2}};
  StorageContext context{.workers = &workers};
  if (is_folder) context.embedded_folder = command.config / ".millrace";
  context.config_folder = std::filesystem::absolute(model.config.file).parent_path();
  observe::Instruments instruments;
  context.instruments = &instruments;
  TRY(const auto events, open_storage(model.entities[processor->from], context));
  TRY(const auto results, open_storage(model.entities[processor->to], context));
  io::Loop loop;
  const auto transform = make_transform(loop, *processor, &instruments.spans);
  processing::LoopScheduler scheduler(loop);
  const bool is_dry = options.is_dry;
  auto report = loop.block_on(processing::replay({scheduler, *transform, *events, *results}, std::move(options), show_progress));
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\n");
  if (!report) return Failure(std::move(report).error());
  print_report(*report, is_dry);
  return {};
}

}  // namespace

int replay_results(const ReplayCommand& command) {
  const bool is_folder = std::filesystem::is_directory(command.config);
  const auto model = load_model(is_folder ? command.config / "config" / "config.conf" : command.config, std::nullopt);
  if (!model) return print_problems(model.error());
  const Result<> done = run(command, *model, is_folder);
  return done ? 0 : print_error(done.error());
}

}  // namespace millrace::app
