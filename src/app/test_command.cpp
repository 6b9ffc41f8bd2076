#include "app/test_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "app/case_file.hpp"
#include "app/commands.hpp"
#include "app/difference.hpp"
#include "app/make_transform.hpp"
#include "app/terminal.hpp"
#include "base/json/members.hpp"
#include "base/json/pointer.hpp"
#include "processing/result.hpp"
#include "transform/webhook_answer.hpp"

namespace millrace::app {
namespace {

using processing::Classified;
using processing::Event;
using processing::Transformed;

// Filled in by the service: compared only where a case has them.
constexpr std::string_view kFilledIn[] = {"raw_event_id", "name", "status", "processed_timestamp", "processing_time_ms"};

/// What becomes of a case's event.
struct Became {
  Classified classified;
  processing::Outcome outcome;
};

std::vector<ProcessorCase> read_all(const std::filesystem::path& folder, std::vector<Problem>& problems) {
  std::set<std::filesystem::path> files;
  std::error_code ignored;  // there is no such folder: there are no cases
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    if (entry.path().extension() == ".json") files.insert(entry.path());
  std::vector<ProcessorCase> cases;
  for (const auto& file : files) std::ranges::move(read_cases(file, problems), std::back_inserter(cases));
  return cases;
}

const ProcessorModel* find_processor(const Model& model, const ProcessorCase& test, std::vector<Problem>& problems) {
  std::vector<std::string> names;
  for (const ProcessorModel& processor : model.processors) {
    if (processor.config.name != test.processor) {
      names.push_back(processor.config.name);
      continue;
    }
    if (!processor.config.webhook || test.answer || test.is_skipped) return &processor;
    problems.push_back({test.place, "A case of a webhook without an \"answer\": no webhook is asked by tests.",
                        "Write what it is taken to answer: \"answer\": {\"status\": 200, \"body\": …}."});
    return nullptr;
  }
  const std::string_view near = nearest(test.processor, names);
  problems.push_back({test.place, fmt::format("The config has no processor \"{:.100}\".", test.processor),
                      near.empty() ? std::string() : fmt::format("Did you mean \"{}\"?", near)});
  return nullptr;
}

Transformed answered(const CaseAnswer& answer) {
  return transform::read_webhook_answer(http::Response{.status = answer.status, .headers = {}, .body = answer.body}, 1, false, Instant{})
      .front();
}

/// All cases of one processor, in order.
Task<std::vector<Became>> run_cases(processing::Transform& transform, const ProcessorModel& processor,
                                    const std::vector<const ProcessorCase*>& cases) {
  const auto documents = std::make_shared<document::Documents>();
  std::vector<Event> events;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    documents->add(cases[i]->id, cases[i]->event, {.version = 1, .position = i + 1, .recorded_at = now()});
    events.push_back({documents, i});
  }
  CO_TRY(std::vector<Classified> classified, co_await transform.classify(events));
  std::vector<Transformed> made(cases.size());
  std::vector<Event> meant;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!classified[i].error.empty()) made[i] = {Transformed::Kind::failed, classified[i].error};
    if (!classified[i].is_meant || !classified[i].error.empty()) continue;
    if (processor.config.webhook) {
      if (cases[i]->answer) made[i] = answered(*cases[i]->answer);
      continue;
    }
    meant.push_back(events[i]);
    places.push_back(i);
  }
  if (!meant.empty()) {
    CO_TRY(std::vector<Transformed> given, co_await processing::run_to_end(transform, meant));
    for (std::size_t i = 0; i < places.size(); ++i) made[places[i]] = std::move(given[i]);
  }
  std::vector<Became> became(cases.size());
  const processing::Refusal refusal = make_refusal(processor);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    became[i].classified = std::move(classified[i]);
    if (became[i].classified.is_meant) became[i].outcome = make_outcome(events[i], made[i], processor.fields, refusal, now());
  }
  co_return std::move(became);
}

std::string reason_of(const processing::Outcome& outcome) {
  const auto payload = json::parse(outcome.payload);
  const auto message = payload->root().find("error_message");
  return message && message->is(json::Kind::string) ? message->string() : "";
}

std::string pointer(std::string_view key) {
  std::string place;
  json::append_pointer_token(place, key);
  return place;
}

/// Against a result: what the case has, and nothing more but what is filled in.
std::vector<std::string> compare(const std::string& result, const processing::Outcome& outcome) {
  const auto expected = json::parse(result);
  const auto actual = json::parse(outcome.payload);
  std::vector<std::string> lines;
  json::each_member(expected->root(), [&](const std::string& key, json::Value value) {
    add_differences(lines, pointer(key), value, actual->root().find(key));
  });
  json::each_member(actual->root(), [&](const std::string& key, json::Value value) {
    if (!expected->root().find(key) && std::ranges::find(kFilledIn, key) == std::end(kFilledIn))
      add_differences(lines, pointer(key), std::nullopt, value);
  });
  return lines;
}

/// How a case fails; empty when it holds.
std::vector<std::string> judge(const ProcessorCase& test, const Became& became) {
  if (became.classified.is_meant == test.is_skipped)
    return {test.is_skipped ? "expected to be skipped, but `where` means it" : "expected to be processed, but `where` does not mean it"};
  if (test.is_skipped) return {};
  std::vector<std::string> lines;
  const std::string reason = reason_of(became.outcome);
  const bool is_failed = became.outcome.status == processing::Status::failed;
  if (test.error && !is_failed) lines.push_back(fmt::format("expected to fail, got {}", became.outcome.payload));
  if (test.error && is_failed && !reason.contains(*test.error))
    lines.push_back(fmt::format("error: expected \"{}\" in it, got \"{}\"", *test.error, reason));
  if (test.result) lines = compare(*test.result, became.outcome);
  if (test.key && *test.key != became.classified.key)
    lines.push_back(fmt::format("key: expected \"{}\", got \"{}\"", *test.key, became.classified.key));
  return lines;
}

/// Prints those that fail, and gives how many; nothing when they could not be run.
std::optional<std::size_t> run_processor(const ProcessorModel& processor, const std::vector<const ProcessorCase*>& cases) {
  io::Loop loop;
  const auto transform = make_transform(loop, processor);
  const auto became = loop.block_on(run_cases(*transform, processor, cases));
  if (!became) {
    fmt::print(stderr, "{}\n", became.error().message);
    return std::nullopt;
  }
  std::size_t failed = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto lines = judge(*cases[i], (*became)[i]);
    if (lines.empty()) continue;
    ++failed;
    fmt::print("{}: {}{}\n", to_string(cases[i]->place), cases[i]->processor, cases[i]->name.empty() ? "" : ": " + cases[i]->name);
    for (const std::string& line : lines) fmt::print("    {}\n", line);
  }
  return failed;
}

}  // namespace

int test_processors(const std::filesystem::path& folder) {
  const auto model = load_model(folder / "config" / "config.conf", std::nullopt);
  if (!model) return print_problems(model.error());
  std::vector<Problem> problems;
  const std::vector<ProcessorCase> cases = read_all(folder / "tests", problems);
  std::map<const ProcessorModel*, std::vector<const ProcessorCase*>> by_processor;
  for (const ProcessorCase& test : cases)
    if (const ProcessorModel* const processor = find_processor(*model, test, problems)) by_processor[processor].push_back(&test);
  if (cases.empty() && problems.empty())
    problems.push_back({{(folder / "tests").string()}, "There are no cases.", "See docs/processors.md."});
  if (!problems.empty()) return print_problems(problems);
  std::size_t failed = 0;
  for (const ProcessorModel& processor : model->processors) {
    if (!by_processor.contains(&processor)) continue;
    const auto failed_here = run_processor(processor, by_processor[&processor]);
    if (!failed_here) return 1;
    failed += *failed_here;
  }
  fmt::print("{} cases: {} hold, {} fail.\n", cases.size(), cases.size() - failed, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace millrace::app
