#include "app/processors.hpp"

#include <algorithm>
#include <array>
#include <latch>
#include <thread>
#include <utility>

#include "app/make_transform.hpp"
#include "app/processor_watch.hpp"
#include "base/id.hpp"
#include "io/loop.hpp"
#include "processing/feed_source.hpp"
#include "processing/loop_scheduler.hpp"
#include "processing/pipeline.hpp"

namespace millrace::app {
namespace {

using processing::Duration;

constexpr std::size_t kRateSeconds = 10;

processing::PipelineOptions pipeline_options(const ProcessorModel& model, const std::string& instance, observe::Instruments& instruments) {
  const ProcessorConfig& config = model.config;
  processing::PipelineOptions options{.name = config.name, .instance = instance, .partitions = config.partitions};
  options.retry = {config.attempts, config.backoff, config.backoff_max};
  if (config.age_max.count() > 0) options.age_max = config.age_max;
  options.concurrency = config.concurrency;
  if (config.webhook) {
    // An event is sent when the one before it of its key has its outcome.
    options.run_max = 1;
    options.batch_max = std::max(options.batch_max, config.webhook->batch);
  }
  options.fields = model.fields;
  options.refusal = make_refusal(model);
  tell_of(options, instruments);
  return options;
}

/// One processor, on its loop's thread.
struct Runner : std::enable_shared_from_this<Runner> {
  Runner(io::Loop& loop, const ProcessorParts& parts_in, const std::string& instance, observe::Instruments& instruments)
      : parts(parts_in),
        scheduler(loop),
        source(parts.feed),
        transform(make_transform(loop, parts.model, &instruments.spans)),
        watcher(make_transform(loop, parts.model)),
        pipeline({scheduler, source, *transform, parts.results, parts.attempts, parts.results.ledger()},
                 pipeline_options(parts.model, instance, instruments)) {}

  /// Looks once a second how many outcomes there are.
  void sample() {
    outcomes[samples++ % outcomes.size()] = pipeline.outcomes();
    scheduler.after(Duration{1'000}, [weak = weak_from_this()] {
      if (const auto runner = weak.lock()) runner->sample();
    });
  }

  double rate() const {
    if (samples < 2) return 0;
    const std::size_t seconds = std::min(samples, outcomes.size()) - 1;
    const std::uint64_t last = outcomes[(samples - 1) % outcomes.size()];
    const std::uint64_t first = outcomes[(samples - 1 - seconds) % outcomes.size()];
    return static_cast<double>(last - first) / static_cast<double>(seconds);
  }

  ProcessorView view() const {
    ProcessorView view{.held = {}, .rate = rate(), .pending = pipeline.pending()};
    for (std::size_t i = 0; i < parts.model.config.partitions; ++i) {
      const processing::PartitionRecord* const record = pipeline.record(i);
      view.held.push_back(record != nullptr ? std::optional(*record) : std::nullopt);
    }
    return view;
  }

  const ProcessorParts& parts;
  processing::LoopScheduler scheduler;
  processing::FeedSource source;
  std::unique_ptr<processing::Transform> transform;
  std::unique_ptr<processing::Transform> watcher;  // tells which overdue events are meant, while the other one may be busy with one of them
  processing::Pipeline pipeline;
  std::array<std::uint64_t, kRateSeconds + 1> outcomes{};
  std::size_t samples = 0;
};

Task<ProcessorView> view_of(const Runner& runner) {
  co_return runner.view();
}

/// A thread that runs processors.
struct Lane {
  io::Loop loop;
  std::vector<std::size_t> processors;
  std::vector<std::shared_ptr<Runner>> runners;  // the thread's own
  std::thread thread;
};

Task<void> stop_all(Lane& lane, Duration drain) {
  std::vector<Task<void>> stopping;
  for (const auto& runner : lane.runners) stopping.push_back(runner->pipeline.stop(drain));
  CO_TRY_OK(co_await when_all(std::move(stopping)));
  co_return {};
}

}  // namespace

struct Processors::State {
  observe::Instruments& instruments;
  std::vector<ProcessorParts> parts;
  const std::string instance = make_uuid7();
  std::vector<std::unique_ptr<Lane>> lanes;
  bool is_running = false;

  Lane& lane_of(std::size_t processor) { return *lanes[processor % lanes.size()]; }
  Runner& runner_of(std::size_t processor) { return *lane_of(processor).runners[processor / lanes.size()]; }

  /// The first thing that the lane's thread does: what is posted to it afterwards finds its runners.
  void make_runners(Lane& lane) {
    for (const std::size_t processor : lane.processors)
      lane.runners.push_back(std::make_shared<Runner>(lane.loop, parts[processor], instance, instruments));
  }
};

Processors::Processors(std::vector<ProcessorParts> parts, observe::Instruments& instruments)
    : state_(std::make_unique<State>(instruments)) {
  State& own = *state_;
  own.parts = std::move(parts);
  const std::size_t threads = std::min<std::size_t>(own.parts.size(), std::max(1u, std::thread::hardware_concurrency()));
  for (std::size_t i = 0; i < threads; ++i) own.lanes.push_back(std::make_unique<Lane>());
  for (std::size_t i = 0; i < own.parts.size(); ++i) own.lane_of(i).processors.push_back(i);
  for (const auto& each : own.lanes) {
    Lane& lane = *each;
    lane.loop.post([&own, &lane] { own.make_runners(lane); });
    lane.thread = std::thread([&lane] {
      lane.loop.run();
      lane.runners.clear();
    });
  }
}

Processors::~Processors() {
  if (state_->is_running) stop(std::chrono::steady_clock::now());
  for (const auto& lane : state_->lanes) lane->loop.post([&lane = *lane] { lane.loop.stop(); });
  for (const auto& lane : state_->lanes) lane->thread.join();
}

void Processors::start() {
  for (const auto& lane : state_->lanes)
    lane->loop.post([&lane = *lane] {
      for (const auto& runner : lane.runners) {
        runner->pipeline.start();
        runner->sample();
      }
    });
  state_->is_running = true;
}

void Processors::stop(std::chrono::steady_clock::time_point deadline) {
  state_->is_running = false;
  std::latch stopped(static_cast<std::ptrdiff_t>(state_->lanes.size()));
  for (const auto& lane : state_->lanes)
    lane->loop.post([&lane = *lane, &stopped, deadline] {
      const auto left = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
      millrace::start(stop_all(lane, std::max(left, Duration{0})), [&stopped](const Result<>&) { stopped.count_down(); });
    });
  stopped.wait();
}

std::size_t Processors::size() const {
  return state_->parts.size();
}
const ProcessorParts& Processors::parts(std::size_t processor) const {
  return state_->parts[processor];
}
const std::string& Processors::instance() const {
  return state_->instance;
}

Task<ProcessorView> Processors::view(std::size_t processor) {
  State& own = *state_;
  auto view = co_await processing::run_on<ProcessorView>(own.lane_of(processor).loop,
                                                         [&own, processor] { return view_of(own.runner_of(processor)); });
  co_return view;
}

Task<processing::OverdueEvents> Processors::overdue(std::size_t processor, document::Position after) {
  State& own = *state_;
  const ProcessorParts& parts = own.parts[processor];
  processing::OverdueOptions options{.processor = parts.model.config.name, .deadline = parts.model.config.deadline};
  options.events = &parts.feed.store();
  options.results = &parts.results;
  options.transform = own.runner_of(processor).watcher.get();
  auto found = co_await processing::run_on<processing::OverdueEvents>(
      own.lane_of(processor).loop, [options, after] { return processing::find_overdue(options, after, now()); });
  co_return found;
}

}  // namespace millrace::app
