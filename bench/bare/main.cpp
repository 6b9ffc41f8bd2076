// A bare server: every request gets the same JSON. What the program's own HTTP loop costs, and nothing else.
//
//   millrace_bench_bare PORT [THREADS] [FILE]
//
// The body is FILE, or an event. SIGINT and SIGTERM end it.

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "bench/lanes.hpp"

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

std::string read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  CHECK(file.is_open());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace
}  // namespace millrace

int main(int count, char** arguments) {
  using namespace millrace;
  if (count < 2) {
    fmt::print(stderr, "usage: millrace_bench_bare PORT [THREADS] [FILE]\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(bench::number(arguments[1]));
  const unsigned threads = count > 2 ? bench::number(arguments[2]) : std::max(1u, std::thread::hardware_concurrency());
  const std::string body = count > 3 ? read_file(arguments[3]) : std::string(kEvent);
  return bench::serve({.host = "127.0.0.1", .port = port}, threads, [&body](io::Loop&) { return std::make_unique<Bare>(body); });
}
