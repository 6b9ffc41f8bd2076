#include "http/cors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/loop.hpp"

namespace millrace::http {
namespace {

using testing::HasSubstr;
using testing::Not;

class CorsTest : public testing::Test {
 protected:
  class Behind : public Handler {
   public:
    Task<Response> handle(const Request& request) override {
      co_return Response{request.method == Method::options ? 405 : 200, "ETag: \"1\"\r\n", "body"};
    }
  };

  Response ask(Method method, std::vector<std::pair<std::string_view, std::string_view>> headers) {
    Request request;
    request.method = method;
    request.headers = std::move(headers);
    return *loop_.block_on(cors_.handle(request));
  }

  io::Loop loop_;
  Behind behind_;
  Cors cors_{behind_};
};

TEST_F(CorsTest, PassesEverythingElseOn) {
  EXPECT_EQ(ask(Method::get, {}).headers, "ETag: \"1\"\r\n");
  EXPECT_EQ(ask(Method::options, {{"access-control-request-method", "PUT"}}).status, 405);
  EXPECT_EQ(ask(Method::options, {{"origin", "https://a.example"}}).status, 405);
  EXPECT_THAT(cors_headers({}), HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(cors_headers({}), HasSubstr("X-Canonical-Id"));
}

TEST_F(CorsTest, RefusesWhatAPageOfAnotherSiteSendsUnasked) {
  const std::pair<std::string_view, std::string_view> host{"Host", "a.example:1"}, other{"Origin", "https://b.example"},
      own{"Origin", "http://A.example:1"};
  const auto status = [this](Method method, auto... headers) { return ask(method, {headers...}).status; };
  using Header = std::pair<std::string_view, std::string_view>;
  EXPECT_EQ(status(Method::post, host, other), 403);
  EXPECT_EQ(status(Method::post, host, Header{"Origin", "null"}), 403);
  EXPECT_EQ(status(Method::post, host, Header{"Origin", "http://a.example"}), 403) << "another port";
  for (const std::string_view form :
       {"text/plain", "TEXT/plain; charset=application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"})
    EXPECT_EQ(status(Method::post, host, other, Header{"Content-Type", form}), 403) << form;
  EXPECT_EQ(status(Method::post, host, Header{"Sec-Fetch-Site", "cross-site"}, own), 403);
  EXPECT_EQ(status(Method::post, host, Header{"Sec-Fetch-Site", "same-site"}), 403);
  EXPECT_EQ(status(Method::post, host, other, Header{"Content-Type", "application/json"}), 200) << "it had a preflight";
  EXPECT_EQ(status(Method::post, host, own), 200);
  EXPECT_EQ(status(Method::post, host, other, Header{"Sec-Fetch-Site", "same-origin"}), 200) << "a proxy has changed the host";
  EXPECT_EQ(status(Method::post, host, other, Header{"X-Forwarded-Host", "b.example"}), 200) << "a proxy has told the host";
  EXPECT_EQ(status(Method::post, host), 200) << "no browser";
  EXPECT_EQ(status(Method::get, host, other), 200);
}

TEST_F(CorsTest, AnswersPreflights) {
  const Response response = ask(Method::options, {{"Origin", "null"},
                                                  {"Access-Control-Request-Method", "PATCH"},
                                                  {"Access-Control-Request-Headers", "authorization,x-a\r\nSet-Cookie: b"}});
  EXPECT_EQ(response.status, 204);
  EXPECT_THAT(response.headers, HasSubstr("Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n"));
  EXPECT_THAT(response.headers, HasSubstr("Access-Control-Allow-Headers: authorization,x-a"));
  EXPECT_THAT(response.headers, Not(HasSubstr("\r\nSet-Cookie")));
  EXPECT_THAT(response.headers, Not(HasSubstr("Credentials")));
}

TEST_F(CorsTest, LetsListedOriginsReadAlone) {
  Cors listed(behind_, {.allows_all = false, .origins = {"https://b.example", "http://localhost:3000"}});
  const auto ask = [&](Method method, std::vector<std::pair<std::string_view, std::string_view>> headers) {
    Request request;
    request.method = method;
    request.headers = std::move(headers);
    return *loop_.block_on(listed.handle(request));
  };
  EXPECT_THAT(cors_headers({.allows_all = false}), Not(HasSubstr("Allow-Origin")));
  EXPECT_EQ(ask(Method::get, {{"Origin", "https://b.example"}}).header("access-control-allow-origin"), "https://b.example");
  for (const std::string_view other : {"https://c.example", "https://b.example.c.example", "null", "http://b.example", ""}) {
    const Response response = ask(Method::get, {{"Origin", other}});
    EXPECT_FALSE(response.header("access-control-allow-origin")) << other;
    EXPECT_EQ(response.header("vary"), "Origin") << other;
    EXPECT_EQ(response.status, 200) << other;
  }
  const std::pair<std::string_view, std::string_view> asks{"Access-Control-Request-Method", "PUT"};
  EXPECT_TRUE(ask(Method::options, {{"Origin", "http://localhost:3000"}, asks}).header("access-control-allow-methods"));
  EXPECT_EQ(ask(Method::options, {{"Origin", "https://c.example"}, asks}).header("access-control-allow-methods"), std::nullopt);
  const std::pair<std::string_view, std::string_view> host{"Host", "a.example"}, upgrade{"Upgrade", "websocket"},
      connection{"Connection", "Upgrade"};
  EXPECT_EQ(ask(Method::get, {host, upgrade, connection, {"Origin", "https://c.example"}}).status, 403);
  EXPECT_EQ(ask(Method::get, {host, upgrade, connection, {"Origin", "https://b.example"}}).status, 200);
  EXPECT_EQ(ask(Method::get, {host, upgrade, connection, {"Origin", "https://a.example"}}).status, 200) << "a page of its own";
  EXPECT_EQ(ask(Method::get, {host, upgrade, connection}).status, 200) << "no browser";
}

}  // namespace
}  // namespace millrace::http
