#include "http/client_connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <utility>

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

struct ClientConnection::Tls {
  asio::ssl::stream<tcp::socket&> stream;
  explicit Tls(tcp::socket& socket) : stream(socket, trust()) {}
};

ClientConnection::ClientConnection(io::Loop& loop, std::string_view host, bool is_secure)
    : host_(without_brackets(host)), socket_(loop.context()) {
  if (!is_secure) return;
  tls_ = std::make_unique<Tls>(socket_);
  tls_->stream.set_verify_callback(asio::ssl::host_name_verification(host_));
  boost::system::error_code is_no_address;
  (void)asio::ip::make_address(host_, is_no_address);
  // RFC 6066, section 3: names alone are sent.
  if (is_no_address) SSL_set_tlsext_host_name(tls_->stream.native_handle(), host_.c_str());
}
ClientConnection::~ClientConnection() = default;

void ClientConnection::connect(const Endpoints& endpoints, std::function<void(const std::string& why)> on_done) {
  asio::async_connect(socket_, endpoints, [this, done = std::move(on_done)](const ErrorCode& error, const tcp::endpoint&) mutable {
    if (error) return done(error.message());
    ErrorCode ignored;  // it would only be slower
    socket_.set_option(tcp::no_delay(true), ignored);
    tls_ ? shake_hands(std::move(done)) : done({});
  });
}

void ClientConnection::shake_hands(std::function<void(const std::string& why)> on_done) {
  tls_->stream.async_handshake(asio::ssl::stream_base::client, [this, done = std::move(on_done)](const ErrorCode& error) {
    if (!error) return done({});
    const long verified = SSL_get_verify_result(tls_->stream.native_handle());
    done(verified == X509_V_OK ? "no TLS: " + error.message()
                               : std::string("its certificate is not trusted: ") + X509_verify_cert_error_string(verified));
  });
}

void ClientConnection::write(std::string_view bytes, OnDone on_done) {
  const auto buffer = asio::buffer(bytes.data(), bytes.size());
  tls_ ? asio::async_write(tls_->stream, buffer, std::move(on_done)) : asio::async_write(socket_, buffer, std::move(on_done));
}

void ClientConnection::read(std::span<char> space, OnDone on_done) {
  const auto buffer = asio::buffer(space.data(), space.size());
  tls_ ? tls_->stream.async_read_some(buffer, std::move(on_done)) : socket_.async_read_some(buffer, std::move(on_done));
}

void ClientConnection::close() {
  ErrorCode ignored;  // a socket that cannot be closed is closed
  socket_.close(ignored);
}

}  // namespace millrace::http
