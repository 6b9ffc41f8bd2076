#include "app/make_transform.hpp"

#include <fmt/format.h>

#include "base/json/document.hpp"
#include "transform/jq_transform.hpp"
#include "transform/webhook_transform.hpp"

namespace millrace::app {
namespace {

transform::JqPrograms programs_of(const ProcessorConfig& config) {
  return {config.where.text, config.key.text, config.transform.text};
}

const ProgramConfig& program_named(const ProcessorConfig& config, std::string_view name) {
  return name == "where" ? config.where : name == "key" ? config.key : config.transform;
}

}  // namespace

std::unique_ptr<processing::Transform> make_transform(io::Loop& loop, const ProcessorModel& processor, const observe::Spans* spans) {
  const ProcessorConfig& config = processor.config;
  transform::JqOptions options{.programs = programs_of(config), .workers = config.workers};
  options.timeout = config.timeout;
  options.memory_max = config.memory_max;
  options.output_max = config.output_max;
  if (!config.webhook) return std::make_unique<transform::JqTransform>(loop, std::move(options));
  const WebhookConfig& hook = *config.webhook;
  transform::WebhookOptions webhook{.processor = config.name, .url = hook.url, .key = hook.key, .batch = hook.batch};
  webhook.concurrency = hook.concurrency;
  webhook.timeout = hook.timeout;
  webhook.output_max = config.output_max;
  webhook.jq = std::move(options);
  webhook.spans = spans;
  return std::make_unique<transform::WebhookTransform>(loop, std::move(webhook));
}

processing::Refusal make_refusal(const ProcessorModel& processor) {
  if (!processor.schema) return {};
  return [schema = processor.schema](std::string_view payload) -> std::optional<std::string> {
    const auto parsed = json::parse(payload);
    if (!parsed) return parsed.error().message;
    const auto violations = schema->validate(parsed->root(), 10);
    if (violations.empty()) return std::nullopt;
    std::string reason = "The result breaks the schema of its entity:";
    for (const ErrorDetail& violation : violations)
      fmt::format_to(std::back_inserter(reason), " {} {}", violation.path.empty() ? "(whole)" : violation.path, violation.message);
    return reason;
  };
}

void check_programs(const Model& model, std::vector<Problem>& problems) {
  for (const ProcessorModel& processor : model.processors) {
    const auto found = transform::check_programs(programs_of(processor.config));
    if (!found) {
      problems.push_back({processor.config.place, found.error().message, found.error().hint});
      continue;
    }
    for (const transform::JqProblem& problem : *found) {
      const std::string_view key = problem.program;
      std::string where = fmt::format("{} of processor \"{}\"", key, processor.config.name);
      if (problem.line > 0) fmt::format_to(std::back_inserter(where), ", line {}, column {}", problem.line, problem.column);
      problems.push_back({program_named(processor.config, key).place, fmt::format("{}: {}", where, problem.message), {}});
    }
  }
}

}  // namespace millrace::app
