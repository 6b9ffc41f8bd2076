#include "transform/webhook_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transform/retry_after.hpp"

namespace millrace::transform {
namespace {

using namespace std::chrono_literals;
using processing::Transformed;
using Kind = Transformed::Kind;
using ::testing::HasSubstr;

constexpr Instant kNow{784'111'777'000'000};  // Sun, 06 Nov 1994 08:49:37 GMT

Result<http::Response> response(int status, std::string body, const std::string& retry_after = {}) {
  http::Response made{.status = status, .headers = {}, .body = std::move(body)};
  if (!retry_after.empty()) made.add("Retry-After", retry_after);
  return made;
}

Transformed read_one(const Result<http::Response>& answer) {
  auto all = read_webhook_answer(answer, 1, false, kNow);
  EXPECT_EQ(all.size(), 1);
  return all.front();
}

TEST(WebhookAnswer, OfOneEventIsItsResult) {
  EXPECT_EQ(read_one(response(200, R"( {"a" : 1.50} )")).text, R"({"a":1.50})");
  EXPECT_EQ(read_one(response(201, R"({"a":1})")).text, R"({"a":1})");
  EXPECT_EQ(read_one(response(204, "")).text, R"({"status":"SUCCESS"})");
  EXPECT_EQ(read_one(response(200, "null")).text, R"({"status":"SUCCESS"})");
  for (const std::string bad : {"7", "[]", R"([{"a":1}])", "[[]]", "[{},{}]", "{", "\xff"}) {
    EXPECT_EQ(read_one(response(200, bad)).kind, Kind::failed) << bad;
    EXPECT_FALSE(read_one(response(200, bad)).text.empty());
  }
}

TEST(WebhookAnswer, OfSeveralEventsIsAnArrayInOrder) {
  const auto all = read_webhook_answer(response(200, R"([{"a":1},null,7])"), 3, true, kNow);
  EXPECT_EQ(all[0].text, R"({"a":1})");
  EXPECT_EQ(all[1].text, R"({"status":"SUCCESS"})");
  EXPECT_EQ(all[2].text, "The webhook's result is no object: 7.");
  for (const std::string bad : {"{}", "[{}]", "[{},{},{},{}]"})
    for (const Transformed& each : read_webhook_answer(response(200, bad), 3, true, kNow)) EXPECT_EQ(each.kind, Kind::failed) << bad;
  EXPECT_EQ(read_webhook_answer(response(204, ""), 3, true, kNow).size(), 3);
}

TEST(WebhookAnswer, RefusalsAreForGoodOrForNow) {
  for (const int status : {300, 301, 400, 401, 404, 409, 410, 413, 422, 101})
    EXPECT_EQ(read_one(response(status, "no")).kind, Kind::failed) << status;
  for (const int status : {408, 425, 429, 500, 502, 503, 504, 599}) EXPECT_EQ(read_one(response(status, "no")).kind, Kind::retry) << status;
  EXPECT_EQ(read_one(response(422, "It is \"é\"\n")).text, "The webhook answered with 422: It is \"é\" .");
  EXPECT_EQ(read_one(response(422, "\xff\xfe x")).text, "The webhook answered with 422:    x.");
  EXPECT_EQ(read_one(response(503, "", "7")).wait, 7s);
  EXPECT_EQ(read_one(response(503, "")).wait, 0s);
  EXPECT_EQ(read_one(Failure(Error{ErrorKind::timed_out, "http.timed_out", "Too slow."})).kind, Kind::retry);
  EXPECT_EQ(read_one(Failure(Error{ErrorKind::unavailable, "http.answer_too_large", "Too long."})).kind, Kind::failed);
}

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(read_retry_after("0", kNow), 0s);
  EXPECT_EQ(read_retry_after("120", kNow), 120s);
  EXPECT_EQ(read_retry_after("99999999999999999999999", kNow), kRetryAfterMax);
  EXPECT_EQ(read_retry_after("9000000000000000000", kNow), kRetryAfterMax);
  EXPECT_EQ(read_retry_after("Sun, 06 Nov 1994 08:49:40 GMT", kNow), 3s);
  EXPECT_EQ(read_retry_after("Sunday, 06-Nov-94 08:49:40 GMT", kNow), 3s);
  EXPECT_EQ(read_retry_after("Sun Nov  6 08:49:40 1994", kNow), 3s);
  EXPECT_EQ(read_retry_after("Sun, 06 Nov 1994 08:49:30 GMT", kNow), 0s);
  EXPECT_EQ(read_retry_after("Sun, 06 Nov 2094 08:49:30 GMT", kNow), kRetryAfterMax);
  for (const std::string bad : {"", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49:40 GMT!", "99 99"})
    EXPECT_EQ(read_retry_after(bad, kNow), 0s) << bad;
}

}  // namespace
}  // namespace millrace::transform
