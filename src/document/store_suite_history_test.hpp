// The part of the suite about histories that were recorded elsewhere, about what stays as it was, and about what is asked again.
#pragma once

#include "document/store_suite_test.hpp"

namespace millrace::document::suite {

TEST_P(StoreSuite, AHistoryFromElsewhereKeepsItsTimes) {
  for (std::uint64_t seed = 21; seed <= 22 && !HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Generator generator(seed);
    // Microseconds apart, often none; now and then one goes back and counts as the last one's.
    Instant time{1'000'000'000'000'000 + static_cast<std::int64_t>(seed) * 1'000'000};
    for (int batch = 0; batch < 40 && !HasFailure(); ++batch) {
      std::vector<Append> appends;
      for (std::size_t left = 1 + generator.below(4); left > 0; --left) {
        time.microseconds += static_cast<std::int64_t>(generator.below(4));
        appends.push_back(likely_append(generator));
        appends.back().recorded_at = generator.chance(10) ? Instant{time.microseconds - 5} : time;
      }
      append(std::move(appends));
    }
    compare_random(generator, 30);
  }
  Generator generator(24);
  append_random(generator, 20);
  append({{.id = "from the past", .payload = "{}", .recorded_at = Instant{1}}});
  compare_random(generator, 30);
}

/// What a snapshot of several stores rests on: whatever is committed after latest() was asked is not seen at the instant that it gave.
TEST_P(StoreSuite, WhatIsReadAtTheLatestInstantStays) {
  EXPECT_EQ(value(store_->latest()), Instant{});
  const std::vector<std::string_view> ids = {"a", "b"};
  const Filter all = Filter::everything();
  const std::vector<Query> queries = {{.filter = &all}};
  Instant before;
  for (int i = 1; i <= 20 && !HasFailure(); ++i) {
    const bool is_first = i == 1;
    append({{.operation = is_first ? Operation::create : Operation::replace, .id = "a", .payload = fmt::format(R"({{"n":{}}})", i)}});
    const Instant latest = value(store_->latest());
    EXPECT_GT(latest, before);
    const std::string read = lines(value(store_->read(ids, {latest})));
    const std::string found = lines(value(store_->find(queries, {latest})).at(0));
    EXPECT_EQ(read, lines(value(store_->read(ids, {}))));
    EXPECT_EQ(found, lines(value(store_->find(queries, {})).at(0)));
    append({{.operation = is_first ? Operation::create : Operation::replace, .id = "b", .payload = fmt::format(R"({{"n":{}}})", i)},
            {.operation = Operation::replace, .id = "a", .payload = R"({"n":0})"}});
    EXPECT_EQ(lines(value(store_->read(ids, {latest}))), read);
    EXPECT_EQ(lines(value(store_->find(queries, {latest})).at(0)), found);
    before = latest;
  }
}

/// A store may keep what it gave; it must not give it when something else was written.
TEST_P(StoreSuite, WhatIsAskedAgainIsAnsweredAnew) {
  constexpr int kTimes = 60;  // long enough for what is written to seem to rest
  const std::vector<std::string_view> ids = {"1", "2", "a", "A", "it's"};
  const Filter all = Filter::everything();
  const std::vector<Query> queries = {{.filter = &all}};
  Generator generator(31);
  append_random(generator, 40);
  for (int round = 0; round < 12 && !HasFailure(); ++round) {
    append_random(generator, 1 + generator.below(3));
    std::string expected;
    for (const std::string_view id : ids) expected += line(model_.newest(id, kNewest));
    for (int i = 0; i < kTimes && !HasFailure(); ++i) {
      const Instant latest = i % 3 == 2 ? value(store_->latest()) : kNewest;
      EXPECT_EQ(lines(value(store_->read(ids, {latest}))), expected);
      EXPECT_EQ(lines(value(store_->find(queries, {latest})).at(0)), expected_find(queries[0], latest));
    }
  }
}

}  // namespace millrace::document::suite
