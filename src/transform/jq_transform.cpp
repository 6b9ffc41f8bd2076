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
constexpr std::size_t kAsideMax = 8;              // children that are at one long event each
constexpr std::size_t kUnclaimedMax = 64;         // what they made and nobody has asked for yet
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
  if (answer.is_late) return {.kind = Transformed::Kind::late, .text = {}};
  const auto kind = answer.kind == AnswerKind::value ? Transformed::Kind::result : Transformed::Kind::failed;
  return {.kind = kind, .text = std::move(answer.text), .run_time = answer.run_time};
}

Error stopped() {
  return {ErrorKind::unavailable, "transform.stopped", "The service ends before the program has."};
}

}  // namespace

/// A child that goes on with one event, while others take its place.
struct Aside {
  std::unique_ptr<JqWorker> worker;  // null: it has ended
  std::shared_ptr<Exchange> exchange;
  document::Position position = 0;
  io::Completion<void>* waiter = nullptr;
};

struct JqTransform::State : JqWorker::Owner, std::enable_shared_from_this<State> {
  State(io::Loop& loop_in, JqOptions options_in) : loop(loop_in), options(std::move(options_in)) {
    for (std::size_t i = 0; i < options.workers; ++i) workers.push_back(std::make_unique<JqWorker>(loop, options, *this));
  }

  io::Loop& loop;
  const JqOptions options;
  std::vector<std::unique_ptr<JqWorker>> workers;
  std::deque<Aside> asides;
  std::deque<std::shared_ptr<Exchange>> waiting;
  bool is_watching = false;
  bool is_pausing = false;
  bool has_given_up = false;

  Task<std::vector<Answer>> ask(RequestKind kind, const std::vector<Event>& events);
  void pump();
  JqWorker* free_worker();
  void watch();
  void look();
  void pause();
  void give_up();
  void fail(std::shared_ptr<Exchange> exchange, Error error);

  bool others_wait_for(const JqWorker& worker) const;
  void set_aside(std::unique_ptr<JqWorker>& worker);
  bool is_aside(document::Position position) const { return std::ranges::find(asides, position, &Aside::position) != asides.end(); }
  Task<std::vector<Answer>> rest_of(document::Position position);
  void give_again(std::shared_ptr<Exchange> exchange);
  void end_later(const Exchange& exchange);

  void when_done(Exchange& exchange) override;
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

/// Who waits is told later: it may call again, or end, while the worker is still at work.
void JqTransform::State::when_done(Exchange& exchange) {
  if (exchange.completion != nullptr) return exchange.completion->complete({});
  const auto aside = std::ranges::find(asides, &exchange, [](const Aside& each) { return each.exchange.get(); });
  if (aside == asides.end()) return;
  if (aside->waiter != nullptr) std::exchange(aside->waiter, nullptr)->complete({});
  end_later(exchange);
}

/// Ends the child of an aside, which may be the one that calls.
void JqTransform::State::end_later(const Exchange& exchange) {
  loop.post([weak = weak_from_this(), key = &exchange] {
    const auto self = weak.lock();
    if (!self) return;
    for (Aside& aside : self->asides)
      if (aside.exchange.get() == key) aside.worker.reset();
    const auto is_unclaimed = [](const Aside& each) { return each.exchange->left.empty() && each.waiter == nullptr; };
    while (static_cast<std::size_t>(std::ranges::count_if(self->asides, is_unclaimed)) > kUnclaimedMax)
      self->asides.erase(std::ranges::find_if(self->asides, is_unclaimed));
  });
}

bool JqTransform::State::others_wait_for(const JqWorker& worker) const {
  const auto delayed = worker.delayed();
  return delayed && (delayed->exchange->left.size() > 1 || worker.load() > 1 || !waiting.empty());
}

/// The child goes on with the event that it is at; a new one takes its place, and all else that it was given.
void JqTransform::State::set_aside(std::unique_ptr<JqWorker>& worker) {
  const auto at = worker->delayed();
  Exchange& of = *at->exchange;
  const std::size_t place = of.left[at->place];
  const Event event = of.events[place];
  of.answers[place].is_late = true;
  const auto alone = std::make_shared<Exchange>(Exchange{of.kind, {event}, std::vector<Answer>(1), {0}, nullptr});
  auto back = worker->keep_alone(*at, alone);
  asides.push_back({std::move(worker), alone, event.position()});
  worker = std::make_unique<JqWorker>(loop, options, *this);
  for (; !back.empty(); back.pop_back()) give_again(back.back());
  pump();
}

void JqTransform::State::give_again(std::shared_ptr<Exchange> exchange) {
  if (exchange->left.empty()) return when_done(*exchange);
  waiting.push_front(std::move(exchange));
}

/// What was begun for an event that was late.
Task<std::vector<Answer>> JqTransform::State::rest_of(document::Position position) {
  const auto keep = shared_from_this();
  const auto find = [this, position] { return std::ranges::find(asides, position, &Aside::position); };
  auto aside = find();
  if (!aside->exchange->left.empty()) {
    io::Completion<void> done;
    aside->waiter = &done;
    CO_TRY_OK(co_await done);
    aside = find();
  }
  std::vector<Answer> answers = std::move(aside->exchange->answers);
  asides.erase(aside);
  co_return std::move(answers);
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
  const bool is_busy = std::ranges::any_of(workers, [](const auto& each) { return each->load() > 0; }) ||
                       std::ranges::any_of(asides, [](const Aside& each) { return each.worker != nullptr; });
  if (is_watching || !is_busy) return;
  is_watching = true;
  loop.after(kWatch, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->is_watching = false;
    self->look();
    self->watch();
  });
}

void JqTransform::State::look() {
  for (const Aside& aside : asides)
    if (aside.worker) aside.worker->watch();
  for (auto& worker : workers) {
    worker->watch();
    const auto running = std::ranges::count_if(asides, [](const Aside& each) { return each.worker != nullptr; });
    if (static_cast<std::size_t>(running) < kAsideMax && others_wait_for(*worker)) set_aside(worker);
  }
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
  for (Aside& aside : asides) {
    if (aside.worker) aside.worker->stop();
    if (aside.waiter != nullptr) std::exchange(aside.waiter, nullptr)->complete(Failure(stopped()));
  }
}

void JqTransform::State::fail(std::shared_ptr<Exchange> exchange, Error error) {
  if (exchange->completion != nullptr) return exchange->completion->complete(Failure(std::move(error)));
  const auto aside = std::ranges::find(asides, exchange, &Aside::exchange);
  if (aside == asides.end()) return;
  if (aside->waiter != nullptr) aside->waiter->complete(Failure(std::move(error)));
  asides.erase(aside);
}

void JqTransform::State::when_ended(JqWorker& worker) {
  auto back = worker.take_back();
  const bool gives_up = worker.failures() >= kFailuresMax;
  if (gives_up) worker.forget_failures();
  for (; !back.empty(); back.pop_back()) {
    auto& exchange = back.back();
    if (gives_up && !exchange->left.empty()) {
      fail(exchange, {ErrorKind::unavailable, "transform.worker", "The processes that run jq programs end as soon as they are started."});
    } else {
      give_again(exchange);
    }
  }
  const auto aside = std::ranges::find(asides, &worker, [](const Aside& each) { return each.worker.get(); });
  if (aside != asides.end()) {
    end_later(*aside->exchange);
    return pump();
  }
  if (worker.failures() > 0) return pause();
  pump();
}

JqTransform::JqTransform(io::Loop& loop, JqOptions options) : state_(std::make_shared<State>(loop, std::move(options))) {}

JqTransform::~JqTransform() {
  // Who holds the state still may outlive the loop.
  state_->workers.clear();
  state_->asides.clear();
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
  const bool goes_on = events.size() == 1 && state_->is_aside(events.front().position());
  std::vector<Answer> answers;
  if (goes_on) {
    CO_TRY(answers, co_await state_->rest_of(events.front().position()));
  } else {
    CO_TRY(answers, co_await state_->ask(RequestKind::run, events));
  }
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
  for (const Aside& aside : state_->asides)
    if (aside.worker && aside.worker->is_running()) ids.push_back(aside.worker->process_id());
  return ids;
}

}  // namespace millrace::transform
