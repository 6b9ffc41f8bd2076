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
  if (!connection_ && Clock::now() < retry_at_) return fail(exchange, unreachable());
  if (!connection_) connect();
  if (connection_ && connection_->state() == Connection::State::open) {
    connection_->send(exchange);
    watch();
  } else if (connection_) {
    waiting_.push_back(&exchange);
  } else {
    fail(exchange, unreachable());
  }
}

void Link::fail(Exchange& exchange, const Error& error) {
  exchange.outcome = Failure(error);
  auto done = std::move(exchange.done);
  done();
}

void Link::connect() {
  ++generation_;
  connecting_since_ = Clock::now();
  begin_connecting();
}

void Link::begin_connecting() {
  host_since_ = Clock::now();
  connection_ = std::make_unique<Connection>(options_.server, options_.log, first_host_);
  if (connection_->state() == Connection::State::broken) return lose();
  watch();
}

/// Waits for what the connection wants, and for its time limit.
void Link::watch() {
  const std::weak_ptr<Link> self = weak_from_this();
  if (!descriptor_) {
    descriptor_ = std::make_unique<io::Descriptor>(loop_, connection_->descriptor());
    reading_ = writing_ = false;
  }
  if (connection_->wants_read() && !std::exchange(reading_, true)) {
    descriptor_->when_readable([self] {
      if (const auto link = self.lock()) link->reading_ = false, link->pump();
    });
  }
  if (connection_->wants_write() && !std::exchange(writing_, true)) {
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
  const bool was_connecting = connection_->state() == Connection::State::connecting;
  // While it connects libpq goes from socket to socket, which may have one number.
  if (was_connecting) descriptor_.reset();
  connection_->advance();
  if (connection_->state() == Connection::State::broken) return lose();
  if (was_connecting && connection_->state() == Connection::State::open) {
    backoff_ = std::chrono::milliseconds(0);
    opened_at_ = Clock::now();
    for (Exchange* exchange : std::exchange(waiting_, {})) connection_->send(*exchange);
  }
  watch();
}

void Link::lose() {
  descriptor_.reset();
  const std::unique_ptr<Connection> lost = std::move(connection_);
  last_error_ = lost->error();
  for (Exchange* exchange : std::exchange(waiting_, {})) fail(*exchange, unreachable());
  // One that was open for a while comes back at once, as after a restart of the server; one that was not waits longer each time.
  const Clock::time_point opened_at = std::exchange(opened_at_, Clock::time_point::max());
  if (opened_at < Clock::now() - options_.backoff_max) {
    retry_at_ = {};
    return;
  }
  backoff_ = std::clamp(backoff_ * 2, options_.backoff_min, options_.backoff_max);
  const auto chance = static_cast<int>(backoff_.count() / 2);
  retry_at_ = Clock::now() + backoff_ / 2 + std::chrono::milliseconds(static_cast<int>(random_() % static_cast<unsigned>(chance + 1)));
}

void Link::check_time() {
  is_timed_ = false;
  if (!connection_) return;
  const auto now = Clock::now();
  const bool connects = connection_->state() == Connection::State::connecting;
  const Exchange* oldest = connection_->oldest();
  if (connects && now - host_since_ > options_.connect_timeout / hosts_) {
    first_host_ = (first_host_ + 1) % hosts_;
    if (now - connecting_since_ > options_.connect_timeout) return break_off(no_answer());
    descriptor_.reset();
    return begin_connecting();
  }
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
  break_off(unreachable());
}

}  // namespace millrace::store::postgres
