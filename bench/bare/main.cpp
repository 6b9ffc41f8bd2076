// A bare server: every request gets the same JSON. What the program's own HTTP loop costs, and nothing else.
//
//   millrace_bench_bare PORT [THREADS] [FILE]
//
// The body is FILE, or an event. SIGINT and SIGTERM end it.

#include <fmt/core.h>
#include <signal.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "http/server.hpp"
#include "io/loop.hpp"

namespace millrace {
namespace {

constexpr std::string_view kEvent =
    R"({"id":"0190f5b4-7d2a-7c3e-9f10-3b2a1c4d5e6f","name":"user_login","correlationId":"c0ffee00-1234-5678-9abc-def012345678",)"
    R"("data":{"user_id":"12345","ip":"192.168.1.100","device":"mobile","success":true,"attempts":1},)"
    R"("timestamp":"2024-01-01T12:00:00Z","source":"authentication-service","version":"1.0"})";

class Bare : public http::Handler {
 public:
  explicit Bare(std::string body) : body_(std::move(body)) {}
  Task<http::Response> handle(const http::Request&) override {
    http::Response response;
    response.add("Content-Type", "application/json");
    response.body = body_;
    co_return response;
  }

 private:
  std::string body_;
};

unsigned number(const char* text) {
  const std::string_view digits(text);
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::string read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  CHECK(file.is_open());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// One loop with its listener, on a thread of its own.
struct Lane {
  io::Loop loop;
  std::unique_ptr<http::Server> server;
  std::thread thread;
};

int serve(Bare& handler, std::uint16_t port, unsigned threads) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::vector<std::unique_ptr<Lane>> lanes;
  for (unsigned i = 0; i < threads; ++i) {
    auto lane = std::make_unique<Lane>();
    auto server = http::Server::listen(lane->loop, handler, {.host = "127.0.0.1", .port = port}, i > 0);
    if (!server) {
      fmt::print(stderr, "{} {}\n", server.error().message, server.error().hint);
      return 1;
    }
    lane->server = *std::move(server);
    lane->thread = std::thread([lane = lane.get()] { lane->loop.run(); });
    lanes.push_back(std::move(lane));
  }
  int signal = 0;
  sigwait(&signals, &signal);
  for (auto& lane : lanes) lane->loop.stop();
  for (auto& lane : lanes) lane->thread.join();
  return 0;
}

}  // namespace
}  // namespace millrace

int main(int count, char** arguments) {
  if (count < 2) {
    fmt::print(stderr, "usage: millrace_bench_bare PORT [THREADS] [FILE]\n");
    return 2;
  }
  const unsigned threads = count > 2 ? millrace::number(arguments[2]) : std::max(1u, std::thread::hardware_concurrency());
  millrace::Bare handler(count > 3 ? millrace::read_file(arguments[3]) : std::string(millrace::kEvent));
  return millrace::serve(handler, static_cast<std::uint16_t>(millrace::number(arguments[1])), threads);
}
