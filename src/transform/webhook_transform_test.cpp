#include "transform/webhook_transform.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <functional>

#include "base/author.hpp"
#include "http/server.hpp"
#include "transform/events_test.hpp"
#include "transform/signature.hpp"

namespace millrace::transform {
namespace {

using namespace std::chrono_literals;
using processing::Transformed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = Transformed::Kind;

/// Remembers what it was sent, and how many requests were there at a time.
class Receiver : public http::Handler {
 public:
  struct Seen {
    std::string target, body, id, timestamp, signature, type, trace;
  };

  Task<http::Response> handle(const http::Request& request) override {
    seen.push_back({std::string(request.target), std::string(request.body), std::string(request.header("webhook-id")),
                    std::string(request.header("webhook-timestamp")), std::string(request.header("webhook-signature")),
                    std::string(request.header("content-type")), std::string(request.header("traceparent"))});
    const std::string body(request.body);
    most = std::max(most, ++now);
    // Those that were sent together are all there before the first is answered.
    io::Completion<void> turn;
    turn.loop().post([&turn] { turn.complete({}); });
    CO_TRY_OK(co_await turn);
    --now;
    co_return answer(body);
  }

  std::vector<Seen> seen;
  std::function<http::Response(const std::string&)> answer = [](const std::string& body) { return http::Response{200, {}, body}; };
  std::size_t now = 0;
  std::size_t most = 0;
};

class Webhook : public testing::Test {
 protected:
  Webhook() : server_(http::Server::listen(loop_, receiver_, {.host = "127.0.0.1", .port = 0}, false).value()) {}

  WebhookOptions options() const {
    return {.processor = "p", .url = {"127.0.0.1", std::to_string(server_->port()), "/hook?x=1"}, .timeout = 10s};
  }
  std::vector<Transformed> run(WebhookOptions options, const std::vector<std::string>& payloads) {
    WebhookTransform transform(loop_, std::move(options));
    return loop_.block_on(transform.run(make_events(payloads))).value();
  }

  io::Loop loop_;
  Receiver receiver_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(Webhook, PostsEachEventByItselfAndTakesItsResult) {
  const auto made = run(options(), {R"({"n":1})", R"({"n":2})"});
  EXPECT_EQ(made[0].text, R"({"id":"e0","n":1})");
  EXPECT_EQ(made[1].text, R"({"id":"e1","n":2})");
  EXPECT_GT(made[0].run_time, 0us);
  ASSERT_EQ(receiver_.seen.size(), 2);
  EXPECT_EQ(receiver_.seen[0].target, "/hook?x=1");
  EXPECT_EQ(receiver_.seen[0].type, "application/json");
  EXPECT_EQ(receiver_.seen[0].signature, "");
}

TEST_F(Webhook, SignsWhatItSendsUnderAnIdThatStaysTheSame) {
  WebhookOptions signed_options = options();
  signed_options.key = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
  for (int i = 0; i < 2; ++i) run(signed_options, {R"({"n":1})"});
  const auto& first = receiver_.seen[0];
  EXPECT_EQ(first.id, receiver_.seen[1].id);
  std::int64_t seconds = 0;
  std::from_chars(first.timestamp.data(), first.timestamp.data() + first.timestamp.size(), seconds);
  EXPECT_EQ(first.signature, sign(signed_options.key, first.id, seconds, first.body));
  run(signed_options, {R"({"n":1})", R"({"n":1})"});
  EXPECT_NE(receiver_.seen[2].id, receiver_.seen[3].id);
}

TEST_F(Webhook, TellsTheTraceOfTheFirstEvent) {
  observe::Spans spans;
  WebhookOptions batched = options();
  batched.batch = 2;
  run(batched, {"{}"});
  EXPECT_EQ(receiver_.seen[0].trace, "");
  batched.spans = &spans;
  auto documents = std::make_shared<document::Documents>();
  for (const char digit : {'a', 'b'}) {
    documents->add(std::string(1, digit), "{}", {.version = 1});
    documents->set_author(to_text({.trace = join_trace(std::string(32, digit))}));
  }
  WebhookTransform transform(loop_, std::move(batched));
  const auto made = loop_.block_on(transform.run({{documents, 0}, {documents, 1}})).value();
  EXPECT_EQ(made[0].trace.id(), std::string(32, 'a'));
  EXPECT_EQ(receiver_.seen[1].trace, made[0].trace.traceparent());
  EXPECT_FALSE(made[1].trace);
}

TEST_F(Webhook, SendsBatchesAsArrays) {
  WebhookOptions batched = options();
  batched.batch = 2;
  const auto made = run(batched, {R"({"n":1})", R"({"n":2})", R"({"n":3})"});
  EXPECT_EQ(made[2].text, R"({"id":"e2","n":3})");
  std::vector<std::string> bodies;
  for (const auto& seen : receiver_.seen) bodies.push_back(seen.body);
  EXPECT_THAT(bodies, testing::UnorderedElementsAre(R"([{"id":"e0","n":1},{"id":"e1","n":2}])", R"([{"id":"e2","n":3}])"));
}

TEST_F(Webhook, SendsNoMoreThanSoManyAtATime) {
  WebhookOptions two = options();
  two.concurrency = 2;
  EXPECT_EQ(run(two, std::vector<std::string>(20, "{}")).size(), 20);
  EXPECT_EQ(receiver_.seen.size(), 20);
  EXPECT_LE(receiver_.most, 2);
}

TEST_F(Webhook, OneBadAnswerHarmsNoOtherEvent) {
  receiver_.answer = [](const std::string& body) {
    http::Response response{body.find("\"n\":2") != std::string::npos ? 503 : 204, {}, {}};
    response.add("Retry-After", "9");
    return response;
  };
  const auto made = run(options(), {R"({"n":1})", R"({"n":2})", R"({"n":3})"});
  EXPECT_EQ(made[0].kind, Kind::result);
  EXPECT_EQ(made[1].kind, Kind::retry);
  EXPECT_EQ(made[1].wait, 9s);
  EXPECT_EQ(made[2].kind, Kind::result);
}

TEST_F(Webhook, AnAnswerThatIsTooLongFails) {
  receiver_.answer = [](const std::string&) { return http::Response{200, {}, std::string(5'000, ' ')}; };
  WebhookOptions small = options();
  small.output_max = 1'000;
  EXPECT_EQ(run(small, {"{}"}).front().kind, Kind::failed);
}

TEST_F(Webhook, AServerThatIsAwayIsTriedAgain) {
  const WebhookOptions away = options();
  server_.reset();
  const auto made = run(away, {"{}"});
  EXPECT_EQ(made.front().kind, Kind::retry);
  EXPECT_THAT(made.front().text, HasSubstr("The webhook has no answer: The server cannot be reached"));
}

TEST_F(Webhook, WhereAndKeyStandBeforeIt) {
  WebhookOptions chosen = options();
  chosen.jq.programs = {.where = ".n == 1", .key = ".k"};
  WebhookTransform transform(loop_, chosen);
  const auto found = loop_.block_on(transform.classify(make_events({R"({"n":1,"k":"a"})", R"({"n":2})"}))).value();
  EXPECT_EQ(found[0].key, "a");
  EXPECT_FALSE(found[1].is_meant);
  EXPECT_TRUE(receiver_.seen.empty());
}

TEST_F(Webhook, WhoGivesUpWaitsForNoAnswer) {
  WebhookOptions one = options();
  one.concurrency = 1;
  WebhookTransform transform(loop_, one);
  receiver_.answer = [&](const std::string& body) {
    transform.give_up();
    return http::Response{200, {}, body};
  };
  const auto made = loop_.block_on(transform.run(make_events({"{}", "{}", "{}"})));
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, "transform.stopped");
}

}  // namespace
}  // namespace millrace::transform
