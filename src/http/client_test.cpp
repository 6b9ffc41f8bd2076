#include "http/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server.hpp"

namespace millrace::http {
namespace {

/// Answers with what it was asked.
class Echo : public Handler {
 public:
  Task<Response> handle(const Request& request) override {
    Response response{
        200, {}, fmt::format("{} {} {} {}", to_string(request.method), request.target, request.header("content-type"), request.body)};
    if (request.path == "/large") response.body.assign(3'000'000, 'x');
    response.add("X-Host", request.header("host"));
    co_return response;
  }
};

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    auto listening = Server::listen(loop_, echo_, {.host = "127.0.0.1", .port = 0}, false);
    EXPECT_TRUE(listening.has_value());
    server_ = *std::move(listening);
    port_ = std::to_string(server_->port());
  }

  io::Loop loop_;
  Echo echo_;
  std::unique_ptr<Server> server_;
  std::string port_;
};

TEST_F(ClientTest, SendsAndReceives) {
  Client client(loop_, "127.0.0.1", port_);
  auto response = loop_.block_on(client.send({Method::post, "/a?b=c", "text/plain", "hello"}));
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "POST /a?b=c text/plain hello");
  EXPECT_THAT(response->headers, testing::HasSubstr("X-Host: 127.0.0.1:" + port_));
}

TEST_F(ClientTest, KeepsTheConnection) {
  Client client(loop_, "127.0.0.1", port_);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(loop_.block_on(client.send({Method::get, "/", {}, {}})).has_value());
  EXPECT_EQ(server_->open_connections(), 1u);
  auto large = loop_.block_on(client.send({Method::get, "/large", {}, {}}));
  ASSERT_TRUE(large.has_value());
  EXPECT_EQ(large->body.size(), 3'000'000u);
}

TEST_F(ClientTest, ConnectsAnewWhenTheServerHasClosed) {
  Client client(loop_, "127.0.0.1", port_);
  ASSERT_TRUE(loop_.block_on(client.send({Method::get, "/", {}, {}})).has_value());
  const auto port = server_->port();
  server_.reset();
  auto again = Server::listen(loop_, echo_, {.host = "127.0.0.1", .port = port}, true);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_TRUE(loop_.block_on(client.send({Method::get, "/", {}, {}})).has_value());
}

TEST_F(ClientTest, SaysThatNobodyAnswers) {
  server_.reset();
  Client client(loop_, "127.0.0.1", port_);
  auto response = loop_.block_on(client.send({Method::get, "/", {}, {}}));
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, "http.unreachable");
}

TEST(ParseUrl, SplitsHttpUrls) {
  auto url = parse_url("http://localhost:4055/a/b?c");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->host + '|' + url->port + '|' + url->path, "localhost|4055|/a/b?c");
  EXPECT_EQ(parse_url("http://host")->port, "80");
  EXPECT_EQ(parse_url("http://[::1]:80")->host, "[::1]");
  for (std::string_view wrong : {"https://host/", "host:80", "http://", "http://:80/", "/path"})
    EXPECT_FALSE(parse_url(wrong).has_value()) << wrong;
}

}  // namespace
}  // namespace millrace::http
