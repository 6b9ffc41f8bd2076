// The part of the suite about records that change in place.
#pragma once

#include "document/ledger_load_test.hpp"
#include "document/store_suite_test.hpp"

namespace millrace::document::suite {

inline void expect_refused(const Result<std::uint64_t>& put) {
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, "ledger.revision");
  EXPECT_EQ(put.error().kind, ErrorKind::precondition_failed);
}

TEST_P(StoreSuite, ARecordIsWrittenByWhoKnowsItsRevision) {
  Ledger& ledger = store_->ledger();
  EXPECT_EQ(value(ledger.get("a")).revision, 0u);
  expect_refused(wait(ledger.put("a", "x", 1)));
  const std::uint64_t first = value(ledger.put("a", "one", 0));
  EXPECT_GT(first, 0u);
  expect_refused(wait(ledger.put("a", "again", 0)));
  const std::uint64_t second = value(ledger.put("a", "two", first));
  EXPECT_GT(second, first);
  expect_refused(wait(ledger.put("a", "late", first)));
  const Record record = value(ledger.get("a"));
  EXPECT_EQ(record.value, "two");
  EXPECT_EQ(record.revision, second);
  EXPECT_EQ(value(store_->last_position()), 0u) << "a record is no version";
}

TEST_P(StoreSuite, NamesAndValuesOfRecordsAreAnyText) {
  Ledger& ledger = store_->ledger();
  const std::vector<std::string> names = {"",
                                          "a",
                                          "A",
                                          "a ",
                                          "it's \"x\" $1 %s",
                                          "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x94",
                                          std::string("n\0l", 3),
                                          "a/b",
                                          "a.b",
                                          std::string(200, 'x')};
  for (const std::string& name : names) value(ledger.put(name, "of " + name, 0));
  for (const std::string& name : names) EXPECT_EQ(value(ledger.get(name)).value, "of " + name);
  const std::string large(1u << 20, 'z');
  const std::uint64_t revision = value(ledger.put("a", large, value(ledger.get("a")).revision));
  EXPECT_EQ(value(ledger.get("a")).value, large);
  const std::string bytes("\0\xff\x80", 3);
  value(ledger.put("a", bytes, revision));
  EXPECT_EQ(value(ledger.get("a")).value, bytes);
  const auto refused = wait(ledger.put("large", std::string(kRecordBytesMax + 1, 'z'), 0));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "ledger.too_large");
}

TEST_P(StoreSuite, RecordsAreListedByTheBeginningOfTheirNames) {
  Ledger& ledger = store_->ledger();
  for (const char* name : {"c/b", "c/a", "c", "c/", "d/a", "c0", "C/a", "c/\xc3\xa9", "c%a"}) value(ledger.put(name, "x", 0));
  using Names = std::vector<std::string>;
  EXPECT_EQ(value(ledger.names("c/", 100)), (Names{"c/", "c/a", "c/b", "c/\xc3\xa9"}));
  EXPECT_EQ(value(ledger.names("c/", 2)), (Names{"c/", "c/a"}));
  EXPECT_EQ(value(ledger.names("c%", 100)), (Names{"c%a"}));
  EXPECT_EQ(value(ledger.names("", 100)).size(), 9u);
  const std::uint64_t revision = value(ledger.put("c/a", "", 1));
  EXPECT_EQ(value(ledger.names("c/", 2)), (Names{"c/", "c/b"}));
  expect_refused(wait(ledger.put("c/a", "x", 0)));
  value(ledger.put("c/a", "x", revision));
  EXPECT_EQ(value(ledger.names("c/", 2)), (Names{"c/", "c/a"}));
}

TEST_P(StoreSuite, OfWritersThatRaceForARecordOneWins) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::atomic<int> failed = 0;
  std::latch begin(kThreads);
  const auto run = [&] {
    io::Loop loop;
    begin.arrive_and_wait();
    const auto counted = loop.block_on(count_record(store_->ledger(), kEach));
    if (!counted || *counted != std::vector<std::string>(counted->size(), "ledger.revision")) ++failed;
  };
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) threads.emplace_back(run);
  threads.clear();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(value(store_->ledger().get("counter")).value, std::to_string(kThreads * kEach));
}

inline std::vector<Append> creation(std::string id) {
  std::vector<Append> appends;
  appends.push_back({.operation = Operation::create, .id = std::move(id), .payload = R"({"a":1})"});
  return appends;
}

TEST_P(StoreSuite, VersionsAndARecordAreWrittenBothOrNeither) {
  Ledger& ledger = store_->ledger();
  if (!store_->commits_with(ledger)) return;  // it has no such commits
  const auto put = [&](std::string id, std::string_view text, std::uint64_t revision) {
    return wait(store_->append_with(creation(std::move(id)), {&ledger, "r", text, revision}));
  };
  const auto is_there = [this](std::string_view id) { return value(store_->read(std::array{id}, {})).found(0); };
  const auto first = put("a", "one", 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->front().position, 1u);
  EXPECT_EQ(value(ledger.get("r")).value, "one");
  const std::uint64_t revision = value(ledger.get("r")).revision;
  for (const std::uint64_t wrong : {std::uint64_t{0}, revision + 1}) {
    const auto refused = put("b", "two", wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "ledger.revision");
  }
  const auto exists = put("a", "two", revision);
  ASSERT_FALSE(exists);
  EXPECT_EQ(exists.error().code, "document.exists");
  const auto absent = wait(store_->append_with(creation("b"), {&ledger, "other", "x", 7}));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, "ledger.revision");
  EXPECT_EQ(value(ledger.get("r")).value, "one");
  EXPECT_FALSE(is_there("b"));
  EXPECT_EQ(value(store_->last_position()), 1u);
  ASSERT_TRUE(put("b", "two", revision));
  EXPECT_TRUE(is_there("b"));
  EXPECT_EQ(value(ledger.get("r")).value, "two");
}

/// Everyone brings a document for the same revision of the record; between them come writes of others.
TEST_P(StoreSuite, OfThoseThatRaceWithVersionsForARecordOneWinsAndOthersAreUnharmed) {
  Ledger& ledger = store_->ledger();
  if (!store_->commits_with(ledger)) return;
  constexpr std::size_t kEach = 20;
  std::vector<Task<std::vector<Receipt>>> tasks;
  for (std::size_t i = 0; i < kEach; ++i) {
    tasks.push_back(store_->append_with(creation(fmt::format("with {}", i)), {&ledger, "r", "x", 0}));
    tasks.push_back(store_->append(creation(fmt::format("without {}", i))));
  }
  const auto results = value(when_all(std::move(tasks)));
  std::size_t won = 0;
  for (std::size_t i = 0; i < kEach; ++i) {
    const auto& with = results[2 * i];
    won += with ? 1 : 0;
    if (!with) EXPECT_EQ(with.error().code, "ledger.revision");
    EXPECT_TRUE(results[2 * i + 1]);
  }
  EXPECT_EQ(won, 1u);
  const Documents changes = value(store_->changes(0, SIZE_MAX));
  EXPECT_EQ(changes.size(), kEach + 1);
  for (std::size_t i = 0; i < changes.size(); ++i) EXPECT_EQ(changes.envelope(i).position, i + 1);
}

TEST_P(DurableStoreSuite, RecordsAreKeptAcrossOpenings) {
  const std::uint64_t revision = value(store_->ledger().put("a", "one", 0));
  reopen(indexes());
  EXPECT_EQ(value(store_->ledger().get("a")).value, "one");
  EXPECT_EQ(value(store_->ledger().get("a")).revision, revision);
  value(store_->ledger().put("a", "two", revision));
  reopen(indexes());
  EXPECT_EQ(value(store_->ledger().get("a")).value, "two");
}

}  // namespace millrace::document::suite
