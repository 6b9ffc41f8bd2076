// WebSocket as a client sees it that speaks bytes: frames right and wrong, in whatever pieces (RFC 6455).
#include "http/web_socket.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <charconv>
#include <optional>
#include <random>

#include "http/server_fixture_test.hpp"

namespace millrace::http {
namespace {

constexpr std::uint8_t kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;

/// Says every text again, what is binary as its size; "close CODE REASON" and "cut" end it, "flood" sends as long as somebody takes it,
/// "offer SIZE" offers so many bytes.
class Parrot final : public WebSocketSession {
 public:
  Parrot(std::atomic<std::size_t>& running, std::move_only_function<void(std::string)> ended)
      : running_(running), ended_(std::move(ended)) {
    ++running_;
  }
  ~Parrot() override { --running_; }

  Task<void> run(WebSocket& socket) override {
    socket_ = &socket;
    std::string last = "nothing";
    while (true) {
      CO_TRY(auto message, co_await socket.receive());
      if (!message) break;
      last = message->data.substr(0, 20);
      if (message->data.starts_with("close ")) {
        std::uint16_t code = 0;
        std::from_chars(message->data.data() + 6, message->data.data() + message->data.size(), code);
        socket.close(code, message->data.substr(11));
      } else if (message->data == "cut") {
        socket.cut();
      } else if (message->data == "flood") {
        CO_TRY_OK(co_await flood(socket));
      } else if (message->data.starts_with("offer ")) {
        std::size_t size = 0;
        std::from_chars(message->data.data() + 6, message->data.data() + message->data.size(), size);
        CO_TRY_OK(co_await socket.send_if_room(std::string(size, 'x')));
      } else {
        std::string text = message->is_text ? std::move(message->data) : "binary " + std::to_string(message->data.size());
        CO_TRY_OK(co_await socket.send(std::move(text)));
      }
    }
    auto is_taken = co_await socket.send("too late");
    EXPECT_FALSE(*is_taken);
    ended_(last);
    co_return {};
  }
  void drain() override {
    if (socket_ != nullptr) socket_->close(1001, "Going away");
  }

 private:
  static Task<void> flood(WebSocket& socket) {
    while (true) {
      auto is_taken = co_await socket.send(std::string(100'000, 'x'));
      if (!*is_taken) break;
    }
    co_return {};
  }

  std::atomic<std::size_t>& running_;
  std::move_only_function<void(std::string)> ended_;
  WebSocket* socket_ = nullptr;
};

class ParrotHandler final : public Handler {
 public:
  Task<Response> handle(const Request& request) override {
    Response response;
    if (request.path != "/parrot" || !asks_for_web_socket(request)) {
      response.body = "no parrot";
      co_return response;
    }
    response.status = 101;
    response.add("Sec-WebSocket-Protocol", "parrot");
    response.session = std::make_unique<Parrot>(running_, [this](std::string last) {
      {
        const std::lock_guard lock(mutex_);
        last_ = std::move(last);
      }
      ended_.release();
    });
    co_return response;
  }

  std::size_t running() const { return running_; }
  /// Waits until a session has ended; what it heard last.
  std::string await_end() {
    ended_.acquire();
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  std::mutex mutex_;
  std::string last_;
  std::atomic<std::size_t> running_ = 0;
  std::counting_semaphore<> ended_{0};
};

std::string frame(std::uint8_t opcode, std::string_view payload, bool is_final = true, std::uint8_t reserved = 0,
                  std::optional<std::uint32_t> mask = 0x12345678) {
  std::string bytes(1, static_cast<char>((is_final ? 0x80 : 0) | reserved << 4 | opcode));
  const int length_bytes = payload.size() < 126 ? 0 : payload.size() < 65536 ? 2 : 8;
  const std::size_t first = length_bytes == 0 ? payload.size() : length_bytes == 2 ? 126 : 127;
  bytes += static_cast<char>((mask ? 0x80 : 0) | first);
  for (int i = length_bytes - 1; i >= 0; --i) bytes += static_cast<char>(payload.size() >> (8 * i));
  if (!mask) return bytes.append(payload);
  for (int i = 3; i >= 0; --i) bytes += static_cast<char>(*mask >> (8 * i));
  for (std::size_t i = 0; i < payload.size(); ++i) bytes += static_cast<char>(payload[i] ^ (*mask >> (8 * (3 - i % 4))));
  return bytes;
}

std::string close_frame(std::uint16_t code, std::string_view reason = "") {
  std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code)};
  return frame(kClose, payload.append(reason));
}

struct Frame {
  std::uint8_t opcode = 0;
  std::string payload;
  std::uint16_t code() const {
    if (payload.size() < 2) return 0;
    return static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]));
  }
};

class WebSocketTest : public ServerTest {
 protected:
  /// A client after its handshake.
  std::unique_ptr<TestClient> open(std::string_view path = "/parrot") {
    auto client = std::make_unique<TestClient>(port());
    const Answer answer = client->ask(handshake(path));
    EXPECT_EQ(answer.status, 101) << answer.head;
    return client;
  }

  static std::string handshake(std::string_view path, std::string_view version = "13") {
    return fmt::format(
        "GET {} HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: {}\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        path, version);
  }

  /// The next frame of the server; nothing when it has closed. Servers mask nothing, and this one sends no fragments.
  static std::optional<Frame> next(TestClient& client) {
    const std::string head = client.take(2);
    if (head.size() < 2) return std::nullopt;
    const auto first = static_cast<std::uint8_t>(head[0]);
    EXPECT_EQ(first & 0xF0, 0x80);
    std::size_t size = static_cast<std::uint8_t>(head[1]);
    EXPECT_LT(size, 128u) << "masked";
    if (size > 125) {
      const std::string length = client.take(size == 126 ? 2 : 8);
      size = 0;
      for (const char c : length) size = size << 8 | static_cast<std::uint8_t>(c);
    }
    return Frame{static_cast<std::uint8_t>(first & 0x0F), client.take(size)};
  }

  /// The code with which the server closes; 0: it just ends. What comes before is passed over.
  static std::uint16_t close_code(TestClient& client) {
    while (const auto frame = next(client))
      if (frame->opcode == kClose) return frame->code();
    return 0;
  }

  /// How one is closed that sends this, as soon as there is no room for it.
  std::uint16_t refusal(std::string_view text) {
    while (true) {
      const auto client = open();
      client->send(frame(kText, text));
      const auto answer = next(*client);
      if (!answer || answer->opcode == kClose) return answer ? answer->code() : 0;
    }
  }

  static std::string echo(TestClient& client, std::string_view text) {
    client.send(frame(kText, text));
    const auto answer = next(client);
    return answer ? answer->payload : "(closed)";
  }

  /// Sessions that still run end with the server, in the loop's next turns.
  void TearDown() override {
    on_loop([this] { server_.reset(); });
    while (parrots_.running() > 0) on_loop([] {});
    on_loop([] {});
  }

  Handler& handler() override { return parrots_; }
  ParrotHandler parrots_;
};

TEST_F(WebSocketTest, ShakesHands) {
  serve({.headers = "X-Server: s\r\n"});
  TestClient client(port());
  const Answer answer = client.ask(handshake("/parrot"));
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.header("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(answer.header("Sec-WebSocket-Protocol"), "parrot");
  EXPECT_EQ(answer.header("X-Server"), "s");
  EXPECT_EQ(echo(client, "hello"), "hello");
}

TEST_F(WebSocketTest, AnswersOtherwiseWhereThereIsNone) {
  serve();
  TestClient client(port());
  EXPECT_EQ(client.ask(handshake("/other")).body, "no parrot");
  EXPECT_EQ(client.ask("GET /other HTTP/1.1\r\nHost: h\r\n\r\n").status, 200) << "the connection goes on";
  TestClient old(port());
  EXPECT_EQ(old.ask(handshake("/parrot", "12")).status, 426);
}

TEST_F(WebSocketTest, TakesMessagesOfAnySize) {
  serve({.body_bytes_max = 1 << 20});
  const auto client = open();
  for (const std::size_t size : {0, 1, 125, 126, 127, 65535, 65536, 1 << 20}) EXPECT_EQ(echo(*client, std::string(size, 'a')).size(), size);
  client->send(frame(kBinary, std::string(1000, '\xff')));
  EXPECT_EQ(next(*client)->payload, "binary 1000");
}

/// What is said comes back whole and in order, however it is cut into frames and segments, with pings between.
TEST_F(WebSocketTest, PutsMessagesTogether) {
  serve();
  const auto client = open();
  for (unsigned seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::string bytes;
    std::vector<std::string> texts(5);
    for (std::string& text : texts) {
      for (unsigned left = random() % 200; left > 0; --left) text += random() % 4 ? "a" : "é漢🥚";
      std::string_view rest = text;
      for (bool is_first = true, is_final = false; !is_final; is_first = false) {
        const std::size_t size = random() % 3 ? random() % (rest.size() + 1) : rest.size();
        is_final = size == rest.size();
        bytes += frame(is_first ? kText : kContinuation, rest.substr(0, size), is_final, 0, static_cast<std::uint32_t>(random()));
        rest.remove_prefix(size);
        if (random() % 3 == 0) bytes += frame(random() % 2 ? kPing : kPong, std::string(random() % 126, 'p'));
      }
    }
    for (std::string_view rest = bytes; !rest.empty();) {
      const std::size_t size = std::min<std::size_t>(rest.size(), 1 + random() % 300);
      client->send(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    for (const std::string& text : texts) {
      auto got = next(*client);
      while (got && got->opcode == kPong) got = next(*client);
      ASSERT_EQ(got->payload, text);
    }
  }
}

TEST_F(WebSocketTest, AnswersPings) {
  serve();
  const auto client = open();
  for (const std::size_t size : {0, 1, 125}) {
    client->send(frame(kPing, std::string(size, 'p')));
    const auto pong = next(*client);
    EXPECT_EQ(pong->opcode, kPong);
    EXPECT_EQ(pong->payload.size(), size);
  }
}

struct Wrong {
  std::string_view what;
  std::string bytes;
  std::uint16_t code;
};

TEST_F(WebSocketTest, ClosesOverFramesThatAreWrong) {
  serve({.body_bytes_max = 1000});
  using namespace std::string_literals;
  const std::vector<Wrong> wrongs = {
      {"no mask", frame(kText, "a", true, 0, std::nullopt), 1002},
      {"no mask on a ping", frame(kPing, "", true, 0, std::nullopt), 1002},
      {"the first reserved bit, which is compression's", frame(kText, "a", true, 4), 1002},
      {"the second", frame(kText, "a", true, 2), 1002},
      {"the third", frame(kText, "a", true, 1), 1002},
      {"a reserved bit on a ping", frame(kPing, "a", true, 4), 1002},
      {"opcode 3", frame(3, "a"), 1002},
      {"opcode 7", frame(7, "a"), 1002},
      {"opcode 11", frame(11, "a"), 1002},
      {"opcode 15", frame(15, "a"), 1002},
      {"a ping in fragments", frame(kPing, "a", false), 1002},
      {"a long ping", frame(kPing, std::string(126, 'a')), 1002},
      {"a continuation of nothing", frame(kContinuation, "a"), 1002},
      {"a message within another", frame(kText, "a", false) + frame(kText, "b"), 1002},
      {"a length that a shorter form has", "\x81\xFE\x00\x05....aaaaa"s, 1002},
      {"the same of eight bytes", "\x81\xFF\0\0\0\0\0\0\xff\xff...."s, 1002},
      {"no UTF-8", frame(kText, "\xff"), 1007},
      {"UTF-8 that is too long", frame(kText, "\xc0\x80"), 1007},
      {"half of a pair", frame(kText, "\xed\xa0\x80"), 1007},
      {"a character that is cut", frame(kText, "\xe6\xbc"), 1007},
      {"a character that ends with an empty fragment", frame(kText, "a\xf3", false) + frame(kContinuation, ""), 1007},
      {"a character that its next fragment breaks", frame(kText, "\xe6", false) + frame(kContinuation, "a"), 1007},
      {"a message that is too large", frame(kText, std::string(1001, 'a')), 1009},
      {"one that gets too large by its fragments", frame(kText, std::string(600, 'a'), false) + frame(kContinuation, std::string(600, 'a')),
       1009},
      {"one that would be", "\x81\xFF\x7f\xff\xff\xff\xff\xff\xff\xff...."s, 1009},
      {"a close of one byte", frame(kClose, "\x03"), 1002},
      {"a close whose reason is no UTF-8", close_frame(1000, "\xff"), 1002},
  };
  for (const Wrong& wrong : wrongs) {
    const auto client = open();
    client->send(wrong.bytes);
    EXPECT_EQ(close_code(*client), wrong.code) << wrong.what;
    EXPECT_EQ(client->rest(), "") << wrong.what;
    client->finish_sending();
    EXPECT_EQ(parrots_.await_end(), "nothing") << wrong.what;
  }
  await_connections(0);
}

TEST_F(WebSocketTest, AnswersACloseWithItsCode) {
  serve();
  for (const std::uint16_t code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 4000, 4999}) {
    const auto client = open();
    client->send(close_frame(code, "bye"));
    EXPECT_EQ(close_code(*client), code);
    EXPECT_EQ(client->rest(), "");
    client->finish_sending();
    EXPECT_EQ(parrots_.await_end(), "nothing");
  }
  const auto client = open();
  client->send(frame(kClose, ""));
  EXPECT_EQ(next(*client)->opcode, kClose);
  EXPECT_EQ(client->rest(), "");
}

TEST_F(WebSocketTest, CodesThatNobodyMaySendAreWrong) {
  serve();
  for (const std::uint16_t code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999}) {
    const auto client = open();
    client->send(close_frame(code));
    EXPECT_EQ(close_code(*client), 1002) << code;
  }
}

TEST_F(WebSocketTest, ClosesAsTheSessionSays) {
  serve();
  const auto client = open();
  client->send(frame(kText, "close 4400 why"));
  const auto close = next(*client);
  EXPECT_EQ(close->code(), 4400);
  EXPECT_EQ(close->payload.substr(2), "why");
  client->send(close_frame(4400));
  EXPECT_EQ(client->rest(), "");
  client->finish_sending();
  EXPECT_EQ(parrots_.await_end(), "close 4400 why");
  // A reason is cut at the end of a character.
  const auto other = open();
  other->send(frame(kText, "close 4409 " + std::string(122, 'a') + "é"));
  EXPECT_EQ(next(*other)->payload.substr(2), std::string(122, 'a'));
}

TEST_F(WebSocketTest, WaitsForTheAnswerToACloseOnlySoLong) {
  serve({.linger_timeout = std::chrono::milliseconds(1)});
  const auto client = open();
  client->send(frame(kText, "close 4000 why"));
  EXPECT_EQ(close_code(*client), 4000);
  EXPECT_EQ(client->rest(), "");
  EXPECT_EQ(parrots_.await_end(), "close 4000 why");
  // So does who closes itself, or breaks the protocol, and then stays.
  for (const std::string& last : {close_frame(1000), frame(3, "")}) {
    const auto staying = open();
    staying->send(last);
    EXPECT_EQ(parrots_.await_end(), "nothing");
  }
  await_connections(0);
}

TEST_F(WebSocketTest, EndsWithTheClient) {
  serve();
  auto client = open();
  EXPECT_EQ(echo(*client, "a"), "a");
  client->reset();
  EXPECT_EQ(parrots_.await_end(), "a");
  client = open();
  client->send(std::string_view(frame(kText, "never whole")).substr(0, 5));
  client->finish_sending();
  EXPECT_EQ(parrots_.await_end(), "nothing");
  client = open();
  client->send(frame(kText, "cut"));
  EXPECT_EQ(client->rest(), "");
  EXPECT_EQ(parrots_.await_end(), "cut");
  await_connections(0);
}

TEST_F(WebSocketTest, CutsWhoTakesNothing) {
  serve({.write_timeout = std::chrono::milliseconds(1)});
  const auto client = open();
  client->send(frame(kText, "flood"));
  EXPECT_EQ(parrots_.await_end(), "flood");
  await_connections(0);
}

TEST_F(WebSocketTest, ClosesWhenTheServerIsAboutToEnd) {
  serve();
  const auto client = open();
  EXPECT_EQ(echo(*client, "a"), "a");
  on_loop([this] { server_->stop_accepting(); });
  EXPECT_EQ(close_code(*client), 1001);
  client->send(close_frame(1001));
  client->finish_sending();
  await_connections(0);
}

TEST_F(WebSocketTest, WhatComesIsHeldAmongBodies) {
  const auto load = std::make_shared<Load>(Load::Limits{.body_bytes_max = 2 << 20});
  serve({.body_bytes_max = 8 << 20, .load = load});
  const std::string half(1'500'000, 'x');
  const auto alone = open();
  alone->send(frame(kText, half, false));
  EXPECT_EQ(refusal(half), 1013);
  TestClient request(port());
  EXPECT_EQ(request.ask("POST /parrot HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" + half.substr(0, 1'000'000)).status, 503);
  EXPECT_EQ(echo(*open(), "small"), "small");
  alone->send(frame(kContinuation, half));  // whoever is there may go on when the others have left
  const auto whole = next(*alone);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->payload.size(), 2 * half.size());
  while (load->now().body_bytes > 0) on_loop([] {});
  EXPECT_EQ(echo(*open(), half), half);
}

TEST_F(WebSocketTest, WhatGoesIsHeldAmongBodies) {
  const auto load = std::make_shared<Load>(Load::Limits{.body_bytes_max = 2 << 20});
  serve({.load = load});
  const auto alone = open();
  alone->send(frame(kText, "offer 100000000"));
  EXPECT_EQ(refusal("offer 3000000"), 1013);
  alone->reset();
  await_connections(0);
  EXPECT_EQ(load->now().body_bytes, 0u);
  const auto later = open();
  later->send(frame(kText, "offer 3000000"));
  EXPECT_EQ(next(*later)->payload.size(), 3'000'000u);
}

TEST_F(WebSocketTest, EndsWithTheServer) {
  serve();
  const auto client = open();
  EXPECT_EQ(echo(*client, "a"), "a");
  on_loop([this] { server_.reset(); });
  EXPECT_EQ(parrots_.await_end(), "a");
  EXPECT_EQ(client->rest(), "");
}

}  // namespace
}  // namespace millrace::http
