// That the proxy does what the tests that use it believe: else they would prove nothing.
#include "io/fault_proxy_test.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <span>

namespace millrace::io {
namespace {

/// Says everything back in capitals, and keeps what each connection said.
class Echo {
 public:
  Echo() {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t size = sizeof(address);
    CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(listener_, 64) == 0);
    CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Echo() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::vector<std::string> heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

  int port = 0;

 private:
  void run() {
    std::vector<std::jthread> served;
    for (std::size_t i = 0;; ++i) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      {
        const std::lock_guard lock(mutex_);
        heard_.emplace_back();
      }
      served.emplace_back([this, client, i] {
        char buffer[4096];
        for (ssize_t size = 1; (size = ::recv(client, buffer, sizeof buffer, 0)) > 0;) {
          const std::lock_guard lock(mutex_);
          heard_[i].append(buffer, static_cast<std::size_t>(size));
          for (char& c : std::span(buffer, static_cast<std::size_t>(size))) c = static_cast<char>(std::toupper(c));
          ::send(client, buffer, static_cast<std::size_t>(size), MSG_NOSIGNAL);
        }
        ::close(client);
      });
    }
  }

  int listener_ = -1;
  mutable std::mutex mutex_;
  std::vector<std::string> heard_;  // GUARDED_BY(mutex_)
  std::thread thread_;
};

class Client {
 public:
  explicit Client(const FaultProxy& proxy) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const sockaddr_in address{.sin_family = AF_INET,
                              .sin_port = htons(static_cast<std::uint16_t>(proxy.port())),
                              .sin_addr = {htonl(INADDR_LOOPBACK)},
                              .sin_zero = {}};
    CHECK(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  }
  ~Client() { ::close(socket_); }
  void say(std::string_view text) const { (void)::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  /// What comes until there are so many bytes, or the connection is cut.
  std::string hear(std::size_t bytes) const {
    std::string heard;
    char buffer[4096];
    for (ssize_t size = 1; heard.size() < bytes && (size = ::recv(socket_, buffer, sizeof buffer, 0)) > 0;) {
      heard.append(buffer, static_cast<std::size_t>(size));
    }
    return heard;
  }

 private:
  int socket_;
};

constexpr std::size_t kUntilCut = SIZE_MAX;

TEST(FaultProxy, HoldsPiecesBackInOrder) {
  const Echo echo;
  FaultProxy proxy(echo.port);
  proxy.set({.delay_min = std::chrono::milliseconds(5), .delay_max = std::chrono::milliseconds(30)});
  const Client client(proxy);
  const auto begun = std::chrono::steady_clock::now();
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    client.say("piece " + std::to_string(i) + ";");
    expected += "PIECE " + std::to_string(i) + ";";
    ::poll(nullptr, 0, 1);
  }
  EXPECT_EQ(client.hear(expected.size()), expected);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(10));
  EXPECT_EQ(proxy.cuts(), 0u);
}

TEST(FaultProxy, CutsAfterAnyByteOfEitherDirection) {
  const Echo echo;
  FaultProxy proxy(echo.port, 5);
  std::set<std::size_t> answered;
  proxy.set({.answer_bytes_max = 5});
  for (int i = 0; i < 40; ++i) {
    const Client client(proxy);
    client.say("hello");
    answered.insert(client.hear(kUntilCut).size());
  }
  EXPECT_EQ(answered, (std::set<std::size_t>{1, 2, 3, 4, 5}));
  const auto before = static_cast<std::ptrdiff_t>(echo.heard().size());
  proxy.set({.request_bytes_max = 5});
  for (int i = 0; i < 40; ++i) {
    const Client client(proxy);
    client.say("hello");
    client.hear(kUntilCut);
  }
  EXPECT_EQ(proxy.cuts(), 80u);
  proxy.set({});
  const Client last(proxy);
  last.say("hello");
  EXPECT_EQ(last.hear(5), "HELLO");
  const std::vector<std::string> heard = echo.heard();
  std::set<std::string> parts(heard.begin() + before, heard.end());
  parts.erase("");  // a reset may overtake what was passed
  EXPECT_EQ(parts, (std::set<std::string>{"h", "he", "hel", "hell", "hello"}));
}

TEST(FaultProxy, LosesTheRequestOrTheAnswerThatMatters) {
  const Echo echo;
  FaultProxy proxy(echo.port);
  for (const bool loses_answer : {false, true}) {
    FaultProxy::Faults faults;
    (loses_answer ? faults.lost_answer : faults.lost_request) = "commit";
    proxy.set(faults);
    const Client client(proxy);
    client.say("begin com");
    EXPECT_EQ(client.hear(9), "BEGIN COM");
    client.say("mit now");
    EXPECT_EQ(client.hear(kUntilCut), "");
    EXPECT_EQ(echo.heard().back(), loses_answer ? "begin commit now" : "begin com");
  }
  EXPECT_EQ(proxy.cuts(), 2u);
}

TEST(FaultProxy, SendsAClientsWorkAgain) {
  const Echo echo;
  FaultProxy proxy(echo.port);
  proxy.set({.replay_bytes_max = 3});
  const Client client(proxy);
  client.say("one");
  EXPECT_EQ(client.hear(3), "ONE");
  while (proxy.replays() == 0) std::this_thread::yield();
  client.say("two");
  EXPECT_EQ(client.hear(3), "TWO");
  EXPECT_EQ(echo.heard(), (std::vector<std::string>{"onetwo", "one"}));
  EXPECT_EQ(proxy.replay_answers(), "ONE");
  EXPECT_EQ(proxy.replays(), 1u);
}

}  // namespace
}  // namespace millrace::io
