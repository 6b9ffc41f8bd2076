// Consumers over a store in memory: what is handed out to whom, and what comes of every answer.
#include "consumers/consumers.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "document/incoming.hpp"
#include "document/result_id.hpp"
#include "io/loop.hpp"
#include "store/memory/memory_store.hpp"

namespace millrace::consumers {
namespace {

using document::Append;

class ConsumersTest : public testing::Test {
 protected:
  ConsumersTest() { consumers_.emplace(options()); }

  ConsumersOptions options() {
    const auto everything = [](std::string_view) -> Result<document::Filter> { return document::Filter{}; };
    return {.store = store_.get(), .feed = &feed_, .make_filter = everything};
  }

  template <class T>
  T value(Task<T> task) {
    Result<T> result = loop_.block_on(std::move(task));
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? *std::move(result) : T{};
  }
  template <class T>
  std::string code(Task<T> task) {
    Result<T> result = loop_.block_on(std::move(task));
    return result ? "ok" : std::string(result.error().code);
  }

  void write(int count) {
    std::vector<Append> appends;
    for (int i = 0; i < count; ++i) appends.push_back({.id = fmt::format("e{}", ++written_), .payload = fmt::format(R"({{"n":{}}})", i)});
    value(store_->append(std::move(appends)));
  }

  static std::vector<Position> positions(const Claimed& claimed) {
    std::vector<Position> all;
    for (const Delivered& each : claimed.events) all.push_back(each.documents->envelope(each.index).position);
    return all;
  }
  Claimed claim(std::size_t max = 100, milliseconds lease = std::chrono::hours(1)) {
    return value(consumers_->claim("c", {.max = max, .lease = lease}));
  }
  std::string text() { return value(store_->ledger().get("consumer/c")).value; }

  io::Loop loop_;
  int written_ = 0;
  std::unique_ptr<document::Store> store_ = store::memory::make_store();
  std::unique_ptr<document::Store> target_ = store::memory::make_store();
  document::Feed feed_{*store_, {}};
  std::optional<Consumers> consumers_;
};

TEST_F(ConsumersTest, EveryVersionIsHandedOutOnceAndInOrder) {
  write(5);
  const Claimed first = claim(2);
  const Claimed second = claim(2);
  EXPECT_EQ(positions(first), (std::vector<Position>{1, 2}));
  EXPECT_EQ(positions(second), (std::vector<Position>{3, 4}));
  EXPECT_EQ(positions(claim()), (std::vector<Position>{5}));
  EXPECT_TRUE(claim().events.empty());
  EXPECT_NE(first.token, second.token);
  EXPECT_EQ(value(consumers_->ack("c", {.answered = {.token = first.token, .all = true}})).acknowledged, 2u);
  EXPECT_EQ(value(consumers_->ack("c", {.answered = {.token = second.token, .positions = {4}}})).acknowledged, 1u);
  // What was answered may be answered again.
  EXPECT_EQ(value(consumers_->ack("c", {.answered = {.token = first.token, .all = true}})).acknowledged, 0u);
  EXPECT_EQ(value(consumers_->ack("c", {.answered = {.token = second.token, .positions = {4, 3}}})).acknowledged, 1u);
  EXPECT_EQ(code(consumers_->ack("c", {.answered = {.token = claim().token, .positions = {1}}})), "consumer.token");
  const Status status = value(consumers_->status("c"));
  EXPECT_EQ(status.progress.acknowledged, 4u);
  EXPECT_EQ(status.progress.cursor, 5u);
  EXPECT_EQ(status.progress.first_open(), 5u);
  EXPECT_EQ(status.head, 5u);
}

TEST_F(ConsumersTest, PositionsOfAnotherLeaseAreRefusedAndNothingChanges) {
  write(4);
  const Claimed first = claim(2);
  const Claimed second = claim(2);
  const std::string before = text();
  EXPECT_EQ(code(consumers_->ack("c", {.answered = {.token = first.token, .positions = {1, 3}}})), "consumer.position");
  EXPECT_EQ(code(consumers_->ack("c", {.answered = {.token = first.token, .positions = {99}}})), "consumer.position");
  EXPECT_EQ(code(consumers_->nack("c", {.answered = {.token = second.token, .positions = {1}}})), "consumer.position");
  EXPECT_EQ(text(), before);
}

TEST_F(ConsumersTest, TokensOfOthersAreWorthNothing) {
  write(2);
  const Claimed claimed = claim(1);
  const Claimed other = value(consumers_->claim("d", {.max = 1}));
  for (const std::string& token :
       {other.token, std::string("x"), std::string(), claimed.token + "0", claimed.token + ".1", "." + claimed.token,
        claimed.token.substr(0, claimed.token.find('.') + 1), claimed.token.substr(0, claimed.token.find('.')) + ".0"})
    EXPECT_EQ(code(consumers_->ack("c", {.answered = {.token = token, .all = true}})), "consumer.token") << token;
  // Nor are those of a consumer that had the name before.
  EXPECT_EQ(code(consumers_->remove("c")), "ok");
  EXPECT_EQ(code(consumers_->ack("c", {.answered = {.token = claimed.token, .all = true}})), "consumer.not_found");
  EXPECT_EQ(positions(claim(1)), (std::vector<Position>{1}));
  EXPECT_EQ(code(consumers_->ack("c", {.answered = {.token = claimed.token, .all = true}})), "consumer.token");
}

TEST_F(ConsumersTest, ALeaseThatRanOutIsHandedOutAgainAndItsTokenIsRefused) {
  write(3);
  const Claimed late = claim(2, milliseconds(0));
  const Claimed again = claim(2);
  EXPECT_EQ(positions(again), (std::vector<Position>{1, 2}));
  EXPECT_EQ(again.events[0].attempt, 2u);
  for (const bool all : {true, false})
    EXPECT_EQ(code(consumers_->ack("c", {.answered = {.token = late.token, .all = all, .positions = {1}}})), "consumer.lease_over");
  EXPECT_EQ(code(consumers_->extend("c", late.token, milliseconds(5))), "consumer.lease_over");
  value(consumers_->extend("c", again.token, milliseconds(0)));
  EXPECT_EQ(code(consumers_->ack("c", {.answered = {.token = again.token, .all = true}})), "consumer.lease_over");
}

TEST_F(ConsumersTest, AClaimThatIsRefusedMakesNoLeaseLonger) {
  write(2);
  value(consumers_->claim("c", {.max = 2, .lease = milliseconds(20), .filter = "a"}));
  // What it knew of the lease would be gone with it, and it would begin anew with each of these.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  Claimed again;
  while (again.events.empty() && std::chrono::steady_clock::now() < deadline) {
    EXPECT_EQ(code(consumers_->claim("c", {.filter = "b"})), "consumer.filter");
    EXPECT_EQ(code(consumers_->ack("c", {.answered = {.token = "x", .all = true}})), "consumer.token");
    again = claim();
  }
  ASSERT_EQ(again.events.size(), 2u);
  EXPECT_EQ(again.events[0].attempt, 2u);
}

TEST_F(ConsumersTest, WhatIsDueHereAndThereIsHandedOutInOrder) {
  write(600);
  const Claimed all = claim(600);
  std::vector<Position> kept;
  for (const Position position : {1, 2, 255, 256, 257, 600}) kept.push_back(position);
  value(consumers_->nack("c", {.answered = {.token = all.token, .positions = {600, 257, 256, 255, 2, 1}}}));
  EXPECT_EQ(positions(claim()), kept);
}

TEST_F(ConsumersTest, WhatFailsTooOftenIsParkedAndCanBeReleased) {
  write(2);
  value(consumers_->claim("c", {.max = 2, .lease = milliseconds(0), .attempts_max = 3}));
  for (int attempt = 2; attempt <= 3; ++attempt) {
    const Claimed claimed = claim(1);
    EXPECT_EQ(claimed.events.at(0).attempt, static_cast<std::uint64_t>(attempt));
    EXPECT_EQ(
        value(consumers_->nack("c", {.answered = {.token = claimed.token, .all = true}, .reason = std::string(300, 'x') + "\xe2\x82\xac"})),
        1u);
  }
  Status status = value(consumers_->status("c"));
  ASSERT_EQ(status.progress.parked_count(), 1u);
  EXPECT_EQ(status.progress.parked[0].reason.size(), kReasonBytesMax);
  EXPECT_EQ(positions(claim()), (std::vector<Position>{2}));
  EXPECT_EQ(code(consumers_->release("c", 2)), "consumer.not_parked");
  EXPECT_EQ(value(consumers_->release("c", 1)), 1u);
  const Claimed released = claim();
  EXPECT_EQ(positions(released), (std::vector<Position>{1}));
  EXPECT_EQ(released.events[0].attempt, 1u);
}

TEST_F(ConsumersTest, ADelayHoldsBackItsOwnVersionsAlone) {
  write(3);
  const Claimed claimed = claim(2);
  value(consumers_->nack("c", {.answered = {.token = claimed.token, .positions = {1}}, .reason = "later", .delay = std::chrono::hours(1)}));
  value(consumers_->nack("c", {.answered = {.token = claimed.token, .positions = {2}}}));
  EXPECT_EQ(positions(claim()), (std::vector<Position>{2, 3}));
  EXPECT_EQ(value(consumers_->status("c")).progress.delayed_count(), 1u);
}

TEST_F(ConsumersTest, BeginsWhereItIsTold) {
  write(4);
  EXPECT_EQ(positions(value(consumers_->claim("two", {.after = 2}))), (std::vector<Position>{3, 4}));
  EXPECT_TRUE(value(consumers_->claim("now", {.after = std::nullopt})).events.empty());
  EXPECT_EQ(code(consumers_->claim("beyond", {.after = 5})), "feed.position");
  EXPECT_EQ(code(consumers_->status("beyond")), "consumer.not_found");
  write(1);
  EXPECT_EQ(positions(value(consumers_->claim("now", {}))), (std::vector<Position>{5}));
  EXPECT_EQ(value(consumers_->list()).size(), 2u);
}

TEST_F(ConsumersTest, WhoMakesTooManyKeepsNobodyElseFromIt) {
  ConsumersOptions narrow = options();
  narrow.consumers_max = 2;
  narrow.consumers_total_max = 3;
  consumers_.emplace(narrow);
  for (const std::string name : {"a~1", "b~1", "a~2"}) value(consumers_->claim(name, {}));
  EXPECT_EQ(code(consumers_->claim("c~1", {})), "consumer.too_many") << "of its scope";
  EXPECT_EQ(code(consumers_->claim("b~2", {})), "consumer.too_many") << "of all";
  for (const std::string name : {"a~all", "b~all"}) value(consumers_->claim(name, {}));
  EXPECT_EQ(code(consumers_->claim("c~all", {})), "consumer.too_many");
  EXPECT_EQ(value(consumers_->list("1")).size(), 2u);
  EXPECT_EQ(value(consumers_->list()).size(), 5u);
  EXPECT_EQ(value(consumers_->list({}, 4)).size(), 4u);
  EXPECT_TRUE(loop_.block_on(consumers_->remove("b~1")));
  value(consumers_->claim("b~2", {}));
}

TEST_F(ConsumersTest, HoldsNoMoreThanItMay) {
  ConsumersOptions narrow = options();
  narrow.open_max = 3;
  narrow.parked_max = 2;
  narrow.consumers_max = 2;
  consumers_.emplace(narrow);
  write(6);
  const Claimed claimed = claim();
  EXPECT_EQ(positions(claimed).size(), 3u);
  EXPECT_EQ(code(consumers_->claim("c", {})), "consumer.open");
  value(consumers_->nack("c", {.answered = {.token = claimed.token, .positions = {2}}}));
  EXPECT_EQ(positions(claim()), (std::vector<Position>{2}));
  value(consumers_->ack("c", {.answered = {.token = claimed.token, .all = true}}));
  const Claimed more = value(consumers_->claim("c", {.attempts_max = 1}));
  EXPECT_EQ(positions(more), (std::vector<Position>{4, 5}));
  value(consumers_->nack("c", {.answered = {.token = more.token, .all = true}, .reason = "no"}));
  EXPECT_EQ(code(consumers_->claim("c", {})), "consumer.parked");
  EXPECT_EQ(value(consumers_->release("c", {})), 2u);
  value(consumers_->claim("d", {}));
  EXPECT_EQ(code(consumers_->claim("e", {})), "consumer.too_many");
}

TEST_F(ConsumersTest, ResultsAreThereOnceWhoeverBringsThem) {
  write(3);
  const Target target{.path = "/t", .store = target_.get(), .takes_raw_event_id = true};
  const Claimed late = claim(2, milliseconds(0));
  // As if it had been killed between results and progress.
  const std::vector<BroughtResult> first = {{2, R"({"by": 1})"}};
  Results killed = loop_.block_on(Results::make({*store_, "c", target, first})).value();
  EXPECT_TRUE(loop_.block_on(killed.write()));
  const Claimed again = claim();
  AckAsked asked{
      .answered = {.token = again.token, .all = true}, .target = &target, .results = {{3, "{}"}, {2, R"({"by":2})"}, {1, R"({"by":2})"}}};
  const Acked acked = value(consumers_->ack("c", asked));
  EXPECT_EQ(acked.acknowledged, 3u);
  ASSERT_EQ(acked.results.size(), 3u);
  EXPECT_EQ(acked.results[0].id, document::result_id("c", "e1", 1));
  EXPECT_FALSE(acked.results[0].was_there);
  EXPECT_TRUE(acked.results[1].was_there);
  const std::string_view ids[] = {acked.results[0].id, acked.results[1].id, acked.results[2].id};
  const auto there = value(target_->read(ids, {}));
  EXPECT_EQ(there.payload(0), R"({"by":2,"raw_event_id":"e1"})");
  EXPECT_EQ(there.payload(1), R"({"by":1,"raw_event_id":"e2"})");
  EXPECT_EQ(there.payload(2), R"({"raw_event_id":"e3"})");
  EXPECT_EQ(value(target_->last_position()), 3u);
}

TEST_F(ConsumersTest, ResultsThatDoNotFitAreRefusedBeforeAnythingIsWritten) {
  write(3);
  const Target target{.path = "/t", .store = target_.get()};
  const Claimed one = claim(1);
  const Claimed two = claim(2);
  const auto acknowledge = [&](std::vector<BroughtResult> results) {
    return code(consumers_->ack("c", {.answered = {.token = two.token}, .target = &target, .results = std::move(results)}));
  };
  EXPECT_EQ(acknowledge({{2, "{}"}, {1, "{}"}}), "consumer.position");
  EXPECT_EQ(acknowledge({{2, "{}"}, {2, "{}"}}), "consumer.results");
  EXPECT_EQ(acknowledge({{2, "{}"}, {3, "[]"}}), "document.not_object");
  EXPECT_EQ(acknowledge({{2, "{}"}, {3, R"({"id":"mine"})"}}), "document.id");
  EXPECT_EQ(value(target_->last_position()), 0u);
  EXPECT_EQ(acknowledge({{2, "{}"}}), "ok");
  EXPECT_EQ(value(target_->last_position()), 1u);
}

}  // namespace
}  // namespace millrace::consumers
