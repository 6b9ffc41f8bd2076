#include "processing/lifecycle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json/canonical.hpp"
#include "processing/attempts.hpp"
#include "processing/partition_record.hpp"
#include "processing/pipeline.hpp"
#include "processing/result.hpp"
#include "processing/simulation_test.hpp"

namespace millrace::processing {
namespace {

using document::Append;
using document::Operation;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What a task gives that never waits.
template <class T>
T now_of(Task<T> task) {
  std::optional<Result<T>> result;
  start(std::move(task), [&result](Result<T> made) { result.emplace(std::move(made)); });
  CHECK(result && *result);
  if constexpr (!std::is_void_v<T>) return **std::move(result);
}

class LifecycleTest : public ::testing::Test {
 protected:
  LifecycleTest() {
    const document::FieldPath path = document::FieldPath::parse("payload.raw_event_id");
    ResultsPlace processor{
        .processor = "risk", .results = results_.get(), .attempts = attempts_.get(), .ledger = &ledger_, .partitions = 1};
    processor.deadline = std::chrono::minutes(1);
    ResultsPlace others{.results = results_.get()};
    others.by_event = document::Filter::compare(path, document::Comparison::equal, document::Operand::argument(0));
    lifecycle_.emplace(*events_, std::vector{processor, others});
  }

  void append(document::Store& store, Operation operation, std::string id, std::string payload, std::string_view at,
              std::string_view author = {}) {
    now_of(store.append({Append{
        .operation = operation, .id = std::move(id), .payload = std::move(payload), .recorded_at = parse_rfc3339(at), .author = author}}));
  }

  /// The entries without what the stores count by themselves.
  std::vector<std::string> story(std::string_view id) {
    auto told = now_of(lifecycle_->of(id, {}));
    return told ? told->entries : std::vector<std::string>{"none"};
  }

  const std::unique_ptr<document::Store> events_ = store::memory::make_store(), results_ = store::memory::make_store(),
                                         attempts_ = store::memory::make_store();
  document::MemoryLedger ledger_;
  std::optional<Lifecycle> lifecycle_;
};

TEST_F(LifecycleTest, AnEventThatNeverWasHasNone) {
  EXPECT_THAT(story("a"), ElementsAre("none"));
}

TEST_F(LifecycleTest, ASuccessAtOnceIsReceivedTriedAndDone) {
  append(*events_, Operation::create, "a", R"({"name":"n"})", "2024-01-01T12:00:00Z");
  append(*results_, Operation::create, result_id("risk", "a", 1),
         R"({"raw_event_id":"a","status":"SUCCESS","processed_timestamp":"2024-01-01T12:00:00.250000Z","processing_time_ms":100.5})",
         "2024-01-01T12:00:01Z");
  EXPECT_THAT(story("a"),
              ElementsAre(R"({"kind":"received","at":"2024-01-01T12:00:00.000000Z","version":1,"position":1})",
                          R"({"kind":"attempt","at":"2024-01-01T12:00:00.149500Z","processor":"risk","raw_version":1,"attempt":1,)"
                          R"("queue_time_ms":149.5,"run_time_ms":100.5,"error":null})",
                          R"({"kind":"outcome","at":"2024-01-01T12:00:01.000000Z","processor":"risk","raw_version":1,"result_id":")" +
                              result_id("risk", "a", 1) +
                              R"(","version":1,"position":1,"status":"SUCCESS","processing_time_ms":100.5,"error":null,"overdue":false})"));
}

TEST_F(LifecycleTest, AuthorsAreToldWithTheirVersions) {
  append(*events_, Operation::create, "a", "{}", "2024-01-01T12:00:00Z", R"({"sub":"ada"})");
  append(*results_, Operation::create, result_id("risk", "a", 1), R"({"raw_event_id":"a","status":"SUCCESS"})", "2024-01-01T12:00:01Z",
         R"({"processor":"risk"})");
  EXPECT_THAT(story("a"), ElementsAre(HasSubstr(R"("position":1,"author":{"sub":"ada"}})"),
                                      HasSubstr(R"("error":null,"author":{"processor":"risk"},"overdue":false})")));
}

TEST_F(LifecycleTest, AttemptsAndLaterVersionsAreTold) {
  append(*events_, Operation::create, "a", "{}", "2024-01-01T12:00:00Z");
  const std::string id = result_id("risk", "a", 1);
  const Instant begun = *parse_rfc3339("2024-01-01T12:00:10Z");
  const Attempt attempts[] = {{begun, std::chrono::seconds(10), std::chrono::milliseconds(3), "away"},
                              {begun + std::chrono::seconds(5), std::chrono::seconds(5), std::chrono::milliseconds(2), "bad"}};
  append(*attempts_, Operation::create, id, attempts_payload("risk", "a", 1, attempts), "2024-01-01T12:01:30Z");
  append(*results_, Operation::create, id, R"({"raw_event_id":"a","status":"FAILED","error_message":"bad"})", "2024-01-01T12:01:30Z");
  append(*results_, Operation::replace, id, R"({"raw_event_id":"a","status":"SUCCESS"})", "2024-01-02T12:00:00Z");
  append(*results_, Operation::remove, id, "", "2024-01-03T12:00:00Z");
  append(*events_, Operation::remove, "a", "", "2024-01-04T12:00:00Z");
  EXPECT_THAT(story("a"), ElementsAre(HasSubstr(R"("kind":"received")"),
                                      HasSubstr(R"("attempt":1,"queue_time_ms":10000,"run_time_ms":3,"error":"away"})"),
                                      HasSubstr(R"("attempt":2,"queue_time_ms":5000,"run_time_ms":2,"error":"bad"})"),
                                      HasSubstr(R"("status":"FAILED","processing_time_ms":null,"error":"bad","overdue":true})"),
                                      HasSubstr(R"("kind":"outcome_changed","at":"2024-01-02T12:00:00)"),
                                      HasSubstr(R"("kind":"outcome_removed","at":"2024-01-03T12:00:00)"),
                                      HasSubstr(R"("kind":"removed","at":"2024-01-04T12:00:00)")));
}

TEST_F(LifecycleTest, WhatIsStillToComeIsPending) {
  append(*events_, Operation::create, "a", "{}", "2024-01-01T12:00:00Z");
  EXPECT_THAT(story("a"), ElementsAre(HasSubstr("received"),
                                      R"({"kind":"pending","at":"2024-01-01T12:01:00.000000Z","processor":"risk","raw_version":1,)"
                                      R"("attempt":0,"overdue":true})"));
  now_of(ledger_.put(partition_name("risk", 0, 1), to_text(PartitionRecord{.cursor = 1, .waiting = {{1, 2}}}), 0));
  EXPECT_THAT(story("a"), ElementsAre(HasSubstr("received"), HasSubstr(R"("attempt":2)")));
  now_of(ledger_.put(partition_name("risk", 0, 1), to_text(PartitionRecord{.cursor = 1}), 1));
  EXPECT_THAT(story("a"), ElementsAre(HasSubstr("received")));  // `where` leaves it out
}

TEST_F(LifecycleTest, ResultsOfOthersAreTold) {
  append(*events_, Operation::create, "a", "{}", "2024-01-01T12:00:00Z");
  now_of(ledger_.put(partition_name("risk", 0, 1), to_text(PartitionRecord{.cursor = 1}), 0));
  append(*results_, Operation::create, "by-hand", R"({"raw_event_id":"a","status":"PARTIAL"})", "2024-01-01T13:00:00Z");
  append(*results_, Operation::create, "of-another", R"({"raw_event_id":"b","status":"PARTIAL"})", "2024-01-01T13:00:00Z");
  EXPECT_THAT(story("a"), ElementsAre(HasSubstr("received"), HasSubstr(R"("result_id":"by-hand","version":1)")));
}

}  // namespace
}  // namespace millrace::processing
