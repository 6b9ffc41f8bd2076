// The HTTP/1.1 server: a listener per loop, connections that live and die on one thread (RFC 9112).
//
// Requests on one connection are answered in order (pipelining included); a body may come with Content-Length or chunked; `Expect:
// 100-continue` is answered. Every limit below is enforced before the bytes are kept. A malformed request is answered and the
// connection closed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/load.hpp"
#include "http/message.hpp"
#include "http/proxies.hpp"
#include "http/traffic.hpp"
#include "io/loop.hpp"

namespace millrace::http {

struct ServerOptions {
  std::string host = "0.0.0.0";
  std::uint16_t port = 4055;  // 0: any free port
  std::size_t header_bytes_max = 32 * 1024;
  std::size_t body_bytes_max = 1 << 20;              // 413 beyond, unless the handler's intake() says otherwise
  std::string headers = {};                          // "Name: value\r\n" lines of every answer, the server's own ones included
  std::size_t headers_max = 100;                     // header lines; 431 beyond
  std::shared_ptr<Load> load = {};                   // shared by the servers of a process; one with its own limits when not set
  std::shared_ptr<Traffic> traffic = {};             // the same; nothing is told when not set
  std::shared_ptr<const Proxies> proxies = {};       // whose word is taken for where requests come from; nobody's when not set
  std::chrono::milliseconds header_timeout{10'000};  // for the whole head; a new connection has as long to begin
  std::chrono::milliseconds body_timeout{60'000};    // for the body, anew with every 64 KiB of it
  std::chrono::milliseconds idle_timeout{75'000};    // between requests
  std::chrono::milliseconds write_timeout{60'000};   // for a client to take the answer, anew with every 64 KiB of it
  /// Before a connection ends over bytes that were not read, such as a body that was too large: what is read and dropped at most, so that
  /// the client gets to see the answer.
  std::size_t linger_bytes_max = 16 << 20;
  std::chrono::milliseconds linger_timeout{5'000};
};

/// Serves on one loop. Create one per loop with the same port: the kernel spreads connections over them (SO_REUSEPORT).
class Server {
 public:
  /// Binds and listens. Error "http.port_in_use", "http.address" (invalid_argument) with what to do about it. An unclaimed first port is
  /// checked for other listeners before SO_REUSEPORT would share it silently: pass `share_port` for the second and later loops.
  ///
  /// The loop must outlive the server and the tasks that it started. Call it before the loop runs, or on the loop's thread.
  static Result<std::unique_ptr<Server>> listen(io::Loop& loop, std::shared_ptr<Handler> handler, ServerOptions options, bool share_port);
  /// The same with a handler that outlives all of that.
  static Result<std::unique_ptr<Server>> listen(io::Loop& loop, Handler& handler, ServerOptions options, bool share_port);
  /// Closes all connections; the answers of tasks that still run go nowhere. The loop's thread, or when the loop does not run.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port that it listens on.
  std::uint16_t port() const;
  /// From now on this handler gets what comes, and what is open stays open: the one before answers the requests that it has, and is held
  /// until the last of them has ended. Its WebSocket sessions are told to end. Host and port stay what they are, and so do the limits of
  /// heads where a connection is open. The loop's thread only.
  void replace(std::shared_ptr<Handler> handler, ServerOptions options);
  /// Takes no further connections, but all that were made until now. Answers say `Connection: close`; a connection without a request is
  /// closed when none has come for so long. Where others listen on the port as well, connections may still be in the making: with
  /// `is_shared` it waits for those. The loop's thread only.
  void stop_accepting(std::chrono::milliseconds patience = {}, bool is_shared = false);
  /// Until stop_accepting(), or a moment after it, as that has it. The loop's thread only.
  bool is_accepting() const;
  /// Connections that are open now: 0 after stop_accepting() means that all is answered. The loop's thread only.
  std::size_t open_connections() const;

 private:
  struct State;
  explicit Server(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace millrace::http
