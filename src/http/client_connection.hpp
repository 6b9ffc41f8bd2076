// One connection of a client to a server: TCP, or TLS over it.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/loop.hpp"

namespace millrace::http {

/// Every call is made on the loop's thread, which calls the callbacks later. After close() they come with an error, soon.
class ClientConnection {
 public:
  using ErrorCode = boost::system::error_code;
  using OnDone = std::function<void(const ErrorCode&, std::size_t)>;
  using Endpoints = boost::asio::ip::tcp::resolver::results_type;

  /// With TLS the server must have a certificate of the host's name (or address), by an authority that the system trusts; OpenSSL's
  /// variables SSL_CERT_FILE and SSL_CERT_DIR name others. Host as in a URL: an address of IPv6 stands in brackets.
  ClientConnection(io::Loop& loop, std::string_view host, bool is_secure);
  ~ClientConnection();

  /// Connects to the first that takes it, and shakes hands. The second argument says why it did not; empty when it did.
  void connect(const Endpoints& endpoints, std::function<void(const std::string& why)> on_done);
  /// Writes all of it. One at a time, as for reading; both may be under way together.
  void write(std::string_view bytes, OnDone on_done);
  void read(std::span<char> space, OnDone on_done);
  void close();

 private:
  struct Tls;
  void shake_hands(std::function<void(const std::string& why)> on_done);

  const std::string host_;  // without brackets
  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<Tls> tls_;  // null: none
};

}  // namespace millrace::http
