#include "sink/sink.hpp"

#include <fmt/format.h>

#include "sink/sink_state.hpp"

namespace millrace::sink {
namespace {

constexpr Duration kPatience{1'000};
constexpr std::size_t kErrorBytesMax = 1'000;

}  // namespace

std::string record_name(std::string_view sink) {
  return fmt::format("sink {}", sink);
}
std::string instances_name(std::string_view sink) {
  return fmt::format("sink {} instances", sink);
}

Sink::State::State(SinkParts parts_in, SinkOptions options_in)
    : parts(parts_in),
      options(std::move(options_in)),
      changed(parts.scheduler),
      ended(parts.scheduler),
      instances(parts.scheduler, parts.ledger, {instances_name(options.name), options.instance, options.lease}) {}

void Sink::State::spawn(Task<void> task) {
  ++loops;
  millrace::start(std::move(task), [this](const Result<>&) {
    --loops;
    ended.notify();
  });
}

/// Unless it is to stop.
Task<void> Sink::State::pause(Duration duration) {
  const Duration until = parts.scheduler.now() + duration;
  parts.scheduler.after(duration, [signal = ended]() mutable { signal.notify(); });
  while (!is_stopping && parts.scheduler.now() < until) co_await ended.wait();
  co_return {};
}

void Sink::State::show() {
  const std::lock_guard lock(mutex);
  shown.record = record;
  shown.under_way = under_way.size();
  shown.work = !claim ? SinkStatus::Work::standby : is_well ? SinkStatus::Work::publishing : SinkStatus::Work::retrying;
}

/// What the broker said, for whoever looks after the service.
void Sink::State::note(std::string error) {
  if (error.size() > kErrorBytesMax) error.resize(kErrorBytesMax);
  if (options.log) options.log(error);
  record.error = std::move(error);
  record.error_at = to_string(parts.scheduler.clock());
  is_dirty = true;
  is_well = false;
  show();
}

Task<void> Sink::State::publish_loop() {
  while (!is_stopping) {
    if (!claim) {
      co_await changed.wait_for(kPatience);
      continue;
    }
    auto session = co_await run_session();
    auto closed = co_await parts.publisher.close();
    static_cast<void>(closed);
    end_session();
    is_well = false;
    if (session || !is_ours()) continue;
    note(session.error().message);
    CO_TRY_OK(co_await pause(options.retry.wait_after(++failures, parts.scheduler.random())));
  }
  co_return {};
}

Task<void> Sink::State::hold_loop() {
  while (!is_stopping) {
    // What fails is tried with the next beat; until then all goes on as it is.
    auto held = co_await hold();
    static_cast<void>(held);
    CO_TRY_OK(co_await pause(options.lease / 3));
  }
  co_return {};
}

Task<void> Sink::State::save_loop() {
  while (!is_stopping) {
    CO_TRY_OK(co_await pause(options.save_interval));
    if (!claim || !is_dirty) continue;
    auto saved = co_await save(false);
    static_cast<void>(saved);
  }
  co_return {};
}

Sink::Sink(SinkParts parts, SinkOptions options) : state_(std::make_unique<State>(parts, std::move(options))) {}

Sink::~Sink() {
  CHECK(state_->loops == 0);
}

void Sink::start() {
  state_->parts.publisher.on_progress([own = state_.get()] { own->take_progress(); });
  state_->spawn(state_->hold_loop());
  state_->spawn(state_->publish_loop());
  state_->spawn(state_->save_loop());
}

Task<void> Sink::stop(Duration drain) {
  State& own = *state_;
  own.is_stopping = true;
  own.parts.source.interrupt();
  own.changed.notify();
  own.ended.notify();
  const Duration deadline = own.parts.scheduler.now() + drain;
  while (own.loops > 0 && own.parts.scheduler.now() < deadline) co_await own.ended.wait_for(Duration{50});
  own.gives_up = true;
  own.changed.notify();
  while (own.loops > 0) co_await own.ended.wait_for(Duration{50});
  own.parts.publisher.on_progress({});
  if (own.claim) {
    auto saved = co_await own.save(true);
    static_cast<void>(saved);
  }
  co_return {};
}

SinkStatus Sink::status() const {
  const std::lock_guard lock(state_->mutex);
  return state_->shown;
}

}  // namespace millrace::sink
