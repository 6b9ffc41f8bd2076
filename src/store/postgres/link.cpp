#include "store/postgres/link.hpp"

#include <algorithm>
#include <utility>

namespace millrace::store::postgres {
namespace {

constexpr std::chrono::milliseconds kTick{200};

Error timed_out() {
  return {ErrorKind::unavailable, "store.timeout", "The storage took too long."};
}

}  // namespace

Task<void> Link::run(Exchange& exchange, std::uint64_t generation) {
  io::Completion<void> completion;
  // Never at once: whoever waits may end this link.
  exchange.done = [&completion, &exchange] { completion.complete(exchange.outcome); };
  submit(exchange, generation);
  Result<> outcome = co_await completion;
  co_return outcome;
}

void Link::submit(Exchange& exchange, std::uint64_t generation) {
  if (is_closed_ || (generation != 0 && (generation != generation_ || !connection_))) return fail(exchange, unreachable());
  if (connection_) {
    connection_->send(exchange);
    return watch();
  }
  if (const Result<> begun = connect(); !begun) {
    last_error_ = begun.error();
    return fail(exchange, unreachable());
  }
  waiting_.push_back(&exchange);
  watch();
}

void Link::fail(Exchange& exchange, const Error& error) {
  exchange.outcome = Failure(error);
  auto done = std::move(exchange.done);
  done();
}

void Link::fail_waiting() {
  for (Exchange* exchange : std::exchange(waiting_, {})) fail(*exchange, unreachable());
}

/// Begins to connect, unless it does; the error says why that is not the time for it.
Result<> Link::connect() {
  const auto now = Clock::now();
  if (is_connecting_) return now - connecting_since_ > options_.connector->options().timeout ? Failure(no_answer()) : Result<>();
  if (now < retry_at_) return Failure(last_error_);
  TRY_OK(options_.connector->open(this, loop_, [self = weak_from_this()](Result<std::unique_ptr<Connection>> opened) {
    if (const auto link = self.lock()) link->take(std::move(opened));
  }));
  is_connecting_ = true;
  connecting_since_ = now;
  return {};
}

void Link::take(Result<std::unique_ptr<Connection>> opened) {
  is_connecting_ = false;
  if (is_closed_) return;
  if (!opened) {
    last_error_ = opened.error();
    return fail_waiting();
  }
  connection_ = *std::move(opened);
  ++generation_;
  opened_at_ = Clock::now();
  if (options_.keeps_plans) greet();
  for (Exchange* exchange : std::exchange(waiting_, {})) connection_->send(*exchange);
  watch();
}

/// Keeps plans where the process that answers is the one that said so when the connection was opened: behind a pooler each exchange may
/// have another one.
void Link::greet() {
  greeting_ = {};
  greeting_.add("SELECT pg_backend_pid()");
  greeting_.done = [this] {
    if (!greeting_.outcome || greeting_.rows[0].integer(0, 0) != connection_->process()) return;
    greeting_ = {};
    greeting_.add(kKeepPlans).done = [] {};
    connection_->send(greeting_);
    connection_->keep_plans();
  };
  connection_->send(greeting_);
}

/// Waits for what the connection wants, and for its time limit.
void Link::watch() {
  const std::weak_ptr<Link> self = weak_from_this();
  if (connection_ && !descriptor_) {
    descriptor_ = std::make_unique<io::Descriptor>(loop_, connection_->descriptor());
    reading_ = writing_ = false;
  }
  if (connection_ && connection_->wants_read() && !std::exchange(reading_, true)) {
    descriptor_->when_readable([self] {
      if (const auto link = self.lock()) link->reading_ = false, link->pump();
    });
  }
  if (connection_ && connection_->wants_write() && !std::exchange(writing_, true)) {
    descriptor_->when_writable([self] {
      if (const auto link = self.lock()) link->writing_ = false, link->pump();
    });
  }
  if (pending() == 0 || std::exchange(is_timed_, true)) return;
  loop_.after(kTick, [self] {
    if (const auto link = self.lock()) link->check_time();
  });
}

void Link::pump() {
  if (!connection_) return;
  connection_->advance();
  if (connection_->state() == Connection::State::broken) return lose();
  watch();
}

void Link::lose() {
  descriptor_.reset();
  const std::unique_ptr<Connection> lost = std::move(connection_);
  last_error_ = lost->error();
  // One that was open for a while comes back at once, as after a restart of the server; one that was not waits a moment.
  const Connector::Options& rests = options_.connector->options();
  const auto now = Clock::now();
  retry_at_ = opened_at_ < now - rests.backoff_max ? Clock::time_point() : now + rests.backoff_min / 2;
}

void Link::check_time() {
  is_timed_ = false;
  const auto now = Clock::now();
  if (is_connecting_ && now - connecting_since_ > options_.connector->options().timeout) {
    last_error_ = no_answer();
    fail_waiting();
  }
  const Exchange* oldest = connection_ ? connection_->oldest() : nullptr;
  if (oldest != nullptr && now - oldest->sent_at > options_.timeout) return break_off(timed_out());
  watch();
}

void Link::break_off(const Error& error) {
  if (!connection_) return;
  descriptor_.reset();
  connection_->break_off(error);
  lose();
}

void Link::reset() {
  if (!connection_) return;
  break_off(unreachable());
  retry_at_ = {};
}

void Link::close() {
  is_closed_ = true;
  options_.connector->forget(this);
  fail_waiting();
  break_off(unreachable());
}

}  // namespace millrace::store::postgres
