// Thousands of lives of a processor, each from a seed: every event has exactly one outcome, in order for each key, whatever crashes; and
// bugs that are planted are found.
#include "processing/simulation_test.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/author.hpp"

namespace millrace::processing {
namespace {

constexpr std::uint32_t kAttempts = 3;
constexpr Duration kLease{3'000};

/// What the payload {"key":K,"plan":P,"n":N} plans: 0-9 succeed, 10 is not meant, 11 fails for good, 12 fails each time, 13 fails now and
/// then, 14 is a result that the schema refuses, 15 says PARTIAL.
struct Plan {
  std::string key;
  std::uint64_t plan = 0;
};

class PlannedTransform final : public Transform {
 public:
  explicit PlannedTransform(Life& life) : life_(life) {}

  Task<std::vector<Classified>> classify(std::vector<Event> events) override {
    std::vector<Classified> all;
    for (const Event& event : events) {
      const auto [key, plan] = plan_of(event.text());
      all.push_back({.is_meant = plan != 10, .key = key});
    }
    co_return all;
  }

  Task<std::vector<Transformed>> run(std::vector<Event> events) override {
    Delay delay{life_};
    co_await delay;
    if (life_.is_dead) co_return Failure(away());
    std::vector<Transformed> all;
    for (const Event& event : events) all.push_back(one(event));
    co_return all;
  }

  static Plan plan_of(std::string_view text) {
    const auto parsed = json::parse(text);
    return {parsed->root().find("key")->string(), static_cast<std::uint64_t>(*json::integer(parsed->root().find("plan")->text()))};
  }

  std::map<document::Position, std::uint32_t> failures;  // in this life

 private:
  Transformed one(const Event& event) {
    const std::uint64_t plan = plan_of(event.text()).plan;
    using enum Transformed::Kind;
    if (life_.scheduler.chance(8)) return {.kind = late, .text = {}};
    if (plan == 11) return {failed, "Never."};
    if (plan == 12 || (plan == 13 && life_.scheduler.chance(2))) {
      ++failures[event.position()];
      return {retry, "Not now."};
    }
    if (plan == 14) return {result, R"({"processed_data":"refused"})"};
    if (plan == 15) return {result, R"({"status":"PARTIAL","processed_data":1})"};
    return {result, R"({"n":1})"};
  }
  Life& life_;
};

/// One instance, from its start to its crash.
struct Instance {
  Instance(VirtualScheduler& scheduler, document::Store& raw, document::Store& target, document::Store& attempts, document::Ledger& ledger,
           std::string name_in, Flaw flaw, RetryPolicy retry = {kAttempts, Duration{50}, Duration{400}})
      : name(std::move(name_in)),
        life{scheduler},
        raw_proxy(raw, life),
        target_proxy(target, life),
        attempts_proxy(attempts, life),
        ledger_proxy(ledger, life),
        source(raw_proxy, life),
        transform(life) {
    PipelineOptions options{.name = "p", .instance = name};
    options.retry = retry;
    options.concurrency = 8;
    options.batch_max = 4;
    options.run_max = 3;
    options.lease = kLease;
    options.save_interval = Duration{100};
    options.store_pause = Duration{20};
    options.pending_max = 40;
    options.flaw = flaw;
    options.refusal = [](std::string_view payload) {
      return payload.contains("refused") ? std::optional<std::string>("The schema refuses it.") : std::nullopt;
    };
    pipeline.emplace(PipelineParts{scheduler, source, transform, target_proxy, attempts_proxy, ledger_proxy}, std::move(options));
    pipeline->start();
  }

  /// Whether it comes to its end: the world's time goes on meanwhile.
  void end(Duration drain) {
    millrace::start(pipeline->stop(drain), [this](const Result<>&) { has_ended = true; });
  }

  const std::string name;
  Life life;
  StoreProxy raw_proxy;
  StoreProxy target_proxy;
  StoreProxy attempts_proxy;
  LedgerProxy ledger_proxy;
  StoreSource source;
  PlannedTransform transform;
  std::optional<Pipeline> pipeline;
  bool has_ended = false;
};

template <class T>
Result<T> now_of(Task<T> task) {
  std::optional<Result<T>> result;
  millrace::start(std::move(task), [&result](Result<T> ended) { result.emplace(std::move(ended)); });
  CHECK(result.has_value());  // a store in memory answers at once
  return *std::move(result);
}

class World {
 public:
  World(std::uint64_t seed, Flaw flaw) : scheduler_(seed), flaw_(flaw) {
    raw_ = store::memory::make_store({.clock = [this] { return scheduler_.clock(); }});
    target_ = store::memory::make_store({.clock = [this] { return scheduler_.clock(); }});
    attempts_ = store::memory::make_store({.clock = [this] { return scheduler_.clock(); }});
    for (std::size_t i = 0; i < 1 + scheduler_.below(3); ++i) begin();
  }

  /// What is wrong; empty when nothing is.
  std::string run() {
    const std::size_t events = 20 + scheduler_.below(40);
    while (appended_ < events) {
      append_some();
      scheduler_.run_until(scheduler_.now() + Duration(scheduler_.below(150)));
      disturb();
    }
    // All faults end; then all must come to its end.
    if (living_.empty()) begin();
    for (const auto* group : {&living_, &stopping_})
      for (const auto& instance : *group) instance->life.fails_one_in = 0, instance->life.paused_until = {};
    const Duration deadline = scheduler_.now() + Duration{60'000};
    while (scheduler_.now() < deadline && !is_complete()) scheduler_.run_until(scheduler_.now() + Duration{200});
    // The longest pause that began before ends as well.
    scheduler_.run_until(scheduler_.now() + Duration{12'000} + 4 * kLease);
    std::string wrong = check_results();
    if (wrong.empty()) wrong = check_owners();
    if (wrong.empty()) wrong = check_attempts();
    if (!wrong.empty()) wrong += '\n' + describe();
    for (const auto& instance : living_) instance->end(Duration{1'000});
    scheduler_.run_until(scheduler_.now() + Duration{10'000});
    for (const auto* group : {&living_, &stopping_})
      for (const auto& instance : *group)
        if (!instance->has_ended && wrong.empty()) wrong = "an instance does not stop";
    if (wrong.empty()) wrong = check_counts();
    if (wrong.empty()) wrong = check_members();
    return wrong;
  }

  std::string describe() {
    std::string text;
    for (const std::string& name : *now_of(ledger_.names("", SIZE_MAX)))
      text += fmt::format("{}: {}\n", name, now_of(ledger_.get(name))->value);
    for (const auto& instance : living_)
      text += fmt::format("{} pending, holds {}\n", instance->pipeline->pending(), fmt::join(instance->pipeline->partitions(), " "));
    return text;
  }

 private:
  void begin() {
    living_.push_back(std::make_unique<Instance>(scheduler_, *raw_, *target_, *attempts_, ledger_, fmt::format("i{}", ++born_), flaw_));
    living_.back()->life.fails_one_in = scheduler_.chance(2) ? 0 : 5 + scheduler_.below(40);
  }

  void append_some() {
    std::vector<document::Append> appends;
    const std::string author = fmt::format(R"({{"sub":"ada","trace":"{}"}})", appended_);
    for (std::size_t i = 0; i < 1 + scheduler_.below(8); ++i)
      appends.push_back({.id = fmt::format("e{}", ++appended_),
                         .payload = fmt::format(R"({{"key":"k{}","plan":{}}})", scheduler_.below(6), scheduler_.below(16)),
                         .author = author});
    CHECK(now_of(raw_->append(std::move(appends))).has_value());
  }

  void disturb() {
    if (scheduler_.chance(4) && !living_.empty()) {
      auto& victim = living_[scheduler_.below(living_.size())];
      victim->life.is_dead = true;
      victim->end(Duration{0});
      dead_.push_back(std::move(victim));
      std::erase(living_, nullptr);
    }
    if (scheduler_.chance(8) && !living_.empty()) {
      stopping_.push_back(std::move(living_[scheduler_.below(living_.size())]));
      std::erase(living_, nullptr);
      stopping_.back()->end(Duration(scheduler_.below(400)));
    }
    if (living_.size() < 3 && scheduler_.chance(3)) begin();
    if (scheduler_.chance(6) && !living_.empty())
      living_[scheduler_.below(living_.size())]->life.paused_until = scheduler_.now() + Duration(scheduler_.below(12'000));
    if (scheduler_.chance(3)) scheduler_.run_until(scheduler_.now() + Duration(scheduler_.below(9'000)));
  }

  document::Documents all(document::Store& store) { return *now_of(store.changes(0, SIZE_MAX)); }

  std::size_t meant() {
    const auto raw = all(*raw_);
    std::size_t count = 0;
    for (std::size_t i = 0; i < raw.size(); ++i) count += PlannedTransform::plan_of(raw.text(i)).plan != 10;
    return count;
  }
  bool is_complete() { return *now_of(target_->last_position()) >= meant(); }

  std::string check_results() {
    const auto raw = all(*raw_);
    const auto results = all(*target_);
    std::map<std::string, std::size_t> places;  // by raw id
    for (std::size_t i = 0; i < results.size(); ++i) {
      const auto parsed = json::parse(results.text(i));
      if (!places.emplace(parsed->root().find("raw_event_id")->string(), i).second) return "two results of one event";
    }
    std::map<std::string, std::size_t> last;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const auto [key, plan] = PlannedTransform::plan_of(raw.text(i));
      const auto found = places.find(raw.id(i));
      if ((plan == 10) != (found == places.end())) return fmt::format("{} of {}", plan == 10 ? "a result" : "no result", raw.text(i));
      if (plan == 10) continue;
      if (results.author(found->second) != author_of_result("p", raw.author(i))) return "a result out of its event's trace";
      const Status status = status_of(results.text(found->second));
      const bool fails = plan == 11 || plan == 12 || plan == 14;
      if (!has_attempts(results.id(found->second), fails)) return "attempts that nobody tells";
      if (plan != 13 && status != (fails ? Status::failed : plan == 15 ? Status::partial : Status::success)) return "a wrong status";
      ++counts_[static_cast<std::size_t>(status)];
      if (const auto before = last.find(key); before != last.end() && before->second > found->second) return "a key out of order";
      last[key] = found->second;
    }
    return {};
  }

  /// A failure tells its attempts, but for those of owners before.
  bool has_attempts(const std::string& id, bool is_told) {
    const std::string_view ids[] = {id};
    const auto found = *now_of(attempts_->read(ids, {}));
    if (!found.found(0)) return !is_told;
    const auto attempts = read_attempts(found.text(0));
    return !attempts.empty() && attempts.size() <= kAttempts && (!is_told || !attempts.back().error.empty());
  }

  std::string check_owners() {
    std::set<std::size_t> held;
    std::size_t count = 0;
    for (const auto& instance : living_)
      for (const std::size_t partition : instance->pipeline->partitions()) held.insert(partition), ++count;
    return count == 4 && held.size() == 4 ? std::string() : fmt::format("{} partitions are held {} times", held.size(), count);
  }

  /// By one life, which may hold a partition, lose it and take it again, but knows then what was tried.
  std::string check_attempts() {
    for (const auto* group : {&living_, &stopping_, &dead_})
      for (const auto& instance : *group)
        for (const auto& [position, failures] : instance->transform.failures)
          if (failures > 4 * kAttempts) return fmt::format("{} attempts", failures);
    return {};
  }

  std::string check_counts() {
    Counts counts{};
    for (std::size_t i = 0; i < 4; ++i) {
      const PartitionRecord record = read_partition(now_of(ledger_.get(partition_name("p", i, 4)))->value);
      if (!record.waiting.empty()) return "something waits in the end";
      for (std::size_t j = 0; j < counts.size(); ++j) counts[j] += record.counts[j];
    }
    return counts == counts_ ? std::string() : fmt::format("counted {}, there are {}", fmt::join(counts, " "), fmt::join(counts_, " "));
  }

  /// Who ends in order takes its name off the list: nobody waits for it.
  std::string check_members() {
    const Members members = read_members(now_of(ledger_.get(members_name("p", 4)))->value);
    for (const auto& instance : living_)
      if (members.contains(instance->name)) return "who has ended is still a member";
    return {};
  }

  VirtualScheduler scheduler_;
  const Flaw flaw_;
  std::unique_ptr<document::Store> raw_;
  std::unique_ptr<document::Store> target_;
  std::unique_ptr<document::Store> attempts_;
  document::MemoryLedger ledger_;
  std::vector<std::unique_ptr<Instance>> living_;
  std::vector<std::unique_ptr<Instance>> stopping_;  // in order, amid the others' work
  std::vector<std::unique_ptr<Instance>> dead_;
  std::size_t born_ = 0;
  std::size_t appended_ = 0;
  Counts counts_{};
};

/// MILLRACE_SEEDS: as many, for a long run.
std::uint64_t seeds() {
  const char* text = std::getenv("MILLRACE_SEEDS");
  const auto wanted = text == nullptr ? std::nullopt : json::integer(text);
  return static_cast<std::uint64_t>(wanted.value_or(1'000));
}

TEST(Simulation, EveryEventHasOneOutcomeInOrderWhateverCrashes) {
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    World world(seed, Flaw::none);
    const std::string wrong = world.run();
    ASSERT_EQ(wrong, "") << "seed " << seed;
  }
}

TEST(Pipeline, APoisonEventDelaysItsOwnKeyAlone) {
  VirtualScheduler scheduler(1);
  const auto clock = [&scheduler] { return scheduler.clock(); };
  const auto raw = store::memory::make_store({.clock = clock});
  const auto target = store::memory::make_store({.clock = clock});
  const auto attempts = store::memory::make_store({.clock = clock});
  document::MemoryLedger ledger;
  std::vector<document::Append> appends;
  for (int i = 0; i < 100; ++i)
    appends.push_back({.id = fmt::format("e{}", i), .payload = fmt::format(R"({{"key":"k{}","plan":{}}})", i % 5, i == 0 ? 12 : 1)});
  ASSERT_TRUE(now_of(raw->append(std::move(appends))).has_value());
  Instance instance(scheduler, *raw, *target, *attempts, ledger, "i", Flaw::none, {kAttempts, Duration{60'000}, Duration{60'000}});
  scheduler.run_until(Duration{20'000});
  EXPECT_EQ(*now_of(target->last_position()), 80u);  // all but those of the first key
  scheduler.run_until(Duration{300'000});
  EXPECT_EQ(*now_of(target->last_position()), 100u);
  EXPECT_EQ(instance.transform.failures[1], kAttempts);
  instance.end(Duration{1'000});
  scheduler.run_until(Duration{310'000});
  EXPECT_TRUE(instance.has_ended);
}

document::Append planned(int number) {
  return {.id = fmt::format("e{}", number), .payload = fmt::format(R"({{"key":"k{}","plan":{}}})", number % 5, number % 5 == 1 ? 15 : 1)};
}

/// A store as a backup has it: the first of them were recorded then, the others are new.
void set_back(Instance& before, VirtualScheduler& scheduler, document::Store& raw, int kept, int added) {
  before.end(Duration{1'000});
  scheduler.run_until(scheduler.now() + Duration{10'000});
  for (int i = 0; i < kept; ++i) ASSERT_TRUE(now_of(raw.append({planned(i)})).has_value());
  for (int i = 0; i < added; ++i) ASSERT_TRUE(now_of(raw.append({planned(1'000 + i)})).has_value());
}

TEST(Pipeline, AFeedThatWasSetBackIsProcessedToItsEnd) {
  // Fewer events than were processed, as many, more.
  for (const int added : {5, 10, 40}) {
    VirtualScheduler scheduler(1);
    const auto clock = [&scheduler] { return scheduler.clock(); };
    const auto raw = store::memory::make_store({.clock = clock});
    const auto restored = store::memory::make_store({.clock = clock});
    const auto target = store::memory::make_store({.clock = clock});
    const auto attempts = store::memory::make_store({.clock = clock});
    document::MemoryLedger ledger;
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(now_of(raw->append({planned(i)})).has_value());
    Instance before(scheduler, *raw, *target, *attempts, ledger, "before", Flaw::none);
    scheduler.run_until(Duration{20'000});
    ASSERT_EQ(*now_of(target->last_position()), 20u);
    set_back(before, scheduler, *restored, 10, added);
    Instance after(scheduler, *restored, *target, *attempts, ledger, "after", Flaw::none);
    scheduler.run_until(scheduler.now() + Duration{30'000});
    EXPECT_EQ(*now_of(target->last_position()), 20u + static_cast<unsigned>(added));
    Counts counts{};
    after.end(Duration{1'000});
    scheduler.run_until(scheduler.now() + Duration{10'000});
    for (std::size_t i = 0; i < 4; ++i) {
      const PartitionRecord record = read_partition(now_of(ledger.get(partition_name("p", i, 4)))->value);
      for (std::size_t j = 0; j < counts.size(); ++j) counts[j] += record.counts[j];
    }
    EXPECT_EQ(counts[0] + counts[1], 10u + static_cast<unsigned>(added));
  }
}

class PlantedFlaw : public testing::TestWithParam<Flaw> {};

TEST_P(PlantedFlaw, IsFoundWithinAThousandSeeds) {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    World world(seed, GetParam());
    if (!world.run().empty()) return;
  }
  FAIL() << "flaw " << static_cast<int>(GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, PlantedFlaw,
                         testing::Values(Flaw::cursor_skips, Flaw::progress_first, Flaw::fence_unchecked, Flaw::loose_ids,
                                         Flaw::lanes_run_on, Flaw::conflict_is_done, Flaw::endless_attempts, Flaw::waiting_forgotten));

}  // namespace
}  // namespace millrace::processing
