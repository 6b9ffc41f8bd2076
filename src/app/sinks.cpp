#include "app/sinks.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

#include "app/entity_path.hpp"
#include "base/id.hpp"
#include "io/loop.hpp"
#include "processing/feed_source.hpp"
#include "processing/loop_scheduler.hpp"
#include "sink/kafka_publisher.hpp"
#include "sink/nats_publisher.hpp"

namespace millrace::app {
namespace {

constexpr std::chrono::milliseconds kFeedsWait{2'000};
constexpr observe::Family kFailures{"millrace_sink_failures_total", observe::Kind::counter,
                                    "Times that a broker could not be reached, or refused, by sink."};

/// Of this process and no other, and for a person to recognise.
std::string instance_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {};
  return fmt::format("{} {} {}", host.data(), ::getpid(), make_uuid7());
}

/// "raw-events" of "/raw-events/api".
std::string entity_name(std::string_view from) {
  from = without_face(from);
  return std::string(from.substr(from.starts_with('/') ? 1 : 0));
}

/// Seen from the config's folder.
std::string file_beside(const std::filesystem::path& config, const std::string& name) {
  return name.empty() ? name : (std::filesystem::absolute(config).parent_path() / name).string();
}

sink::NatsOptions nats_options(const SinkConfig& sink, const std::filesystem::path& config_file) {
  const NatsConfig& config = *sink.nats;
  sink::NatsOptions options{
      .url = config.url, .subject = config.subject, .entity = entity_name(sink.from), .name = "millrace " + sink.name};
  if (const auto& stream = config.stream)
    options.stream = {stream->name, stream->age_max, stream->bytes_max, stream->replicas, stream->duplicates};
  options.ca = file_beside(config_file, config.ca);
  options.certificate = file_beside(config_file, config.certificate);
  options.key = file_beside(config_file, config.key);
  return options;
}

std::unique_ptr<sink::Publisher> make_publisher(io::Loop& loop, const SinkConfig& sink, const std::filesystem::path& config_file) {
  if (sink.nats) return sink::make_nats_publisher(loop, nats_options(sink, config_file));
  const KafkaConfig& config = *sink.kafka;
  sink::KafkaOptions options{
      .brokers = config.brokers, .topic = config.topic, .entity = entity_name(sink.from), .settings = config.options};
  options.messages_max = sink.messages_max + 1;
  return sink::make_kafka_publisher(loop, std::move(options));
}

}  // namespace

struct Sinks::State {
  struct One {
    One(io::Loop& loop, const Part& part, const std::filesystem::path& config_file, sink::SinkOptions options)
        : scheduler(loop),
          source(*part.feed),
          publisher(make_publisher(loop, part.model->config, config_file)),
          sink({scheduler, source, *publisher, part.feed->store().ledger()}, std::move(options)) {}
    processing::LoopScheduler scheduler;
    processing::FeedSource source;
    std::unique_ptr<sink::Publisher> publisher;
    sink::Sink sink;
  };

  io::Loop loop;
  std::vector<std::unique_ptr<One>> all;
  std::vector<document::Feed*> feeds;
  std::thread thread;

  /// Each by itself, then what the feeds still read on this thread.
  Task<void> stop(std::chrono::milliseconds drain) {
    std::vector<Task<void>> tasks;
    for (const auto& one : all) tasks.push_back(one->sink.stop(drain));
    CO_TRY_OK(co_await when_all(std::move(tasks)));
    end_when_idle(std::chrono::steady_clock::now() + kFeedsWait);
    co_return {};
  }
  void end_when_idle(std::chrono::steady_clock::time_point deadline) {
    const bool is_idle = std::ranges::all_of(feeds, &document::Feed::is_idle);
    if (is_idle || std::chrono::steady_clock::now() >= deadline) return loop.stop();
    loop.after(std::chrono::milliseconds(20), [this, deadline] { end_when_idle(deadline); });
  }
};

Sinks::Sinks(std::vector<Part> parts, std::filesystem::path config_file, observe::Instruments& instruments)
    : state_(std::make_unique<State>()) {
  const std::string instance = instance_name();
  for (const Part& part : parts) {
    const SinkConfig& config = part.model->config;
    sink::SinkOptions options{.name = config.name, .instance = instance, .begins_now = config.begins_now};
    options.messages_max = config.messages_max;
    options.bytes_max = config.bytes_max;
    if (config.nats) options.patience = config.nats->ack_wait;
    options.log = [&failures = instruments.metrics.counter(kFailures, {{"sink", config.name}}),
                   log = instruments.log.lines(observe::Module::sinks, observe::Level::error, config.name)](std::string_view line) {
      failures.add();
      log(line);
    };
    state_->all.push_back(std::make_unique<State::One>(state_->loop, part, config_file, std::move(options)));
    state_->feeds.push_back(part.feed);
  }
}

void Sinks::start() {
  state_->thread = std::thread([state = state_.get()] { state->loop.run(); });
  state_->loop.post([state = state_.get()] {
    for (const auto& one : state->all) one->sink.start();
  });
}

Sinks::~Sinks() {
  if (state_->thread.joinable()) stop(std::chrono::milliseconds{0});
}

void Sinks::stop(std::chrono::milliseconds drain) {
  state_->loop.post([state = state_.get(), drain] { millrace::start(state->stop(drain), [](const Result<>&) {}); });
  state_->thread.join();
}

sink::SinkStatus Sinks::status(std::size_t sink) const {
  return state_->all[sink]->sink.status();
}

}  // namespace millrace::app
