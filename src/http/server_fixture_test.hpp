// A server on a loop of its own thread, and a client that speaks bytes. Everything here waits for the socket or the handler, never for
// time; a test that hangs is ended by the client's own time-out.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "http/server.hpp"

namespace millrace::http {

struct Answer {
  int status = 0;  // 0: the connection ended before
  std::string head;
  std::string body;
  std::string header(std::string_view name) const;
};

/// A blocking connection to 127.0.0.1.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port);
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  /// Sends as much as the server takes before it closes.
  void send(std::string_view bytes);
  /// No more will be sent.
  void finish_sending();
  /// The next answer; `to_head` when its body is not sent.
  Answer answer(bool to_head = false);
  /// Sends and reads one answer.
  Answer ask(std::string_view request);
  /// So many bytes; fewer when the server closes before.
  std::string take(std::size_t count);
  /// Everything until the server closes.
  std::string rest();
  /// Closes so that the server's next write fails at once.
  void reset();

 private:
  bool read_some();
  int socket_;
  std::string read_;
};

/// Answers /size/N with N bytes, /status/N with that status, /later on the loop's next turn, /wait when the test says so, and everything
/// else with what it saw. /bulk takes 1000 bytes. /vital is answered under overload.
///
/// In pieces: /pieces/N gives N bytes, /known/N says how many, /broken fails after some. Of a body, /count tells how much came, /echo gives
/// it back while it comes, /ignore looks at nothing, /upload waits when the test says so and then counts.
class TestHandler : public Handler {
 public:
  Intake intake(const Request& head) const override;
  Task<Response> handle(const Request& request) override;

  /// Waits until a request for /wait has come in.
  void await_waiting() { arrived_.acquire(); }
  /// Answers the oldest that waits.
  void release();
  /// Waits until a stream of an answer was stopped, or an upload failed, and says with which error.
  std::string await_end();

 private:
  Task<Response> handle_stream(const Request& request);
  Task<void> wait();
  void ended(std::string_view how);

  std::counting_semaphore<> ended_{0};
  std::string how_;  // under mutex_
  std::mutex mutex_;
  std::vector<io::Completion<int>*> waiting_;
  std::counting_semaphore<> arrived_{0};
};

class ServerTest : public testing::Test {
 protected:
  ~ServerTest() override;

  /// Starts it; once per test.
  void serve(ServerOptions options = {});
  std::uint16_t port() const { return port_; }
  /// Runs `work` on the loop's thread and waits for it.
  void on_loop(std::move_only_function<void()> work);
  /// Waits until so many connections are open.
  void await_connections(std::size_t count);

  /// What serve() serves.
  virtual Handler& handler() { return handler_; }

  TestHandler handler_;
  io::Loop loop_;
  std::unique_ptr<Server> server_;

 private:
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace millrace::http
