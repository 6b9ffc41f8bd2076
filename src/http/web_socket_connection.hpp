// A connection's socket as a WebSocket: Beast's framing on it. Private to the server (it includes Asio).
#pragma once

#include <memory>

#include "http/connection.hpp"
#include "http/web_socket.hpp"

namespace millrace::http {

/// Belongs to the connection, whose time-outs it uses: for each message that the client takes, and for its answer to a close.
class WebSocketConnection final : public WebSocket {
 public:
  /// `response` has the session, and headers for the handshake. Takes the owner's socket.
  WebSocketConnection(Connection& owner, Connection::Socket socket, const Request& request, Response response);
  ~WebSocketConnection() override;

  /// Runs the session, and ends the connection after it. Once.
  static void run(const std::shared_ptr<Connection>& owner);
  void drain();
  /// Bytes of messages: what has come of one, those that are worked on, and those that wait for the client.
  std::size_t held() const;

  Task<std::optional<Message>> receive() override;
  Task<bool> send(std::string text) override;
  Task<bool> send_if_room(std::string text) override;
  void close(std::uint16_t code, std::string reason) override;
  void cut() override;
  /// The client has its time to end the connection as well, which it is cut after.
  void linger();

 private:
  struct State;
  class Counted;
  Task<void> live();
  Task<void> write_all(std::shared_ptr<Connection> owner);
  Task<void> say_close(std::shared_ptr<Connection> owner, std::uint16_t code, std::string reason);

  void wait_for_write(bool waits);

  Connection& owner_;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::http
