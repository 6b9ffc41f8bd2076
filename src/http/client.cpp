#include "http/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <deque>

#include "http/client_connection.hpp"
#include "http/response_reader.hpp"

namespace millrace::http {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kTick{50};

/// A connection.
struct Link {
  ClientConnection connection;
  ResponseReader reader;
  Clock::time_point idle_since = {};
  bool has_served = false;

  Link(io::Loop& loop, const Url& server, std::size_t response_bytes_max)
      : connection(loop, server.host, server.is_secure), reader(response_bytes_max) {}
  void close() { connection.close(); }
};

/// A request on its way. It lives until its last callback, whatever became of the client.
struct Exchange {
  Method method;
  std::string wire;
  io::Completion<Response>* completion;  // null: it has ended
  Clock::time_point deadline;
  Clock::time_point connect_deadline = Clock::time_point::max();
  std::shared_ptr<Link> link = nullptr;
  bool wants_new = false;   // a kept connection had gone
  bool is_written = false;  // all of it

  bool is_over() const { return completion == nullptr; }
};

std::string_view default_port(bool is_secure) {
  return is_secure ? "443" : "80";
}

Error unreachable(std::string_view why) {
  return {ErrorKind::unavailable, "http.unreachable", fmt::format("The server cannot be reached: {}.", why)};
}

}  // namespace

/// The connections and requests of a client. Callbacks hold it.
class Client::Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(io::Loop& loop, Url server, ClientOptions options) : loop_(loop), server_(std::move(server)), options_(options) {}

  const ClientOptions& options() const { return options_; }
  std::size_t connections() const { return links_; }

  std::string wire_of(const ClientRequest& request) const {
    std::string wire = fmt::format("{} {} HTTP/1.1\r\nHost: {}", to_string(request.method), request.target, server_.host);
    if (server_.port != default_port(server_.is_secure)) wire.append(1, ':').append(server_.port);
    if (!request.content_type.empty()) wire.append("\r\nContent-Type: ").append(request.content_type);
    Response lines;  // it knows how to write headers
    for (const auto& [name, value] : request.headers) lines.add(name, value);
    wire.append("\r\n").append(lines.headers);
    const bool has_body = !request.body.empty() || (request.method != Method::get && request.method != Method::head);
    if (has_body) fmt::format_to(std::back_inserter(wire), "Content-Length: {}\r\n", request.body.size());
    return wire.append("\r\n").append(request.body);
  }

  void begin(std::shared_ptr<Exchange> exchange) {
    active_.push_back(exchange);
    watch();
    if (!try_begin(exchange)) waiting_.push_back(std::move(exchange));
  }
  bool takes_more() const { return !is_closed_ && waiting_.size() < options_.waiting_max; }

  void close() {
    is_closed_ = true;
    close_idle();
    while (!active_.empty()) end(active_.back(), Failure(unreachable("the client was closed")));
  }

 private:
  /// Gives it a connection, when there is one or may be one more.
  bool try_begin(const std::shared_ptr<Exchange>& exchange) {
    if (!idle_.empty() && !exchange->wants_new) {
      exchange->link = std::move(idle_.back());
      idle_.pop_back();
      write(exchange);
      return true;
    }
    if (links_ >= options_.connections_max) return false;
    ++links_;
    exchange->link = std::make_shared<Link>(loop_, server_, options_.response_bytes_max);
    exchange->connect_deadline = Clock::now() + options_.connect_timeout;
    connect(exchange);
    return true;
  }

  // Callbacks hold the connection that they are of, and do nothing when the exchange has left it meanwhile.

  void connect(const std::shared_ptr<Exchange>& exchange) {
    auto done = [self = shared_from_this(), exchange, link = exchange->link](const std::string& why) {
      if (exchange->link == link) self->on_connect(exchange, why);
    };
    exchange->link->connection.connect(server_.port, std::move(done));
  }

  void on_connect(const std::shared_ptr<Exchange>& exchange, const std::string& why) {
    if (!why.empty()) return end(exchange, Failure(unreachable(why)));
    exchange->connect_deadline = Clock::time_point::max();
    write(exchange);
  }

  void write(const std::shared_ptr<Exchange>& exchange) {
    exchange->link->reader.begin(exchange->method);
    exchange->is_written = false;
    // What went wrong shows in what is read: a server may say something, such as 413, before it closes.
    exchange->link->connection.write(exchange->wire, [exchange, link = exchange->link](const ErrorCode& error, std::size_t) {
      if (exchange->link == link) exchange->is_written = !error;
    });
    read(exchange);
  }

  void read(const std::shared_ptr<Exchange>& exchange) {
    exchange->link->connection.read(exchange->link->reader.space(), [self = shared_from_this(), exchange, link = exchange->link](
                                                                        const ErrorCode& error, std::size_t count) {
      if (exchange->link == link) self->on_read(exchange, error, count);
    });
  }

  void on_read(const std::shared_ptr<Exchange>& exchange, const ErrorCode& error, std::size_t count) {
    ResponseReader& reader = exchange->link->reader;
    if (error && error != asio::error::eof && reader.has_begun())
      return end(exchange, Failure(Error{ErrorKind::unavailable, "http.answer_cut", "The connection broke in the middle of the answer."}));
    if (error && !reader.has_begun()) return lose(exchange, error == asio::error::eof ? "it closed the connection" : error.message());
    reader.received(count);
    switch (error ? reader.ended() : reader.step()) {
      case ResponseReader::Step::need_more: return read(exchange);
      case ResponseReader::Step::failed: return end(exchange, Failure(reader.error()));
      case ResponseReader::Step::response: break;
    }
    const bool stays = reader.keeps_alive() && exchange->is_written;
    auto response = reader.take();
    if (stays) {
      exchange->link->has_served = true;
      exchange->link->idle_since = Clock::now();
      idle_.push_back(std::exchange(exchange->link, nullptr));
    }
    end(exchange, std::move(response));
  }

  /// The connection went before it said anything. One that was kept may just have been too old: then all such are.
  void lose(const std::shared_ptr<Exchange>& exchange, std::string_view why) {
    if (!exchange->link->has_served) return end(exchange, Failure(unreachable(why)));
    drop(*exchange);
    close_idle();
    exchange->wants_new = true;
    if (!try_begin(exchange)) waiting_.push_front(exchange);
  }

  /// Completes it, and gives what it used to those that wait. Its awaiter runs within.
  void end(std::shared_ptr<Exchange> exchange, Result<Response> result) {
    if (exchange->is_over()) return;
    drop(*exchange);
    std::erase(active_, exchange);
    std::erase(waiting_, exchange);
    io::Completion<Response>* const completion = std::exchange(exchange->completion, nullptr);
    serve_waiting();
    completion->complete_here(std::move(result));
  }

  void serve_waiting() {
    while (!is_closed_ && !waiting_.empty() && try_begin(waiting_.front())) waiting_.pop_front();
  }

  void drop(Exchange& exchange) {
    if (!exchange.link) return;
    exchange.link->close();
    exchange.link = nullptr;
    --links_;
  }

  void close_idle() {
    for (const auto& link : idle_) link->close();
    links_ -= idle_.size();
    idle_.clear();
  }

  // --- Time ----------------------------------------------------------------------------------------------------------------------------

  /// Looks at the time as long as there is something to look at.
  void watch() {
    if (is_watching_ || is_closed_ || (active_.empty() && idle_.empty())) return;
    is_watching_ = true;
    loop_.after(kTick, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->is_watching_ = false;
      self->check_time(Clock::now());
      self->watch();
    });
  }

  void check_time(Clock::time_point now) {
    const auto is_old = [&](const auto& link) { return now - link->idle_since >= options_.idle_timeout; };
    for (const auto& link : idle_)
      if (is_old(link)) link->close();
    links_ -= std::erase_if(idle_, is_old);
    std::vector<std::shared_ptr<Exchange>> late;
    for (const auto& exchange : active_)
      if (now >= std::min(exchange->deadline, exchange->connect_deadline)) late.push_back(exchange);
    for (const auto& exchange : late) end(exchange, Failure(late_error(*exchange, now)));
  }

  static Error late_error(const Exchange& exchange, Clock::time_point now) {
    if (now >= exchange.connect_deadline)
      return {ErrorKind::timed_out, "http.connect_timed_out", "The server did not take the connection in time."};
    return {ErrorKind::timed_out, "http.timed_out", "The server did not answer in time."};
  }

  io::Loop& loop_;
  const Url server_;
  const ClientOptions options_;
  std::vector<std::shared_ptr<Link>> idle_;        // the latest used at the end
  std::size_t links_ = 0;                          // those in use and idle
  std::vector<std::shared_ptr<Exchange>> active_;  // those that wait included
  std::deque<std::shared_ptr<Exchange>> waiting_;
  bool is_watching_ = false;
  bool is_closed_ = false;
};

Client::Client(io::Loop& loop, Url server, ClientOptions options) : pool_(std::make_shared<Pool>(loop, std::move(server), options)) {}
Client::~Client() {
  close();
}

void Client::close() {
  pool_->close();
}

std::size_t Client::connections() const {
  return pool_->connections();
}

Task<Response> Client::send(ClientRequest request) {
  if (!pool_->takes_more())
    co_return Failure(Error{ErrorKind::unavailable, "http.waiting", "Too many requests wait for the server already."});
  const auto timeout = std::min(request.timeout.value_or(pool_->options().timeout), pool_->options().timeout);
  io::Completion<Response> completion;
  auto exchange = std::make_shared<Exchange>(request.method, pool_->wire_of(request), &completion, Clock::now() + timeout);
  request = {};  // all of it is in the exchange
  pool_->begin(std::move(exchange));
  co_return co_await completion;
}

std::optional<Url> parse_url(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  constexpr std::string_view kSecureScheme = "https://";
  Url url;
  url.is_secure = text.starts_with(kSecureScheme);
  if (!url.is_secure && !text.starts_with(kScheme)) return std::nullopt;
  text.remove_prefix(url.is_secure ? kSecureScheme.size() : kScheme.size());
  const std::size_t slash = std::min(text.find('/'), text.size());
  std::string_view authority = text.substr(0, slash);
  url.path = text.substr(slash);
  const std::size_t colon = authority.ends_with(']') ? std::string_view::npos : authority.rfind(':');
  url.host = authority.substr(0, colon);
  url.port = colon != std::string_view::npos ? authority.substr(colon + 1) : default_port(url.is_secure);
  if (url.host.empty() || url.port.empty()) return std::nullopt;
  return url;
}

}  // namespace millrace::http
