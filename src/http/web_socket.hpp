// WebSocket (RFC 6455) as handlers see it: messages of text, both ways. No socket, no Boost.
//
// A handler answers an upgrade with a Response that has a session (status 101 and the handshake are the server's); the session then runs on
// the connection until either side ends it.
//
// Messages that come and go are bodies as those of requests are (Load): one for which there is no room closes the connection with 1013.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/task.hpp"

namespace millrace::http {

struct Request;

/// Whether the request asks for a WebSocket.
bool asks_for_web_socket(const Request& request);

class WebSocket {
 public:
  struct Message {
    bool is_text = true;  // else binary
    std::string data;
    std::shared_ptr<const void> counted = {};  // as long as this lives the message counts among the bodies that are held
  };

  virtual ~WebSocket() = default;
  /// The next message; nothing once the connection has ended. Not while another is awaited.
  virtual Task<std::optional<Message>> receive() = 0;
  /// Sends a text, behind those that are being sent, and waits until the socket has taken it. False once the connection has ended, as it
  /// does when the client takes nothing for the server's write time-out.
  virtual Task<bool> send(std::string text) = 0;
  /// The same, for what may be asked for again: where there is no room for it, it is not sent, and closes the connection.
  virtual Task<bool> send_if_room(std::string text) = 0;
  /// Tells the client why and ends; receive() then gives nothing. A client hears 123 bytes of the reason at most.
  virtual void close(std::uint16_t code, std::string reason) = 0;
  /// Ends at once.
  virtual void cut() = 0;
};

/// What happens on a WebSocket. On the connection's loop.
class WebSocketSession {
 public:
  virtual ~WebSocketSession() = default;
  /// Runs until receive() gives nothing; all that it began has ended when it ends.
  virtual Task<void> run(WebSocket& socket) = 0;
  /// The server is about to end: close it soon.
  virtual void drain() = 0;
};

}  // namespace millrace::http
