// The part of the suite about records that change in place.
#pragma once

#include <charconv>

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

inline std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Reads the record and writes the next number, until it was not overtaken `times` times.
inline Task<void> count_record(Ledger& ledger, int times) {
  while (times > 0) {
    CO_TRY(const Record record, co_await ledger.get("counter"));
    const std::uint64_t next = number_of(record.value) + 1;
    auto put = co_await ledger.put("counter", std::to_string(next), record.revision);
    if (!put && put.error().code != "ledger.revision") co_return Failure(put.error());
    if (put) --times;
  }
  co_return {};
}

TEST_P(StoreSuite, OfWritersThatRaceForARecordOneWins) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::atomic<int> failed = 0;
  std::latch begin(kThreads);
  const auto run = [&] {
    io::Loop loop;
    begin.arrive_and_wait();
    if (!loop.block_on(count_record(store_->ledger(), kEach))) ++failed;
  };
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) threads.emplace_back(run);
  threads.clear();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(value(store_->ledger().get("counter")).value, std::to_string(kThreads * kEach));
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
