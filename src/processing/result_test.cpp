#include "processing/result.hpp"

#include <gtest/gtest.h>

namespace millrace::processing {
namespace {

const TargetFields kSeed{
    {"raw_event_id", "name", "processed_data", "processed_timestamp", "status", "processing_time_ms", "enrichment_data", "error_message"}};

Event raw() {
  auto documents = std::make_shared<document::Documents>();
  documents->add("r1", R"({"name":"user_login","data":{"user_id":"u"}})", {.version = 1, .position = 1});
  return {std::move(documents), 0};
}

struct Made {
  std::string payload;
  Status status = Status::success;
  std::string reason;
};

Made make(Transformed::Kind kind, std::string text, const TargetFields& fields = kSeed) {
  Made made;
  const auto outcome =
      make_result(raw(), {kind, std::move(text), std::chrono::microseconds(1'500)}, fields, {1'704'110'400'000'000}, made.reason);
  if (outcome) made.payload = outcome->payload, made.status = outcome->status;
  return made;
}

constexpr const char* kOwnPart = R"({"raw_event_id":"r1","processed_timestamp":"2024-01-01T12:00:00.000000Z","processing_time_ms":1.5)";
using enum Transformed::Kind;

TEST(Result, AnObjectIsProcessedData) {
  EXPECT_EQ(make(result, R"({"risk": 0.1})").payload,
            std::string(kOwnPart) + R"(,"name":"user_login","status":"SUCCESS","processed_data":{"risk":0.1}})");
}

TEST(Result, AnObjectWithMembersOfTheResultIsTheResult) {
  const Made made = make(result, R"({"status":"PARTIAL","processed_data":[1],"id":"mine","raw_event_id":"mine","name":"other"})");
  EXPECT_EQ(made.payload, std::string(kOwnPart) + R"(,"status":"PARTIAL","processed_data":[1],"name":"other"})");
  EXPECT_EQ(made.status, Status::partial);
}

TEST(Result, AFailureSaysWhy) {
  const Made made = make(failed, "It is \"wrong\".");
  EXPECT_EQ(made.payload, std::string(kOwnPart) + R"(,"name":"user_login","status":"FAILED","error_message":"It is \"wrong\"."})");
  EXPECT_EQ(made.status, Status::failed);
}

TEST(Result, ATargetWithoutProcessedDataTakesTheMembers) {
  EXPECT_EQ(make(result, R"({"eggs":2})", {{"raw_event_id", "eggs"}}).payload, R"({"raw_event_id":"r1","eggs":2})");
  // Nothing is filled in that it does not name; the program may still give it.
  EXPECT_EQ(make(result, R"({"eggs":2,"raw_event_id":"mine"})", {{"eggs"}}).payload, R"({"eggs":2,"raw_event_id":"mine"})");
  EXPECT_EQ(make(result, R"({"eggs":2,"status":"laid"})", {{"eggs"}}).payload, R"({"eggs":2,"status":"laid"})");
  EXPECT_EQ(make(result, R"({"eggs":2})", {}).payload,
            std::string(kOwnPart) + R"(,"name":"user_login","status":"SUCCESS","processed_data":{"eggs":2}})");
}

TEST(Result, WhatIsNoResultSaysSo) {
  EXPECT_EQ(make(result, "[1]").reason, "The transform gave no object.");
  EXPECT_EQ(make(result, R"({"status":"DONE"})").reason,
            "The transform gave the status \"DONE\", which is none of SUCCESS, PARTIAL and FAILED.");
}

TEST(Result, ItsIdFollowsFromProcessorEventAndVersion) {
  EXPECT_EQ(result_id("p", "r", 1), result_id("p", "r", 1));
  EXPECT_NE(result_id("p", "r", 1), result_id("p", "r", 2));
  EXPECT_NE(result_id("p", "r", 1), result_id("q", "r", 1));
}

TEST(PartitionRecord, IsReadAsItWasWritten) {
  const PartitionRecord record{.owner = "a \"b\"", .fence = 3, .cursor = 9, .waiting = {{4, 2}, {7, 0}}, .counts = {1, 2, 3}};
  const PartitionRecord read = read_partition(to_text(record));
  EXPECT_EQ(to_text(read), to_text(record));
  EXPECT_EQ(read.waiting, record.waiting);
  EXPECT_EQ(read_partition("nonsense").cursor, 0u);
}

}  // namespace
}  // namespace millrace::processing
