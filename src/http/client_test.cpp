#include "http/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "http/server.hpp"

namespace millrace::http {
namespace {

/// Answers with what it was asked; /never only once it is told to.
class Echo : public Handler {
 public:
  Task<Response> handle(const Request& request) override {
    if (request.path == "/never") {
      io::Completion<void> told;
      waiting_.push_back(&told);
      CO_TRY_OK(co_await told);
    }
    Response response{
        200, {}, fmt::format("{} {} {} {}", to_string(request.method), request.target, request.header("content-type"), request.body)};
    if (request.path == "/large") response.body.assign(3'000'000, 'x');
    response.add("X-Host", request.header("host"));
    response.add("X-Own", request.header("x-own"));
    co_return response;
  }
  void tell() {
    for (auto* waiting : std::exchange(waiting_, {})) waiting->complete_here({});
  }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  std::vector<io::Completion<void>*> waiting_;
};

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    auto listening = Server::listen(loop_, echo_, {.host = "127.0.0.1", .port = 0}, false);
    EXPECT_TRUE(listening.has_value());
    server_ = *std::move(listening);
    port_ = std::to_string(server_->port());
  }

  Url server() const { return {"127.0.0.1", port_}; }

  io::Loop loop_;
  Echo echo_;
  std::unique_ptr<Server> server_;
  std::string port_;
};

TEST_F(ClientTest, SendsAndReceives) {
  Client client(loop_, server());
  auto response = loop_.block_on(client.send({Method::post, "/a?b=c", "text/plain", "hello"}));
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "POST /a?b=c text/plain hello");
  EXPECT_THAT(response->headers, testing::HasSubstr("X-Host: 127.0.0.1:" + port_));
}

TEST_F(ClientTest, KeepsTheConnection) {
  Client client(loop_, server());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(loop_.block_on(client.send({Method::get, "/", {}, {}})).has_value());
  EXPECT_EQ(server_->open_connections(), 1u);
  auto large = loop_.block_on(client.send({Method::get, "/large", {}, {}}));
  ASSERT_TRUE(large.has_value());
  EXPECT_EQ(large->body.size(), 3'000'000u);
}

TEST_F(ClientTest, ConnectsAnewWhenTheServerHasClosed) {
  Client client(loop_, server());
  ASSERT_TRUE(loop_.block_on(client.send({Method::get, "/", {}, {}})).has_value());
  const auto port = server_->port();
  server_.reset();
  auto again = Server::listen(loop_, echo_, {.host = "127.0.0.1", .port = port}, true);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_TRUE(loop_.block_on(client.send({Method::get, "/", {}, {}})).has_value());
}

TEST_F(ClientTest, SaysThatNobodyAnswers) {
  server_.reset();
  Client client(loop_, server());
  auto response = loop_.block_on(client.send({Method::get, "/", {}, {}}));
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, "http.unreachable");
}

TEST_F(ClientTest, SendsHeadersThatStayOne) {
  Client client(loop_, server());
  ClientRequest request{Method::get, "/", {}, {}};
  request.headers.emplace_back("X-Own", "a\r\nX-Host: b");
  auto response = loop_.block_on(client.send(std::move(request)));
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->header("x-own").value_or(""), "aX-Host: b");
}

/// "200", or the error's code.
Task<std::string> outcome(Client& client, std::string target) {
  auto response = co_await client.send({Method::get, std::move(target), {}, {}});
  co_return response ? std::to_string(response->status) : std::string(response.error().code);
}

/// Sends so many at once and gives what became of them.
std::vector<std::string> send_all(io::Loop& loop, Client& client, const std::string& target, std::size_t count) {
  std::vector<Task<std::string>> tasks;
  for (std::size_t i = 0; i < count; ++i) tasks.push_back(outcome(client, target));
  auto all = [](std::vector<Task<std::string>> started) -> Task<std::vector<std::string>> {
    const auto results = co_await when_all(std::move(started));
    std::vector<std::string> outcomes;
    for (const auto& result : *results) outcomes.push_back(*result);
    co_return std::move(outcomes);
  };
  return *loop.block_on(all(std::move(tasks)));
}

TEST_F(ClientTest, SendsManyAtOnceOverFewConnections) {
  Client client(loop_, server(), {.connections_max = 3});
  EXPECT_THAT(send_all(loop_, client, "/", 50), testing::Each("200"));
  EXPECT_EQ(client.connections(), 3u);
  EXPECT_LE(server_->open_connections(), 3u);
}

TEST_F(ClientTest, RefusesMoreThanMayWait) {
  Client client(loop_, server(), {.connections_max = 1, .waiting_max = 2});
  const auto outcomes = send_all(loop_, client, "/", 10);
  EXPECT_EQ(std::ranges::count(outcomes, "200"), 3);
  EXPECT_EQ(std::ranges::count(outcomes, "http.waiting"), 7);
}

TEST_F(ClientTest, GivesUpInTime) {
  Client client(loop_, server(), {.timeout = std::chrono::milliseconds(100), .connections_max = 2});
  EXPECT_THAT(send_all(loop_, client, "/never", 4), testing::Each("http.timed_out"));
  EXPECT_EQ(client.connections(), 0u);
  EXPECT_EQ(echo_.waiting(), 2u);
  echo_.tell();
  EXPECT_TRUE(loop_.block_on(client.send({Method::get, "/", {}, {}})).has_value());
}

TEST_F(ClientTest, GivesUpWhereNobodyTakesTheConnection) {
  // TEST-NET-1 (RFC 5737): nobody has it. Some networks say so at once.
  Client client(loop_, Url{"192.0.2.1", "81"}, {.connect_timeout = std::chrono::milliseconds(50)});
  auto response = loop_.block_on(client.send({Method::get, "/", {}, {}}));
  ASSERT_FALSE(response.has_value());
  EXPECT_THAT(response.error().code, testing::AnyOf("http.connect_timed_out", "http.unreachable"));
}

TEST_F(ClientTest, CutsWhatIsTooLarge) {
  Client client(loop_, server(), {.response_bytes_max = 1000});
  auto response = loop_.block_on(client.send({Method::get, "/large", {}, {}}));
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, "http.answer_too_large");
  EXPECT_EQ(client.connections(), 0u);
}

TEST_F(ClientTest, ClosesWhatIsIdle) {
  Client client(loop_, server(), {.idle_timeout = std::chrono::milliseconds(1)});
  ASSERT_TRUE(loop_.block_on(client.send({Method::get, "/", {}, {}})).has_value());
  EXPECT_EQ(client.connections(), 1u);
  io::Completion<void>* waiting = nullptr;
  std::function<void()> look = [&] {
    if (client.connections() == 0) return waiting->complete_here({});
    loop_.after(std::chrono::milliseconds(10), look);
  };
  auto wait = [](io::Completion<void>*& place, std::function<void()>& start_looking) -> Task<void> {
    io::Completion<void> done;
    place = &done;
    start_looking();
    co_return co_await done;
  };
  EXPECT_TRUE(loop_.block_on(wait(waiting, look)).has_value());
}

TEST_F(ClientTest, EndsWhatIsUnderWayWhenItIsClosed) {
  Client client(loop_, server(), {.connections_max = 2});
  loop_.post([this, &client] { loop_.after(std::chrono::milliseconds(50), [&client] { client.close(); }); });
  EXPECT_THAT(send_all(loop_, client, "/never", 5), testing::Each("http.unreachable"));
  EXPECT_FALSE(loop_.block_on(client.send({Method::get, "/", {}, {}})).has_value());
  echo_.tell();
}

TEST(ParseUrl, SplitsUrls) {
  auto url = parse_url("http://localhost:4055/a/b?c");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->host + '|' + url->port + '|' + url->path, "localhost|4055|/a/b?c");
  EXPECT_EQ(parse_url("http://host")->port, "80");
  EXPECT_EQ(parse_url("http://[::1]:80")->host, "[::1]");
  EXPECT_FALSE(url->is_secure);
  EXPECT_EQ(parse_url("https://host/x")->port, "443");
  EXPECT_TRUE(parse_url("https://host:4443")->is_secure);
  for (std::string_view wrong : {"ftp://host/", "https://", "host:80", "http://", "http://:80/", "/path"})
    EXPECT_FALSE(parse_url(wrong).has_value()) << wrong;
}

}  // namespace
}  // namespace millrace::http
