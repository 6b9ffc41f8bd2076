#include "http/client_connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>

#include "base/result.hpp"

namespace millrace::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// What all connections trust. Reading the authorities takes milliseconds, so it is done once.
asio::ssl::context& trust() {
  static asio::ssl::context context = [] {
    asio::ssl::context made(asio::ssl::context::tls_client);
    boost::system::error_code ignored;  // then no certificate is trusted, and the handshake says so
    made.set_default_verify_paths(ignored);
    made.set_verify_mode(asio::ssl::verify_peer);
    SSL_CTX_set_min_proto_version(made.native_handle(), TLS1_2_VERSION);
    return made;
  }();
  return context;
}

std::string without_brackets(std::string_view host) {
  const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
  return std::string(is_bracketed ? host.substr(1, host.size() - 2) : host);
}

}  // namespace

struct ClientConnection::State {
  const std::string host;  // without brackets
  tcp::resolver resolver;
  tcp::socket socket;
  std::optional<asio::ssl::stream<tcp::socket&>> tls = {};

  State(io::Loop& loop, std::string_view host_in) : host(without_brackets(host_in)), resolver(loop.context()), socket(loop.context()) {}

  void start_tls() {
    tls.emplace(socket, trust());
    SSL* const session = tls->native_handle();
    X509_VERIFY_PARAM* const expected = SSL_get0_param(session);
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1) return;
    CHECK(X509_VERIFY_PARAM_set1_host(expected, host.c_str(), 0) == 1);
    SSL_set_tlsext_host_name(session, host.c_str());  // RFC 6066, section 3: names alone are sent
  }

  void connect(const tcp::resolver::results_type& found, OnConnect on_done) {
    asio::async_connect(socket, found, [this, done = std::move(on_done)](const ErrorCode& error, const tcp::endpoint&) mutable {
      if (error) return done(error.message());
      ErrorCode ignored;  // it would only be slower
      socket.set_option(tcp::no_delay(true), ignored);
      tls ? shake_hands(std::move(done)) : done({});
    });
  }

  void shake_hands(OnConnect on_done) {
    tls->async_handshake(asio::ssl::stream_base::client, [this, done = std::move(on_done)](const ErrorCode& error) {
      if (!error) return done({});
      const long verified = SSL_get_verify_result(tls->native_handle());
      done(verified == X509_V_OK ? "no TLS: " + error.message()
                                 : std::string("its certificate is not trusted: ") + X509_verify_cert_error_string(verified));
    });
  }
};

ClientConnection::ClientConnection(io::Loop& loop, std::string_view host, bool is_secure) : state_(std::make_unique<State>(loop, host)) {
  if (is_secure) state_->start_tls();
}
ClientConnection::~ClientConnection() = default;

void ClientConnection::connect(const std::string& port, OnConnect on_done) {
  state_->resolver.async_resolve(
      state_->host, port, [this, done = std::move(on_done)](const ErrorCode& error, const tcp::resolver::results_type& found) mutable {
        error ? done(error.message()) : state_->connect(found, std::move(done));
      });
}

void ClientConnection::write(std::string_view bytes, OnDone on_done) {
  const auto buffer = asio::buffer(bytes.data(), bytes.size());
  state_->tls ? asio::async_write(*state_->tls, buffer, std::move(on_done)) : asio::async_write(state_->socket, buffer, std::move(on_done));
}

void ClientConnection::read(std::span<char> space, OnDone on_done) {
  const auto buffer = asio::buffer(space.data(), space.size());
  state_->tls ? state_->tls->async_read_some(buffer, std::move(on_done)) : state_->socket.async_read_some(buffer, std::move(on_done));
}

void ClientConnection::close() {
  ErrorCode ignored;  // a socket that cannot be closed is closed
  state_->socket.close(ignored);
  state_->resolver.cancel();
}

}  // namespace millrace::http
