#include "store/postgres/session.hpp"

#include <poll.h>

#include <algorithm>

namespace millrace::store::postgres {

/// Waits for what the connection wants; false when the time is up.
bool Session::wait(const Connection& connection, Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  if (left <= 0) return false;
  pollfd wanted{.fd = connection.descriptor(), .events = 0, .revents = 0};
  if (connection.wants_read()) wanted.events |= POLLIN;
  if (connection.wants_write()) wanted.events |= POLLOUT;
  ::poll(&wanted, 1, static_cast<int>(std::min<long long>(left, 1000)));
  return true;
}

Result<std::unique_ptr<Session>> Session::open(const Server& server, const Log* log, std::chrono::milliseconds timeout) {
  const std::size_t hosts = host_count(server);
  Error error;
  for (std::size_t first = 0; first < hosts; ++first) {
    auto connection = std::make_unique<Connection>(server, log, first);
    const auto deadline = Clock::now() + timeout / hosts;
    while (connection->state() == Connection::State::connecting && wait(*connection, deadline)) connection->advance();
    if (connection->state() == Connection::State::open) return std::unique_ptr<Session>(new Session(std::move(connection)));
    // All have refused: to begin with another changes nothing.
    if (connection->state() == Connection::State::broken) return Failure(connection->error());
    error = no_answer();
  }
  return Failure(error);
}

void Session::pause(std::chrono::milliseconds delay) {
  ::poll(nullptr, 0, static_cast<int>(delay.count()));
}

Result<> Session::run(Exchange& exchange, std::chrono::milliseconds timeout) {
  bool ended = false;
  exchange.done = [&ended] { ended = true; };
  if (connection_->state() != Connection::State::open) return Failure(connection_->error());
  connection_->send(exchange);
  const auto deadline = Clock::now() + timeout;
  while (!ended) {
    if (!wait(*connection_, deadline)) {
      connection_->break_off({ErrorKind::unavailable, "store.timeout", "The storage took too long."});
    } else {
      connection_->advance();
    }
  }
  return exchange.outcome;
}

}  // namespace millrace::store::postgres
