#include "http/client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace millrace::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using Wire = beast::http::request<beast::http::string_body>;
using Parser = beast::http::response_parser<beast::http::string_body>;

/// A request on its way. It lives until its last callback, whatever became of the client.
struct Exchange : std::enable_shared_from_this<Exchange> {
  asio::ip::tcp::socket& socket;
  beast::flat_buffer& buffer;
  Wire wire;
  Parser parser;
  io::Completion<Response>* completion;
  bool timed_out = false;

  Exchange(asio::ip::tcp::socket& socket_in, beast::flat_buffer& buffer_in, io::Completion<Response>& completion_in)
      : socket(socket_in), buffer(buffer_in), completion(&completion_in) {}

  void write() {
    beast::http::async_write(socket, wire, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error) return self->fail(error);
      self->read();
    });
  }

  void read() {
    beast::http::async_read(socket, buffer, parser, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error) return self->fail(error);
      self->finish();
    });
  }

  void finish() {
    Response response;
    auto& message = parser.get();
    response.status = message.result_int();
    for (const auto& field : message) response.add(std::string_view(field.name_string()), std::string_view(field.value()));
    response.body = std::move(message.body());
    if (!message.keep_alive()) close();
    std::exchange(completion, nullptr)->complete_here(std::move(response));
  }

  void fail(const beast::error_code& error) {
    close();
    if (completion == nullptr) return;
    Error failure{ErrorKind::unavailable, "http.unreachable", fmt::format("The server cannot be reached: {}.", error.message())};
    if (timed_out) failure = {ErrorKind::timed_out, "http.timed_out", "The server did not answer in time."};
    std::exchange(completion, nullptr)->complete_here(Failure(std::move(failure)));
  }

  void close() const {
    beast::error_code ignored;  // a socket that cannot be closed is closed
    socket.close(ignored);
  }
};

beast::http::verb verb_of(Method method) {
  auto verb = beast::http::string_to_verb(std::string(to_string(method)));
  CHECK(verb != beast::http::verb::unknown);
  return verb;
}

}  // namespace

struct Client::State {
  io::Loop& loop;
  std::string host;
  std::string port;
  ClientOptions options;
  asio::ip::tcp::resolver resolver;
  asio::ip::tcp::socket socket;
  beast::flat_buffer buffer;

  State(io::Loop& loop_in, std::string host_in, std::string port_in, ClientOptions options_in)
      : loop(loop_in),
        host(std::move(host_in)),
        port(std::move(port_in)),
        options(options_in),
        resolver(loop.context()),
        socket(loop.context()) {}

  void begin(std::shared_ptr<Exchange> exchange) {
    loop.after(options.timeout, [exchange] {
      if (exchange->completion == nullptr) return;
      exchange->timed_out = true;
      exchange->close();
    });
    if (socket.is_open()) return exchange->write();
    buffer.clear();
    resolver.async_resolve(host, port, [this, exchange](beast::error_code error, const asio::ip::tcp::resolver::results_type& found) {
      if (error) return exchange->fail(error);
      asio::async_connect(socket, found, [exchange](beast::error_code failed, const asio::ip::tcp::endpoint&) {
        if (failed) return exchange->fail(failed);
        exchange->write();
      });
    });
  }

  std::shared_ptr<Exchange> exchange_for(const ClientRequest& request, io::Completion<Response>& completion) {
    auto exchange = std::make_shared<Exchange>(socket, buffer, completion);
    exchange->wire = Wire(verb_of(request.method), request.target, 11);
    exchange->wire.set(beast::http::field::host, port == "80" ? host : host + ':' + port);
    if (!request.content_type.empty()) exchange->wire.set(beast::http::field::content_type, request.content_type);
    exchange->wire.body() = request.body;
    exchange->wire.prepare_payload();
    exchange->parser.body_limit(options.response_bytes_max);
    return exchange;
  }
};

Client::Client(io::Loop& loop, std::string host, std::string port, ClientOptions options)
    : state_(std::make_unique<State>(loop, std::move(host), std::move(port), options)) {}
Client::~Client() = default;

Task<Response> Client::send(ClientRequest request) {
  const bool was_open = state_->socket.is_open();
  io::Completion<Response> completion;
  state_->begin(state_->exchange_for(request, completion));
  auto response = co_await completion;
  if (response || !was_open || response.error().code == "http.timed_out") co_return response;
  io::Completion<Response> second;  // the kept connection was gone
  state_->begin(state_->exchange_for(request, second));
  co_return co_await second;
}

std::optional<Url> parse_url(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme)) return std::nullopt;
  text.remove_prefix(kScheme.size());
  const std::size_t slash = std::min(text.find('/'), text.size());
  std::string_view authority = text.substr(0, slash);
  Url url;
  url.path = text.substr(slash);
  const std::size_t colon = authority.ends_with(']') ? std::string_view::npos : authority.rfind(':');
  url.host = authority.substr(0, colon);
  if (colon != std::string_view::npos) url.port = authority.substr(colon + 1);
  if (url.host.empty() || url.port.empty()) return std::nullopt;
  return url;
}

}  // namespace millrace::http
