#include "auth/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/signer_test.hpp"

namespace millrace::auth {
namespace {

using testing::HasSubstr;
using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

const std::string kSecret(32, 's');

class Endless : public http::BodyStream {
 public:
  explicit Endless(const http::Request& request) : request_(request) {}
  Task<std::string_view> next() override {
    if (meanwhile) meanwhile();
    co_return request_.principal->subject;
  }
  static inline std::function<void()> meanwhile = {};

 private:
  const http::Request& request_;
};

/// Says who asks; /open is open, /stream goes on.
class Behind : public http::Handler {
 public:
  http::Intake intake(const http::Request&) const override { return {.body_bytes_max = 7}; }
  bool is_open(const http::Request& head) const override { return head.path == "/open"; }
  Task<http::Response> handle(const http::Request& request) override {
    http::Response response{.body = request.principal ? request.principal->subject : "nobody"};
    if (request.path == "/body") co_return http::Response{.body = std::string(request.body)};
    response.is_feed = request.path == "/feed";
    if (request.path != "/open") response.stream = std::make_unique<Endless>(request);
    co_return response;
  }
};

class GateTest : public testing::Test {
 protected:
  explicit GateTest(bool is_required = true) {
    AuthenticatorOptions options{.is_required = is_required, .now = [this] { return now_; }};
    options.issuers = {{.claims = {.issuer = "i"}, .algorithms = {Algorithm::hs256}, .jwks = {}, .secret = kSecret}};
    options.api_keys = {{read_hash(hash_text("key")).value(), std::make_shared<const Principal>(Principal{.subject = "k"})}};
    door_ = *Authenticator::open(std::move(options));
    gate_.emplace(behind_, *door_, Gate::Options{});
  }

  static std::string bearer() {
    const std::string claims = R"({"iss":"i","sub":"s","exp":1000100})";
    return "Bearer " + Signer::of_secret(kSecret).token(Algorithm::hs256, R"({"alg":"HS256"})", claims);
  }

  http::Response ask(Headers headers, std::string_view path = "/") {
    http::Request request;
    request.path = path;
    request.headers = std::move(headers);
    auto response = loop_.block_on(gate_->handle(request));
    EXPECT_TRUE(response);
    return *std::move(response);
  }

  std::chrono::system_clock::time_point now_{std::chrono::seconds(1'000'000)};
  io::Loop loop_;
  Behind behind_;
  std::unique_ptr<Authenticator> door_;
  std::optional<Gate> gate_;
};

class OptionalGateTest : public GateTest {
 protected:
  OptionalGateTest() : GateTest(false) {}
};

TEST_F(GateTest, TellsWhoAsks) {
  const std::string token = bearer();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(ask({{"authorization", token}}).body, "s");
  EXPECT_EQ(ask({{"X-API-Key", "key"}}).body, "k");
  EXPECT_EQ(ask({{"authorization", "ApiKey key"}}).body, "k");
}

TEST_F(GateTest, KeepsTheRequestForTheStream) {
  const std::string token = bearer();
  auto response = ask({{"authorization", token}}, "/stream");
  EXPECT_EQ(*loop_.block_on(response.stream->next()), "s");
}

TEST_F(GateTest, RefusesWhoDoesNotSay) {
  const auto response = ask({});
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(response.body, HasSubstr(R"("code":"auth.required")"));
  EXPECT_THAT(response.headers, HasSubstr("WWW-Authenticate: Bearer realm=\"millrace\"\r\n"));
  EXPECT_THAT(response.headers, HasSubstr("WWW-Authenticate: ApiKey realm=\"millrace\"\r\n"));
  EXPECT_THAT(response.headers, HasSubstr("application/problem+json"));
  EXPECT_EQ(ask({{"authorization", ""}}).status, 401);
  EXPECT_EQ(ask({}, "/open").body, "nobody");
}

TEST_F(GateTest, RefusesWhatIsWrong) {
  const auto response = ask({{"authorization", "Bearer a.b.c"}});
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(response.headers, HasSubstr(R"(Bearer realm="millrace", error="invalid_token", error_description=)"));
  EXPECT_EQ(ask({{"x-api-key", "other"}}).status, 401);
  EXPECT_EQ(ask({{"authorization", "Basic a2V5"}}).status, 401);
  EXPECT_EQ(ask({{"authorization", "Bearer a.b.c"}}, "/open").status, 401) << "credentials are right or wrong wherever they are sent";
}

TEST_F(GateTest, RefusesTwoCredentials) {
  const std::string token = bearer();
  for (const Headers& headers :
       {Headers{{"authorization", token}, {"x-api-key", "key"}}, Headers{{"authorization", token}, {"Authorization", token}}}) {
    const auto response = ask(headers);
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.headers, HasSubstr(R"(error="invalid_request")"));
  }
}

TEST_F(GateTest, TakesNoBodyOfWhoIsRefused) {
  http::Request head;
  head.path = "/";
  EXPECT_TRUE(gate_->intake(head).streamed);
  for (const Headers& wrong :
       {Headers{{"x-api-key", "other"}}, Headers{{"authorization", "Bearer a.b.c"}}, Headers{{"authorization", "Basic x"}},
        Headers{{"x-api-key", ""}}, Headers{{"x-api-key", "key"}, {"x-api-key", "key"}}}) {
    head.headers = wrong;
    EXPECT_TRUE(gate_->intake(head).streamed);
  }
  head.headers = {{"x-api-key", "key"}};
  EXPECT_FALSE(gate_->intake(head).streamed);
  EXPECT_EQ(gate_->intake(head).body_bytes_max, 7);
}

/// A body that comes in as many pieces as it has bytes.
class Bytes : public http::BodyStream {
 public:
  explicit Bytes(std::string_view text) : text_(text) {}
  Task<std::string_view> next() override { co_return text_.substr(std::min(at_, text_.size()), 1).substr(0, ++at_); }

 private:
  const std::string_view text_;
  std::size_t at_ = 0;
};

TEST_F(GateTest, GathersTheBodyOfWhoIsKnownByThenAlone) {
  const std::string token = bearer();
  const auto send = [this, &token](std::string_view body) {
    Bytes bytes(body);
    http::Request request;
    request.path = "/body";
    request.headers = {{"authorization", token}};
    EXPECT_FALSE(request.principal);
    request.stream = &bytes;
    return loop_.block_on(gate_->handle(request));
  };
  EXPECT_EQ(send("1234567")->body, "1234567");
  EXPECT_EQ(send("12345678").error().code, "http.body_too_large");
  http::Request head;
  head.path = "/body";
  head.headers = {{"authorization", token}};
  EXPECT_FALSE(gate_->intake(head).streamed) << "now it is known at once";
}

TEST_F(GateTest, AFeedEndsWithWhatAllowsIt) {
  const std::string token = bearer();
  auto feed = ask({{"authorization", token}}, "/feed");
  ASSERT_EQ(feed.status, 200);
  auto list = ask({{"authorization", token}}, "/list");
  EXPECT_EQ(*loop_.block_on(feed.stream->next()), "s");
  now_ += std::chrono::seconds(160);
  EXPECT_EQ(*loop_.block_on(feed.stream->next()), "");
  EXPECT_EQ(*loop_.block_on(list.stream->next()), "s") << "what has an end comes to it";
}

TEST_F(GateTest, NothingThatComesTooLateIsSent) {
  const std::string token = bearer();
  auto feed = ask({{"authorization", token}}, "/feed");
  Endless::meanwhile = [this] { now_ += std::chrono::seconds(160); };
  EXPECT_EQ(*loop_.block_on(feed.stream->next()), "");
  Endless::meanwhile = {};
}

TEST_F(OptionalGateTest, LetsNobodyIn) {
  EXPECT_EQ(ask({}, "/open").body, "nobody");
  http::Request head;
  EXPECT_FALSE(gate_->intake(head).streamed);
  EXPECT_EQ(ask({{"authorization", "Bearer a.b.c"}}).status, 401);
  EXPECT_EQ(ask({}).body, "nobody");
  EXPECT_EQ(ask({{"authorization", ""}}).status, 401) << "credentials, and wrong ones";
  EXPECT_EQ(ask({{"x-api-key", ""}}).status, 401);
}

}  // namespace
}  // namespace millrace::auth
