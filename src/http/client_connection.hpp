// One connection of a client to a server: TCP, or TLS over it.
#pragma once

#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/loop.hpp"

namespace millrace::http {

/// Every call is made on the loop's thread, which calls the callbacks later; they keep the connection. After close() they come with an
/// error, soon.
class ClientConnection {
 public:
  using ErrorCode = boost::system::error_code;
  using OnConnect = std::function<void(const std::string& why)>;
  using OnDone = std::function<void(const ErrorCode&, std::size_t)>;

  /// With TLS the server must have a certificate of the host's name (or address), by an authority that the system trusts; OpenSSL's
  /// variables SSL_CERT_FILE and SSL_CERT_DIR name others. Host as in a URL: an address of IPv6 stands in brackets.
  ClientConnection(io::Loop& loop, std::string_view host, bool is_secure);
  ~ClientConnection();

  /// Looks the host up, connects to the first address that takes it, and shakes hands. The argument says why not; empty when it is
  /// connected.
  void connect(const std::string& port, OnConnect on_done);
  /// Writes all of it. One at a time, as for reading; both may be under way together.
  void write(std::string_view bytes, OnDone on_done);
  void read(std::span<char> space, OnDone on_done);
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::http
