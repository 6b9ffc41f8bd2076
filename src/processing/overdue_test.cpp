#include "processing/overdue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "processing/result.hpp"
#include "processing/simulation_test.hpp"

namespace millrace::processing {
namespace {

using document::Append;
using document::Operation;
using ::testing::ElementsAre;

/// Means every event but those whose id begins with "skip".
class Meaning final : public Transform {
 public:
  Task<std::vector<Classified>> classify(std::vector<Event> events) override {
    std::vector<Classified> all;
    for (const Event& event : events) all.push_back({.is_meant = !event.id().starts_with("skip")});
    co_return all;
  }
  Task<std::vector<Transformed>> run(std::vector<Event>) override { co_return std::vector<Transformed>(); }
};

class OverdueTest : public ::testing::Test {
 protected:
  OverdueTest() : options_{"p", std::chrono::seconds(60), events_.get(), results_.get(), &meaning_} {}

  static Instant at(int second) { return {second * 1'000'000}; }
  template <class T>
  static T now_of(Task<T> task) {
    std::optional<Result<T>> result;
    start(std::move(task), [&result](Result<T> made) { result.emplace(std::move(made)); });
    CHECK(result && *result);
    return **std::move(result);
  }
  static void append(document::Store& store, Operation operation, std::string id, Instant at) {
    std::vector<Append> appends;
    appends.push_back({.operation = operation, .id = std::move(id), .payload = "{}", .recorded_at = at});
    now_of(store.append(std::move(appends)));
  }
  void event(const std::string& id, int second) { append(*events_, Operation::create, id, at(second)); }
  void outcome(const std::string& id, int second, Operation operation = Operation::create) {
    append(*results_, operation, result_id("p", id, 1), at(second));
  }

  const std::unique_ptr<document::Store> events_ = store::memory::make_store({.clock = [] { return Instant{}; }});
  const std::unique_ptr<document::Store> results_ = store::memory::make_store({.clock = [] { return Instant{}; }});
  Meaning meaning_;
  OverdueOptions options_;
};

std::vector<std::string> ids_of(const OverdueEvents& found) {
  std::vector<std::string> ids;
  for (const OverdueEvent& event : found.events) ids.push_back(event.id);
  return ids;
}

TEST_F(OverdueTest, WhatHasNoOutcomeOrALateOne) {
  event("in-time", 1);
  event("late", 2);
  event("missing", 3);
  event("skipped-not", 4);
  event("skip", 4);
  event("not-yet", 100);
  outcome("in-time", 61);
  outcome("late", 63);
  outcome("skipped-not", 64);
  outcome("in-time", 90, Operation::replace);  // a replay changes nothing of it
  const OverdueEvents found = now_of(find_overdue(options_, 0, at(90)));
  EXPECT_THAT(ids_of(found), ElementsAre("late", "missing"));
  EXPECT_EQ(to_json(found.events[0]),
            R"({"position":2,"id":"late","version":1,"recorded_at":"1970-01-01T00:00:02.000000Z","due":"1970-01-01T00:01:02.000000Z",)"
            R"("outcome_at":"1970-01-01T00:01:03.000000Z"})");
  EXPECT_EQ(found.until, 5u);
  EXPECT_EQ(found.next, at(160));
  EXPECT_FALSE(found.has_more);
}

TEST_F(OverdueTest, IsReadInBatches) {
  for (int i = 0; i < 10; ++i) event(std::to_string(i), i);
  options_.batch_versions = 3;
  std::vector<std::string> ids;
  document::Position after = 0;
  for (OverdueEvents found{.has_more = true}; found.has_more; after = found.until) {
    found = now_of(find_overdue(options_, after, at(1'000)));
    for (std::string& id : ids_of(found)) ids.push_back(std::move(id));
  }
  EXPECT_EQ(ids.size(), 10u);
  EXPECT_EQ(after, 10u);
}

}  // namespace
}  // namespace millrace::processing
