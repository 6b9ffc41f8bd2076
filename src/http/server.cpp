#include "http/server.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "http/connection.hpp"
#include "http/listener.hpp"
#include "http/status.hpp"

namespace millrace::http {

namespace {

using ErrorCode = boost::system::error_code;
using Endpoint = boost::asio::ip::tcp::endpoint;
using std::chrono::milliseconds;

constexpr milliseconds kTickMin{50};
constexpr milliseconds kTickMax{1000};
// What it takes a client to connect over most networks, and less than it waits before it tries again (RFC 6298: a second).
constexpr milliseconds kHandshake{500};
// After an error of accept(), such as no free descriptors.
constexpr milliseconds kAcceptPause{100};

/// A quarter of the shortest time-out: late by that at most.
milliseconds tick_length(const ServerOptions& options) {
  const milliseconds shortest =
      std::min({options.header_timeout, options.body_timeout, options.idle_timeout, options.write_timeout, options.linger_timeout});
  return std::clamp(shortest / 4, kTickMin, kTickMax);
}

/// What a connection is told that is one too many.
std::string refusal(Shared& shared) {
  const Response response = problem({ErrorKind::overloaded, "overloaded.connections", "The service has too many connections."});
  std::string text;
  append_response_head(text, response, {false, false, shared.date.at(std::time(nullptr)), shared.options.headers});
  return text + response.body;
}

std::string text_of(const Endpoint& endpoint) {
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) address = make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  return address.to_string();
}

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(io::Loop& loop_in, Acceptor acceptor_in, std::shared_ptr<Shared> shared_in)
      : loop(loop_in), acceptor(std::move(acceptor_in)), shared(std::move(shared_in)) {}

  io::Loop& loop;
  Acceptor acceptor;
  Endpoint peer;  // of the connection that is being accepted
  std::shared_ptr<Shared> shared;
  bool is_ticking = false;

  void accept();
  void on_accept(const ErrorCode& error, Connection::Socket socket);
  void admit(Connection::Socket socket);
  void tick();
  void stop_listening();
  void close_idle(milliseconds patience);
  void close();
};

void Server::State::accept() {
  acceptor.async_accept(loop.context().get_executor(), peer, [weak = weak_from_this()](const ErrorCode& error, Connection::Socket socket) {
    if (auto state = weak.lock()) state->on_accept(error, std::move(socket));
  });
}

void Server::State::on_accept(const ErrorCode& error, Connection::Socket socket) {
  if (error && !acceptor.is_open()) return;
  if (error && error != boost::asio::error::connection_aborted) {
    loop.after(kAcceptPause, [weak = weak_from_this()] {
      if (auto state = weak.lock(); state && state->acceptor.is_open()) state->accept();
    });
    return;
  }
  if (!error) admit(std::move(socket));
  if (acceptor.is_open()) accept();
}

void Server::State::admit(Connection::Socket socket) {
  ErrorCode failed;
  socket.non_blocking(true, failed);
  if (!failed && shared->load().enter_connection()) {
    if (!is_ticking) tick();
    if (shared->traffic() != nullptr) shared->traffic()->connected();
    std::make_shared<Connection>(shared, std::move(socket), text_of(peer))->begin();
  } else if (!failed) {
    socket.write_some(boost::asio::buffer(refusal(*shared)), failed);  // as far as it goes; the client may be gone
  }
}

/// After who has connected already, who would be cut with the listener.
void Server::State::stop_listening() {
  ErrorCode error;
  acceptor.non_blocking(true, error);
  while (!error) {
    Connection::Socket socket(loop.context().get_executor());
    acceptor.accept(socket, peer, error);
    if (!error) admit(std::move(socket));
  }
  acceptor.close(error);  // closed all the same
}

/// Now and then, as long as there is a connection.
void Server::State::close_idle(milliseconds patience) {
  for (Connection* connection = shared->first; connection; connection = connection->next()) connection->close_if_idle();
  loop.after(patience, [weak = weak_from_this(), patience] {
    auto state = weak.lock();
    if (!state) return;
    if (state->shared->first) state->close_idle(patience);
  });
}

/// Checks the time of every connection now and then, as long as there is one.
void Server::State::tick() {
  is_ticking = true;
  loop.after(shared->tick_length, [weak = weak_from_this()] {
    auto state = weak.lock();
    if (!state) return;
    Shared& shared = *state->shared;
    ++shared.tick;
    for (Connection* connection = shared.first; connection;) {
      // Nothing ends a connection here but its own operations, which run later: the next one stays what it is.
      Connection* next = connection->next();
      connection->check_time();
      connection = next;
    }
    if (shared.first) {
      state->tick();
    } else {
      state->is_ticking = false;
    }
  });
}

void Server::State::close() {
  ErrorCode ignored;  // closed all the same
  acceptor.close(ignored);
  shared->is_draining = true;
  for (Connection* connection = shared->first; connection; connection = connection->next()) connection->close();
}

Server::Server(std::shared_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  state_->close();
}

Result<std::unique_ptr<Server>> Server::listen(io::Loop& loop, Handler& handler, ServerOptions options, bool share_port) {
  return listen(loop, std::shared_ptr<Handler>(std::shared_ptr<Handler>(), &handler), std::move(options), share_port);
}

Result<std::unique_ptr<Server>> Server::listen(io::Loop& loop, std::shared_ptr<Handler> handler, ServerOptions options, bool share_port) {
  TRY(Acceptor acceptor, open_listener(loop.context(), options, share_port));
  if (!options.load) options.load = std::make_shared<Load>(Load::Limits{});
  auto shared = std::make_shared<Shared>(std::move(handler), std::move(options));
  shared->tick_length = tick_length(shared->options);
  auto state = std::make_shared<State>(loop, std::move(acceptor), std::move(shared));
  state->accept();
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::uint16_t Server::port() const {
  ErrorCode error;
  return state_->acceptor.local_endpoint(error).port();
}

void Server::replace(std::shared_ptr<Handler> handler, ServerOptions options) {
  Shared& shared = *state_->shared;
  if (!options.load) options.load = shared.options.load;
  if (!options.traffic) options.traffic = shared.options.traffic;
  shared.handler = std::move(handler);
  shared.options = std::move(options);
  shared.tick_length = tick_length(shared.options);
  for (Connection* connection = shared.first; connection; connection = connection->next()) connection->leave_old_handler();
}

void Server::stop_accepting(milliseconds patience, bool is_shared) {
  State& own = *state_;
  take_no_beginnings(own.acceptor);
  own.shared->is_draining = true;
  if (is_shared) {
    own.loop.after(kHandshake, [weak = own.weak_from_this()] {
      if (auto state = weak.lock()) state->stop_listening();
    });
  } else {
    own.stop_listening();
  }
  for (Connection* connection = own.shared->first; connection; connection = connection->next()) connection->drain_session();
  own.close_idle(patience);
}

bool Server::is_accepting() const {
  return state_->acceptor.is_open();
}

std::size_t Server::open_connections() const {
  return state_->shared->count;
}

}  // namespace millrace::http
