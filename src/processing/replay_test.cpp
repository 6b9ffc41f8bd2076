#include "processing/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "processing/simulation_test.hpp"

namespace millrace::processing {
namespace {

using document::Append;
using document::Operation;
using ::testing::ElementsAre;

template <class T>
T now_of(VirtualScheduler& scheduler, Task<T> task) {
  std::optional<Result<T>> result;
  start(std::move(task), [&result](Result<T> made) { result.emplace(std::move(made)); });
  scheduler.run_until(scheduler.now() + Duration(3'600'000));
  CHECK(result && *result);
  if constexpr (!std::is_void_v<T>) return **std::move(result);
}

/// Gives each event's member "gives" as it is; "retry" and "fail" are what they say, and "skip" is not meant.
class GivingTransform final : public Transform {
 public:
  Task<std::vector<Classified>> classify(std::vector<Event> events) override {
    std::vector<Classified> all;
    for (const Event& event : events) all.push_back({.is_meant = gives(event) != "\"skip\""});
    co_return all;
  }
  Task<std::vector<Transformed>> run(std::vector<Event> events) override {
    std::vector<Transformed> all;
    for (const Event& event : events) {
      ++runs;
      const std::string given = gives(event);
      if (given == "\"retry\"") {
        all.push_back({Transformed::Kind::retry, "Away."});
      } else if (given == "\"fail\"") {
        all.push_back({Transformed::Kind::failed, "Bad."});
      } else {
        all.push_back({Transformed::Kind::result, given});
      }
    }
    co_return all;
  }
  static std::string gives(const Event& event) {
    const auto parsed = json::parse(event.text());
    return std::string(parsed->root().find("gives")->text());
  }
  std::size_t runs = 0;
};

class ReplayTest : public ::testing::Test {
 protected:
  /// An event, and the result that it has; none where that is empty.
  void add(const std::string& id, const std::string& gives, std::string result) {
    append(*events_, Operation::create, id, R"({"gives":)" + gives + "}");
    if (!result.empty()) append(*results_, Operation::create, result_id("p", id, 1), std::move(result));
  }
  void append(document::Store& store, Operation operation, std::string id, std::string payload) {
    std::vector<Append> appends;
    appends.push_back({.operation = operation, .id = std::move(id), .payload = std::move(payload)});
    now_of(scheduler_, store.append(std::move(appends)));
  }
  ReplayReport run(ReplayOptions options = {}) {
    options.processor = "p";
    return now_of(scheduler_, replay({scheduler_, transform_, *events_, *results_}, std::move(options), [](const ReplayReport&) {}));
  }
  std::pair<std::uint64_t, std::string> result(const std::string& id) {
    const std::string name = result_id("p", id, 1);
    const std::string_view ids[] = {name};
    const document::Documents found = now_of(scheduler_, results_->read(ids, {}));
    return {found.envelope(0).version, found.payload(0)};
  }

  VirtualScheduler scheduler_{1};
  const std::unique_ptr<document::Store> events_ = store::memory::make_store({.clock = [this] { return scheduler_.clock(); }});
  const std::unique_ptr<document::Store> results_ = store::memory::make_store({.clock = [this] { return scheduler_.clock(); }});
  GivingTransform transform_;
};

constexpr const char* kOld =
    R"({"raw_event_id":"x","processed_timestamp":"2020-01-01T00:00:00Z","processing_time_ms":7,"status":"SUCCESS","processed_data":{"n":1}})";

TEST_F(ReplayTest, ADryRunTellsAndWritesNothing) {
  add("same", R"({"n":1})", R"({"raw_event_id":"same","status":"SUCCESS","processed_data":{"n":1},"processing_time_ms":7})");
  add("changed", R"({"n":2})", kOld);
  add("failing", R"("fail")", kOld);
  add("mended", R"({"n":1})", R"({"status":"FAILED","error_message":"then"})");
  add("pending", R"({"n":1})", "");
  add("skipped", R"("skip")", kOld);
  const ReplayReport report = run({.is_dry = true});
  EXPECT_THAT(report.counts, ElementsAre(1, 1, 1, 1));
  EXPECT_EQ(report.events, 6u);
  EXPECT_EQ(report.without_result, 1u);
  EXPECT_EQ(report.no_longer_meant, 1u);
  EXPECT_EQ(report.written, 0u);
  ASSERT_EQ(report.samples.size(), 3u);
  EXPECT_EQ(report.samples[0].raw_id, "changed");
  EXPECT_EQ(report.samples[0].before, kOld);
  EXPECT_THAT(report.samples[0].after, ::testing::HasSubstr(R"("processed_data":{"n":2})"));
  EXPECT_EQ(result("changed"), std::pair(std::uint64_t{1}, std::string(kOld)));
}

TEST_F(ReplayTest, WritesNewVersions) {
  add("a", R"({"n":1})", R"({"raw_event_id":"a","status":"SUCCESS","processed_data":{"n":1}})");
  add("b", R"({"n":2})", kOld);
  now_of(scheduler_, events_->append({{.id = "c", .payload = R"({"gives":{"n":2}})", .author = R"({"sub":"ada","trace":"00aa"})"}}));
  append(*results_, Operation::create, result_id("p", "c", 1), kOld);
  EXPECT_EQ(run().written, 3u);
  const document::Documents history = now_of(scheduler_, results_->history(result_id("p", "c", 1), {}, 0, 10));
  EXPECT_EQ(history.author(0), R"({"processor":"p","trace":"00aa"})");
  EXPECT_EQ(history.author(1), "");
  EXPECT_EQ(result("a").first, 2u);
  EXPECT_EQ(result("b").first, 2u);
  EXPECT_THAT(result("b").second, ::testing::HasSubstr(R"("processed_data":{"n":2})"));
}

TEST_F(ReplayTest, OfOneStatusOrTimeAlone) {
  add("a", R"({"n":2})", kOld);
  const Instant between = scheduler_.clock();
  add("b", R"({"n":2})", R"({"status":"FAILED","error_message":"then"})");
  EXPECT_EQ(run({.statuses = {Status::failed}, .is_dry = true}).other_status, 1u);
  EXPECT_EQ(run({.from = between, .is_dry = true}).events, 1u);
  EXPECT_EQ(run({.to = between, .is_dry = true}).count(Difference::changed), 1u);
}

TEST_F(ReplayTest, TriesAsOftenAsTheProcessorWould) {
  add("a", R"("retry")", kOld);
  EXPECT_EQ(run({.retry = {.attempts = 3}}).count(Difference::newly_failing), 1u);
  EXPECT_EQ(transform_.runs, 3u);
  EXPECT_THAT(result("a").second, ::testing::HasSubstr(R"("error_message":"Away.")"));
}

TEST_F(ReplayTest, GoesThroughManyBatches) {
  for (int i = 0; i < 50; ++i) add(std::to_string(i), R"({"n":2})", kOld);
  const ReplayReport report = run({.samples_max = 3, .batch_versions = 7});
  EXPECT_EQ(report.written, 50u);
  EXPECT_EQ(report.samples.size(), 3u);
}

TEST_F(ReplayTest, AVersionThatCameMeanwhileStands) {
  add("a", R"({"n":2})", kOld);
  add("b", R"({"n":2})", kOld);
  class Meddling final : public Transform {
   public:
    Meddling(Transform& inner, std::function<void()> meddle) : inner_(inner), meddle_(std::move(meddle)) {}
    Task<std::vector<Classified>> classify(std::vector<Event> events) override { return inner_.classify(std::move(events)); }
    Task<std::vector<Transformed>> run(std::vector<Event> events) override {
      meddle_();
      return inner_.run(std::move(events));
    }

   private:
    Transform& inner_;
    std::function<void()> meddle_;
  } meddling(transform_, [this] {
    std::vector<Append> appends;
    appends.push_back({.operation = Operation::replace, .id = result_id("p", "a", 1), .payload = R"({"status":"PARTIAL"})"});
    start(results_->append(std::move(appends)), [](const auto& done) { CHECK(done.has_value()); });
  });
  const ReplayReport report =
      now_of(scheduler_, replay({scheduler_, meddling, *events_, *results_}, {.processor = "p"}, [](const ReplayReport&) {}));
  EXPECT_EQ(report.overtaken, 1u);
  EXPECT_EQ(report.written, 1u);
  EXPECT_EQ(result("a"), std::pair(std::uint64_t{2}, std::string(R"({"status":"PARTIAL"})")));
}

}  // namespace
}  // namespace millrace::processing
