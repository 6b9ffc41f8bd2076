#include "http/listener.hpp"

#include <fmt/format.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <utility>

namespace millrace::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

Error address_error(const ServerOptions& options, std::string_view why) {
  return {ErrorKind::invalid_argument, "http.address", fmt::format("Cannot listen on {}:{}: {}.", options.host, options.port, why),
          "Set `host` to an address of this machine (0.0.0.0 is all of them) and `port` to one that this user may open."};
}

Error listen_error(const ServerOptions& options, const ErrorCode& error) {
  if (error != asio::error::address_in_use) return address_error(options, error.message());
  return {ErrorKind::conflict, "http.port_in_use", fmt::format("Port {} is in use by another program.", options.port),
          "Stop that program, or choose another port with --port."};
}

Result<tcp::endpoint> resolve(asio::io_context& context, const ServerOptions& options) {
  ErrorCode error;
  if (const auto address = asio::ip::make_address(options.host, error); !error) return tcp::endpoint(address, options.port);
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(options.host, std::to_string(options.port), tcp::resolver::passive, error);
  if (error) return Failure(address_error(options, error.message()));
  return found.begin()->endpoint();
}

/// Binds and listens; `shares` is SO_REUSEPORT.
ErrorCode open(Acceptor& acceptor, const tcp::endpoint& endpoint, bool shares) {
  ErrorCode error;
  auto failed = [&error](auto&& step) { return step(), static_cast<bool>(error); };
  if (failed([&] { acceptor.open(endpoint.protocol(), error); })) return error;
  if (failed([&] { acceptor.set_option(Acceptor::reuse_address(true), error); })) return error;
  // Connections inherit it: an answer is written at once, so there is nothing to wait for.
  if (failed([&] { acceptor.set_option(tcp::no_delay(true), error); })) return error;
  const int on = 1;
  if (shares && ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0) {
    return {errno, boost::system::system_category()};
  }
  if (failed([&] { acceptor.bind(endpoint, error); })) return error;
  acceptor.listen(Acceptor::max_listen_connections, error);
  return error;
}

}  // namespace

Result<Acceptor> open_listener(asio::io_context& context, const ServerOptions& options, bool share_port) {
  TRY(const tcp::endpoint endpoint, resolve(context, options));
  if (!share_port && options.port != 0) {
    // SO_REUSEPORT would share the port with another instance of this program without a word. A socket without it finds that out.
    Acceptor probe(context);
    if (const ErrorCode error = open(probe, endpoint, false)) return Failure(listen_error(options, error));
  }
  Acceptor acceptor(context);
  if (const ErrorCode error = open(acceptor, endpoint, true)) return Failure(listen_error(options, error));
  return acceptor;
}

void take_no_beginnings(Acceptor& acceptor) {
  constexpr std::uint32_t kFlags = 13, kSyn = 0x02;  // where the flags stand in a TCP header
  std::array<sock_filter, 4> program = {{BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlags), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kSyn, 0, 1),
                                         BPF_STMT(BPF_RET | BPF_K, 0), BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)}};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  // Where the kernel does not take it, connections that are being made just now may be cut.
  ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
}

}  // namespace millrace::http
