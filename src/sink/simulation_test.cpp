// Thousands of lives of a sink, each from a seed: the broker has every version, in order; once where it knows repeats by their ids. Bugs
// that are planted are found.
#include "processing/simulation_test.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <deque>

#include "sink/sink.hpp"

namespace millrace::sink {
namespace {

using processing::Life;
using processing::VirtualScheduler;

constexpr Duration kLease{3'000};

/// What came to it, in order.
struct Broker {
  VirtualScheduler& scheduler;
  bool knows_repeats = true;
  bool is_away = false;
  std::uint64_t refuses_one_in = 0;
  std::vector<Position> log = {};
  std::set<Position> ids = {};

  bool accept(Position position) {
    if (is_away || scheduler.chance(refuses_one_in)) return false;
    if (ids.insert(position).second || !knows_repeats) log.push_back(position);
    return true;
  }
};

/// Messages arrive in order, late; answers come late, or are lost with all that follow.
class PlannedPublisher final : public Publisher {
 public:
  PlannedPublisher(Broker& broker, Life& life) : broker_(broker), life_(life) {}
  ~PlannedPublisher() override { *is_there_ = false; }

  Task<Position> open() override {
    processing::Delay delay{life_};
    co_await delay;
    if (broker_.is_away || life_.is_dead) co_return Failure(processing::away());
    session_ = std::make_shared<Session>();
    told_ = {};
    if (life_.scheduler.chance(4)) told_.trouble = "Slow.";
    if (call_) call_();
    co_return broker_.knows_repeats&& life_.scheduler.chance(2) && !broker_.ids.empty() ? *broker_.ids.rbegin() : 0;
  }

  void send(std::vector<Event> events) override {
    for (const Event& event : events) session_->queue.push_back(event.position());
    deliver(session_);
  }

  Progress progress() override { return std::exchange(told_, {}); }
  void on_progress(std::function<void()> call) override { call_ = std::move(call); }

  Task<void> close() override {
    processing::Delay delay{life_};
    co_await delay;
    // Some of what is on its way arrives all the same.
    if (session_) session_->queue.resize(std::min<std::size_t>(session_->queue.size(), life_.scheduler.below(4)));
    session_.reset();
    told_ = {};
    co_return {};
  }

 private:
  struct Session {
    std::deque<Position> queue;
    bool is_delivering = false;
    bool is_broken = false;  // nothing is accepted after what was not
    bool is_mute = false;    // answers are lost
  };

  void deliver(std::shared_ptr<Session> session) {
    if (session->is_delivering || session->queue.empty()) return;
    session->is_delivering = true;
    life_.scheduler.after(Duration(life_.scheduler.below(12)), [this, session, is_there = is_there_] {
      session->is_delivering = false;
      if (!*is_there || session->queue.empty()) return;
      const Position position = session->queue.front();
      session->queue.pop_front();
      const bool is_accepted = !session->is_broken && broker_.accept(position);
      session->is_broken = session->is_broken || !is_accepted;
      session->is_mute = session->is_mute || life_.scheduler.chance(400);
      if (!session->is_mute || !is_accepted) answer(session, position, is_accepted);
      deliver(session);
    });
  }

  void answer(const std::shared_ptr<Session>& session, Position position, bool is_accepted) {
    life_.scheduler.after(Duration(life_.scheduler.below(12)), [this, session, position, is_accepted, is_there = is_there_] {
      if (!*is_there || session != session_ || life_.is_dead) return;
      if (is_accepted) told_.accepted.push_back(position);
      if (!is_accepted) told_.failure = "Refused.";
      if (call_) call_();
    });
  }

  Broker& broker_;
  Life& life_;
  std::shared_ptr<Session> session_;
  Progress told_;
  std::function<void()> call_;
  std::shared_ptr<bool> is_there_ = std::make_shared<bool>(true);
};

struct Instance {
  Instance(VirtualScheduler& scheduler, document::Store& store, document::Ledger& ledger, Broker& broker, std::string name, Flaw flaw)
      : life{scheduler}, store_proxy(store, life), ledger_proxy(ledger, life), source(store_proxy, life), publisher(broker, life) {
    SinkOptions options{.name = "s", .instance = std::move(name)};
    options.messages_max = 12;
    options.patience = Duration{2'000};
    options.retry = {.backoff = Duration{20}, .backoff_max = Duration{400}};
    options.lease = kLease;
    options.save_interval = Duration{100};
    options.store_pause = Duration{20};
    options.flaw = flaw;
    sink.emplace(SinkParts{scheduler, source, publisher, ledger_proxy}, std::move(options));
    sink->start();
  }

  void end(Duration drain) {
    millrace::start(sink->stop(drain), [this](const Result<>&) { has_ended = true; });
  }

  Life life;
  processing::StoreProxy store_proxy;
  processing::LedgerProxy ledger_proxy;
  processing::StoreSource source;
  PlannedPublisher publisher;
  std::optional<Sink> sink;
  bool has_ended = false;
};

/// One world from a seed; what is wrong in the end.
class World {
 public:
  World(std::uint64_t seed, Flaw flaw, bool knows_repeats) : scheduler_(seed), flaw_(flaw), broker_{scheduler_, knows_repeats} {
    for (int i = 0; i < 2; ++i) begin();
  }

  std::string run() {
    for (int round = 0; round < 40; ++round) {
      append(scheduler_.below(20));
      disturb();
      scheduler_.run_until(scheduler_.now() + Duration(scheduler_.below(1'500)));
    }
    calm();
    scheduler_.run_until(scheduler_.now() + Duration{60'000});
    const std::string wrong = verdict();
    for (const auto& instance : instances_) instance->end(Duration{100});
    scheduler_.run_until(scheduler_.now() + Duration{20'000});
    for (const auto& instance : instances_) CHECK(instance->has_ended);
    return wrong;
  }

 private:
  void begin() {
    instances_.push_back(std::make_unique<Instance>(scheduler_, *store_, ledger_, broker_, fmt::format("i{}", ++names_), flaw_));
  }

  void append(std::uint64_t count) {
    for (; count > 0; --count) {
      std::vector<document::Append> one{{.id = fmt::format("d{}", ++documents_), .payload = R"({"n":1})"}};
      millrace::start(store_->append(std::move(one)), [](const auto& receipts) { CHECK(receipts.has_value()); });
    }
  }

  void disturb() {
    Instance& one = *instances_[scheduler_.below(instances_.size())];
    switch (scheduler_.below(8)) {
      case 0: crash(one); break;
      case 1: one.life.paused_until = scheduler_.now() + Duration(scheduler_.below(3 * kLease.count())); break;
      case 2: one.life.fails_one_in = 2 + scheduler_.below(8); break;
      case 3: one.life.fails_one_in = 0; break;
      case 4: broker_.is_away = true; break;
      case 5: broker_.is_away = false; break;
      case 6: broker_.refuses_one_in = scheduler_.chance(2) ? 0 : 10 + scheduler_.below(100); break;
      default: break;
    }
  }

  /// Dead instances come to nothing any more; another one begins in its place.
  void crash(Instance& one) {
    one.life.is_dead = true;
    one.end(Duration{0});
    const auto place = std::ranges::find(instances_, &one, &std::unique_ptr<Instance>::get);
    dead_.push_back(std::move(*place));
    instances_.erase(place);
    begin();
  }

  void calm() {
    broker_.is_away = false;
    broker_.refuses_one_in = 0;
    for (const auto& instance : instances_) instance->life.fails_one_in = 0, instance->life.paused_until = {};
  }

  std::string verdict() const {
    const std::vector<Position>& log = broker_.log;
    Position last = 0;
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (log[i] > last + 1) return fmt::format("{} came after {}", log[i], last);
      if (log[i] <= last && broker_.knows_repeats) return fmt::format("{} came again", log[i]);
      last = std::max(last, log[i]);
    }
    if (last != documents_) return fmt::format("{} of {} were published", last, documents_);
    std::size_t publishing = 0;
    for (const auto& instance : instances_) publishing += instance->sink->status().work == SinkStatus::Work::publishing ? 1 : 0;
    if (publishing != 1) return fmt::format("{} instances publish", publishing);
    for (const auto& instance : instances_)
      if (instance->sink->status().record.position > documents_) return "a position that is not there";
    return {};
  }

  VirtualScheduler scheduler_;
  const Flaw flaw_;
  Broker broker_;
  std::unique_ptr<document::Store> store_ = store::memory::make_store();
  document::MemoryLedger ledger_;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::vector<std::unique_ptr<Instance>> dead_;
  std::uint64_t names_ = 0;
  Position documents_ = 0;
};

std::uint64_t seeds() {
  const char* text = std::getenv("MILLRACE_SEEDS");
  std::uint64_t count = 300;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), count);
  return count;
}

TEST(SinkSimulation, PublishesEachVersionOnceInOrder) {
  for (std::uint64_t seed = 0; seed < seeds(); ++seed) {
    World world(seed, Flaw::none, true);
    ASSERT_EQ(world.run(), "") << "seed " << seed;
  }
}

TEST(SinkSimulation, PublishesEachVersionInOrderWhereRepeatsAreNotKnown) {
  for (std::uint64_t seed = 0; seed < seeds(); ++seed) {
    World world(seed, Flaw::none, false);
    ASSERT_EQ(world.run(), "") << "seed " << seed;
  }
}

class PlantedFlaw : public testing::TestWithParam<Flaw> {};

TEST_P(PlantedFlaw, IsFoundWithinAThousandSeeds) {
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    World world(seed, GetParam(), true);
    if (!world.run().empty()) return;
  }
  FAIL() << "nothing was wrong";
}

INSTANTIATE_TEST_SUITE_P(All, PlantedFlaw, testing::Values(Flaw::position_first, Flaw::resumes_at_sent, Flaw::owner_unchecked));

}  // namespace
}  // namespace millrace::sink
