#include "store/postgres/session.hpp"

#include <poll.h>

#include <algorithm>

namespace millrace::store::postgres {

namespace {

using Clock = Session::Clock;

/// Waits for what the connection wants; false when the time is up.
bool wait(const Connection& connection, Clock::time_point deadline, std::chrono::milliseconds wait_max) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  if (left.count() <= 0) return false;
  pollfd wanted{.fd = connection.descriptor(), .events = 0, .revents = 0};
  if (connection.wants_read()) wanted.events |= POLLIN;
  if (connection.wants_write()) wanted.events |= POLLOUT;
  ::poll(&wanted, 1, static_cast<int>(std::min(left, wait_max).count()));
  return true;
}

constexpr std::chrono::milliseconds kWaitMax{1'000};
constexpr std::chrono::milliseconds kConnectWaitMax{100};

}  // namespace

Result<std::unique_ptr<Connection>> connect(const Server& server, const Log* log, std::chrono::milliseconds timeout,
                                            std::size_t& first_host, const std::atomic<bool>* is_ending) {
  const std::size_t hosts = host_count(server);
  for (std::size_t i = 0; i < hosts; ++i) {
    auto connection = std::make_unique<Connection>(server, log, first_host);
    const auto deadline = Clock::now() + timeout / hosts;
    while (connection->state() == Connection::State::connecting && wait(*connection, deadline, kConnectWaitMax)) {
      if (is_ending != nullptr && *is_ending) return Failure(unreachable());
      connection->advance();
    }
    if (connection->state() == Connection::State::open) return connection;
    // All have refused: to begin with another changes nothing.
    if (connection->state() == Connection::State::broken) return Failure(connection->error());
    first_host = (first_host + 1) % hosts;
  }
  return Failure(no_answer());
}

Result<std::unique_ptr<Session>> Session::open(const Server& server, const Log* log, std::chrono::milliseconds timeout) {
  std::size_t first_host = 0;
  return open(server, log, timeout, first_host, nullptr);
}

Result<std::unique_ptr<Session>> Session::open(const Server& server, const Log* log, std::chrono::milliseconds timeout,
                                               std::size_t& first_host, const std::atomic<bool>* is_ending) {
  TRY(auto connection, connect(server, log, timeout, first_host, is_ending));
  return std::unique_ptr<Session>(new Session(std::move(connection)));
}

void Session::pause(std::chrono::milliseconds delay) {
  ::poll(nullptr, 0, static_cast<int>(delay.count()));
}

Result<> Session::keep_plans(std::chrono::milliseconds timeout) {
  Exchange question;
  question.add("SELECT pg_backend_pid()");
  TRY_OK(run(question, timeout));
  if (question.rows[0].integer(0, 0) != connection_->process()) return {};
  Exchange setting;
  setting.add(kKeepPlans);
  TRY_OK(run(setting, timeout));
  connection_->keep_plans();
  return {};
}

bool Session::is_open() {
  connection_->advance();
  return connection_->state() == Connection::State::open;
}

Result<> Session::run(Exchange& exchange, std::chrono::milliseconds timeout, const std::atomic<bool>* is_ending) {
  bool ended = false;
  exchange.done = [&ended] { ended = true; };
  if (connection_->state() != Connection::State::open) return Failure(connection_->error());
  connection_->send(exchange);
  const auto deadline = Clock::now() + timeout;
  const auto wait_max = is_ending == nullptr ? kWaitMax : kConnectWaitMax;
  while (!ended) {
    if (is_ending != nullptr && *is_ending) {
      connection_->break_off(unreachable());
    } else if (!wait(*connection_, deadline, wait_max)) {
      connection_->break_off({ErrorKind::unavailable, "store.timeout", "The storage took too long."});
    } else {
      connection_->advance();
    }
  }
  return exchange.outcome;
}

}  // namespace millrace::store::postgres
