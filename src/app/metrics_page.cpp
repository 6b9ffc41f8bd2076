#include "app/metrics_page.hpp"

#include <algorithm>
#include <atomic>

#include "app/version.hpp"
#include "http/media_range.hpp"
#include "http/status.hpp"
#include "http/traffic.hpp"
#include "io/within.hpp"
#include "observe/process.hpp"

namespace millrace::app {
namespace {

using observe::Family;
using observe::Kind;
using observe::Samples;

constexpr Family kBuild{"millrace_build_info", Kind::gauge, "1, with the version that runs."};
constexpr Family kPosition{"millrace_feed_position", Kind::gauge, "The last position of a feed, by entity: how many versions there are."};
constexpr Family kFollowers{"millrace_feed_followers", Kind::gauge, "Who follows a feed of this instance, by entity."};
constexpr Family kConsumerLag{"millrace_consumer_lag", Kind::gauge,
                              "Versions that a named consumer was not given yet, by API and consumer."};
constexpr Family kConsumerOpen{"millrace_consumer_open", Kind::gauge, "Versions that were given to it and are not done with."};
constexpr Family kConsumerParked{"millrace_consumer_parked", Kind::gauge, "Versions that failed too often and are parked."};
constexpr Family kLag{"millrace_processor_lag", Kind::gauge, "Versions behind what a processor has read here, by processor."};
constexpr Family kPending{"millrace_processor_pending", Kind::gauge, "Events in memory that have no outcome yet, by processor."};
constexpr Family kParked{"millrace_processor_parked", Kind::gauge, "Events that failed and wait for their next attempt, by processor."};
constexpr Family kPartitions{"millrace_processor_partitions", Kind::gauge, "Partitions that this instance holds, by processor."};
constexpr Family kSinkLag{"millrace_sink_lag", Kind::gauge, "Versions that a sink has not published yet, by sink."};
constexpr Family kPublished{"millrace_sink_published_total", Kind::counter,
                            "Messages that the broker has accepted, by sink, of all instances."};
constexpr Family kUnderWay{"millrace_sink_in_flight", Kind::gauge, "Messages that were sent and are not accepted yet, by sink."};
constexpr Family kSinkUp{"millrace_sink_up", Kind::gauge, "1 while this instance publishes; 0 while it cannot, or another one does."};
constexpr Family kBreaker{"millrace_remote_breaker_open", Kind::gauge, "1 while another server is left alone since it failed, by target."};
constexpr Family kSpansDropped{"millrace_spans_dropped_total", Kind::counter,
                               "Spans that there was no room for, or that could not be delivered."};
constexpr Family kSpansWaiting{"millrace_spans_waiting", Kind::gauge, "Spans that wait to be exported."};

constexpr std::chrono::milliseconds kPatience{500};
// Consumers have names that clients give: no more of one API are told.
constexpr std::size_t kConsumersMax = 100;

double number(std::uint64_t value) {
  return static_cast<double>(value);
}
double behind(std::uint64_t head, std::uint64_t position) {
  return number(head - std::min(head, position));
}

Task<Samples> look_at_entity(const MetricsParts::Entity& entity) {
  CO_TRY(const document::Position head, co_await entity.feed->store().last_position());
  Samples samples;
  samples.add(kPosition, {{"entity", entity.name}}, number(head));
  co_return samples;
}

Task<Samples> look_at_consumers(const MetricsParts::Consumed& consumed) {
  CO_TRY(const auto all, co_await consumed.consumers->list({}, kConsumersMax));
  Samples samples;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto add = [&](const Family& family, double value) {
      samples.add(family, {{"api", consumed.path}, {"consumer", all[i].name}}, value);
    };
    add(kConsumerLag, behind(all[i].head, all[i].progress.cursor));
    add(kConsumerOpen, number(all[i].progress.open_count()));
    add(kConsumerParked, number(all[i].progress.parked_count()));
  }
  co_return samples;
}

/// As this instance knows it: the partitions of others are told by those.
Task<Samples> look_at_processor(Processors& processors, std::size_t processor) {
  const ProcessorParts& parts = processors.parts(processor);
  CO_TRY(const ProcessorView view, co_await processors.view(processor));
  Samples samples;
  const auto add = [&](const Family& family, double value) { samples.add(family, {{"processor", parts.model.config.name}}, value); };
  add(kPending, number(view.pending));
  std::size_t held = 0;
  std::size_t parked = 0;
  document::Position position = UINT64_MAX;
  for (const auto& record : view.held) {
    if (!record) continue;
    ++held;
    position = std::min(position, record->cursor);
    parked += static_cast<std::size_t>(std::ranges::count_if(record->waiting, [](const auto& each) { return each.second > 0; }));
  }
  add(kPartitions, number(held));
  add(kParked, number(parked));
  // Who holds nothing is not behind, and who cannot be asked how much there is does not know.
  const auto head = co_await parts.feed.store().last_position();
  if (held > 0 && head) add(kLag, behind(*head, position));
  co_return samples;
}

Task<Samples> look_at_sink(const Sinks& sinks, std::size_t sink, const MetricsParts::Entity& entity, const std::string& name) {
  const sink::SinkStatus status = sinks.status(sink);
  Samples samples;
  const auto add = [&](const Family& family, double value) { samples.add(family, {{"sink", name}}, value); };
  add(kPublished, number(status.record.published));
  add(kUnderWay, number(status.under_way));
  add(kSinkUp, status.work == sink::SinkStatus::Work::publishing ? 1 : 0);
  const auto head = co_await entity.feed->store().last_position();
  if (head) add(kSinkLag, behind(*head, status.record.position));
  co_return samples;
}

}  // namespace

/// One at a time: where a storage does not answer, not every question adds another one.
struct MetricsPage::Look {
  std::function<Task<Samples>()> ask;
  std::atomic<bool> is_under_way = false;

  Task<Samples> run() {
    if (is_under_way.exchange(true)) co_return Samples();
    auto samples = co_await ask();
    is_under_way = false;
    co_return samples;
  }
};

MetricsPage::MetricsPage(MetricsParts parts) : parts_(std::move(parts)) {
  add_looks();
}
MetricsPage::~MetricsPage() = default;

void MetricsPage::add_looks() {
  const auto add = [this](std::function<Task<Samples>()> ask) { looks_.push_back(std::make_unique<Look>(std::move(ask))); };
  for (const auto& entity : parts_.entities) add([&entity] { return look_at_entity(entity); });
  for (const auto& consumed : parts_.consumed) add([&consumed] { return look_at_consumers(consumed); });
  for (std::size_t i = 0; i < parts_.processors.size(); ++i)
    add([&processors = parts_.processors, i] { return look_at_processor(processors, i); });
  for (std::size_t i = 0; i < parts_.model.sinks.size(); ++i) {
    const SinkModel& sink = parts_.model.sinks[i];
    add([&sinks = *parts_.sinks, i, &entity = parts_.entities[sink.entity], &name = sink.config.name] {
      return look_at_sink(sinks, i, entity, name);
    });
  }
}

void MetricsPage::collect_here(Samples& samples) const {
  samples.add(kBuild, {{"version", version()}}, 1);
  observe::collect_process(samples);
  http::collect_load(parts_.load, samples);
  for (const auto& entity : parts_.entities) samples.add(kFollowers, {{"entity", entity.name}}, number(entity.feed->followers()));
  for (const auto& target : parts_.targets) samples.add(kBreaker, {{"target", target->url()}}, target->is_open() ? 1 : 0);
  samples.add(kSpansDropped, {}, number(parts_.instruments.spans.dropped()));
  samples.add(kSpansWaiting, {}, number(parts_.instruments.spans.waiting()));
}

bool MetricsPage::is_idle() const {
  return std::ranges::none_of(looks_, [](const auto& look) { return look->is_under_way.load(); });
}

Task<http::Response> MetricsPage::handle(const http::Request& request) {
  if (request.method != http::Method::get && request.method != http::Method::head) {
    http::Response refusal = http::problem(405, {ErrorKind::invalid_argument, "http.method", "Metrics are read by GET."});
    refusal.add("Allow", "GET, HEAD, OPTIONS");
    co_return refusal;
  }
  Samples samples;
  collect_here(samples);
  std::vector<Task<std::optional<Result<Samples>>>> looking;
  for (const auto& look : looks_) looking.push_back(io::within(kPatience, look->run()));
  auto looked = co_await when_all(std::move(looking));
  for (auto& each : *looked)
    if (each && *each && **each) samples.merge(***std::move(each));
  const bool is_openmetrics = http::preferred_media_type(request.header("accept"), {"text/plain", "application/openmetrics-text"}) == 1;
  using Format = observe::Registry::Format;
  http::Response response;
  response.body = parts_.instruments.metrics.print(is_openmetrics ? Format::openmetrics : Format::prometheus, samples);
  response.add("Content-Type",
               is_openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8");
  response.add("Cache-Control", "no-store").add("Vary", "Accept");
  response.only_reads = true;
  co_return response;
}

}  // namespace millrace::app
