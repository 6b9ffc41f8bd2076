#include "transform/jq_transform.hpp"

#include <fmt/format.h>

#include <deque>
#include <numeric>
#include <optional>

#include "transform/jq_exchange.hpp"

namespace millrace::transform {

using processing::Classified;
using processing::Event;
using processing::Transformed;

namespace {

constexpr std::size_t kDepth = 2;  // calls that one child holds, so that it has the next when it has done one
constexpr std::size_t kFailuresMax = 5;
constexpr std::chrono::milliseconds kWatch{50};
constexpr std::chrono::milliseconds kPause{200};  // before a child is started again that ended by itself

Classified to_classified(Answer& answer, const Event& event) {
  switch (answer.kind) {
    case AnswerKind::value: return {.key = std::move(answer.text)};
    case AnswerKind::not_meant: return {.is_meant = false};
    case AnswerKind::own_key: return {.key = event.id()};
    case AnswerKind::failed:
    case AnswerKind::problem: break;
  }
  return {.key = event.id(), .error = std::move(answer.text)};
}

Transformed to_transformed(Answer& answer) {
  const auto kind = answer.kind == AnswerKind::value ? Transformed::Kind::result : Transformed::Kind::failed;
  return {.kind = kind, .text = std::move(answer.text), .run_time = answer.run_time};
}

Error stopped() {
  return {ErrorKind::unavailable, "transform.stopped", "The service ends before the program has."};
}

}  // namespace

struct JqTransform::State : JqWorker::Owner, std::enable_shared_from_this<State> {
  State(io::Loop& loop_in, JqOptions options_in) : loop(loop_in), options(std::move(options_in)) {
    for (std::size_t i = 0; i < options.workers; ++i) workers.push_back(std::make_unique<JqWorker>(loop, options, *this));
  }

  io::Loop& loop;
  const JqOptions options;
  std::vector<std::unique_ptr<JqWorker>> workers;
  std::deque<std::shared_ptr<Exchange>> waiting;
  bool is_watching = false;
  bool is_pausing = false;
  bool has_given_up = false;

  Task<std::vector<Answer>> ask(RequestKind kind, const std::vector<Event>& events);
  void pump();
  JqWorker* free_worker();
  void watch();
  void pause();
  void give_up();
  void fail(std::shared_ptr<Exchange> exchange, Error error);

  void when_done(Exchange& exchange) override {
    // Later: who waits may call again, or end, while the worker is still at work.
    exchange.completion->complete({});
  }
  void when_free() override { pump(); }
  void when_ended(JqWorker& worker) override;
};

Task<std::vector<Answer>> JqTransform::State::ask(RequestKind kind, const std::vector<Event>& events) {
  if (has_given_up) co_return Failure(stopped());
  const auto keep = shared_from_this();
  io::Completion<void> done;
  const auto exchange = std::make_shared<Exchange>(Exchange{kind, events, {}, {}, &done});
  exchange->answers.resize(events.size());
  exchange->left.resize(events.size());
  std::iota(exchange->left.begin(), exchange->left.end(), 0);
  waiting.push_back(exchange);
  pump();
  CO_TRY_OK(co_await done);
  co_return std::move(exchange->answers);
}

JqWorker* JqTransform::State::free_worker() {
  const auto least = std::ranges::min_element(workers, {}, [](const auto& each) { return each->load(); });
  return (*least)->load() < kDepth ? least->get() : nullptr;
}

void JqTransform::State::pump() {
  while (!waiting.empty() && !is_pausing) {
    JqWorker* worker = free_worker();
    if (worker == nullptr) break;
    if (!worker->is_running()) {
      if (auto started = worker->start(); !started) {
        for (auto& exchange : std::exchange(waiting, {})) fail(exchange, started.error());
        return;
      }
    }
    worker->give(std::move(waiting.front()));
    waiting.pop_front();
  }
  watch();
}

/// Looks after the children as long as they have something to do.
void JqTransform::State::watch() {
  const bool is_busy = std::ranges::any_of(workers, [](const auto& each) { return each->load() > 0; });
  if (is_watching || !is_busy) return;
  is_watching = true;
  loop.after(kWatch, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->is_watching = false;
    for (const auto& worker : self->workers) worker->watch();
    self->watch();
  });
}

void JqTransform::State::pause() {
  is_pausing = true;
  loop.after(kPause, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->is_pausing = false;
    self->pump();
  });
}

void JqTransform::State::give_up() {
  has_given_up = true;
  for (const auto& worker : workers) {
    worker->stop();
    std::ranges::move(worker->take_back(), std::back_inserter(waiting));
  }
  for (auto& exchange : std::exchange(waiting, {})) fail(exchange, stopped());
}

void JqTransform::State::fail(std::shared_ptr<Exchange> exchange, Error error) {
  exchange->completion->complete(Failure(std::move(error)));
}

void JqTransform::State::when_ended(JqWorker& worker) {
  auto back = worker.take_back();
  const bool gives_up = worker.failures() >= kFailuresMax;
  if (gives_up) worker.forget_failures();
  for (; !back.empty(); back.pop_back()) {
    auto& exchange = back.back();
    if (exchange->left.empty()) {
      exchange->completion->complete({});
    } else if (gives_up) {
      fail(exchange, {ErrorKind::unavailable, "transform.worker", "The processes that run jq programs end as soon as they are started."});
    } else {
      waiting.push_front(exchange);
    }
  }
  if (worker.failures() > 0) return pause();
  pump();
}

JqTransform::JqTransform(io::Loop& loop, JqOptions options) : state_(std::make_shared<State>(loop, std::move(options))) {}

JqTransform::~JqTransform() {
  // Who holds the state still may outlive the loop.
  state_->workers.clear();
}

Task<std::vector<Classified>> JqTransform::classify(std::vector<Event> events) {
  std::vector<Classified> classified;
  classified.reserve(events.size());
  if (state_->options.programs.where.empty() && state_->options.programs.key.empty()) {
    for (const Event& event : events) classified.push_back({.key = event.id()});
    co_return std::move(classified);
  }
  CO_TRY(auto answers, co_await state_->ask(RequestKind::classify, events));
  for (std::size_t i = 0; i < events.size(); ++i) classified.push_back(to_classified(answers[i], events[i]));
  co_return std::move(classified);
}

Task<std::vector<Transformed>> JqTransform::run(std::vector<Event> events) {
  CHECK(!state_->options.programs.transform.empty());
  CO_TRY(auto answers, co_await state_->ask(RequestKind::run, events));
  std::vector<Transformed> made;
  made.reserve(events.size());
  for (Answer& answer : answers) made.push_back(to_transformed(answer));
  co_return std::move(made);
}

void JqTransform::give_up() {
  state_->give_up();
}

std::vector<int> JqTransform::processes() const {
  std::vector<int> ids;
  for (const auto& worker : state_->workers)
    if (worker->is_running()) ids.push_back(worker->process_id());
  return ids;
}

}  // namespace millrace::transform
