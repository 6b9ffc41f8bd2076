// Frames from strangers, sent to a server of this process that says every message again: nothing crashes, what comes back is what RFC 6455
// has a server say to those bytes, and it ends.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "http/server.hpp"
#include "tests/fuzz/frames.hpp"

namespace millrace::http {
namespace {

class Parrot final : public WebSocketSession {
 public:
  Task<void> run(WebSocket& socket) override {
    while (true) {
      CO_TRY(auto message, co_await socket.receive());
      if (!message) break;
      std::string said = (message->is_text ? "text " : "binary ") + std::to_string(message->data.size());
      if (message->is_text) said += ' ' + message->data;
      CO_TRY_OK(co_await socket.send(std::move(said)));
    }
    co_return {};
  }
  void drain() override {}
};

class ParrotHandler final : public Handler {
 public:
  Task<Response> handle(const Request&) override {
    Response response{.status = 101};
    response.session = std::make_unique<Parrot>();
    co_return response;
  }
};

/// Runs until the process ends, which does not wait for it.
std::uint16_t serve() {
  static io::Loop& loop = *new io::Loop;
  static ParrotHandler& handler = *new ParrotHandler;
  auto listening = Server::listen(loop, handler, {.host = "127.0.0.1", .port = 0, .body_bytes_max = fuzz::kMessageMax}, false);
  CHECK(listening.has_value());
  static const std::unique_ptr<Server>& server = *new std::unique_ptr<Server>(*std::move(listening));
  std::thread([] { loop.run(); }).detach();
  return server->port();
}

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    const linger cut{.l_onoff = 1, .l_linger = 0};  // no port is held back by who was there
    const timeval time{.tv_sec = 20, .tv_usec = 0};
    CHECK(::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &cut, sizeof(cut)) == 0);
    CHECK(::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)) == 0);
    // From one address after the other, since the ports of those who were there are not to be had for a while.
    static std::uint32_t count = 0;
    const in_addr_t from = htonl(INADDR_LOOPBACK + ++count % 60'000);
    sockaddr_in own{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {from}, .sin_zero = {}};
    CHECK(::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof(own)) == 0);
    while (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 && errno != EISCONN)
      CHECK(errno == EINTR || errno == EALREADY);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends as much as the server takes before it closes.
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void finish_sending() const { ::shutdown(socket_, SHUT_WR); }
  /// What comes until the server ends the connection, or until `end` has come.
  std::string receive(std::string_view end = {}) const {
    std::string text;
    char piece[4096];
    while (end.empty() || !text.ends_with(end)) {
      const ssize_t count = ::recv(socket_, piece, sizeof(piece), 0);
      if (count < 0 && errno == EINTR) continue;  // libFuzzer looks at the clock
      CHECK(count >= 0 || errno == ECONNRESET);   // else it did not end in time
      if (count <= 0) break;
      text.append(piece, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  int socket_;
};

void talk(std::string_view frames) {
  static const std::uint16_t port = serve();
  const Client client(port);
  client.send(
      "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  CHECK(client.receive("\r\n\r\n").starts_with("HTTP/1.1 101 "));
  client.send(frames);
  client.finish_sending();
  fuzz::check_answer(client.receive(), fuzz::expected_of(frames));
}

}  // namespace
}  // namespace millrace::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  millrace::http::talk({reinterpret_cast<const char*>(data), size});
  return 0;
}
