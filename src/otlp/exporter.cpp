#include "otlp/exporter.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::otlp {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr observe::Family kExported{"millrace_spans_exported_total", observe::Kind::counter, "Spans that the collector has taken."};
constexpr milliseconds kTick{100};
// For what waits when the service ends.
constexpr milliseconds kLast{2'000};

}  // namespace

Exporter::Exporter(observe::Instruments& instruments, ExporterOptions options)
    : instruments_(instruments),
      options_(std::move(options)),
      log_(instruments.log.lines(observe::Module::traces, observe::Level::warn)),
      exported_(instruments.metrics.counter(kExported)) {
  instruments_.spans.open(options_.limits);
  loop_.post([this] {
    client_ = std::make_unique<http::Client>(loop_, options_.endpoint,
                                             http::ClientOptions{.connect_timeout = options_.timeout, .timeout = options_.timeout});
    tick();
  });
  thread_ = std::thread([this] {
    loop_.run();
    client_.reset();
  });
}

Exporter::~Exporter() {
  is_ending_ = true;
  thread_.join();
  instruments_.spans.close();
}

/// Sends when there is a batch, or has not been one for a while; at the end what is left, then stops.
void Exporter::tick() {
  const Clock::time_point now = Clock::now();
  const std::size_t waiting = instruments_.spans.waiting();
  const bool is_due = waiting >= options_.batch_max || now - sent_at_ >= options_.interval || is_ending_;
  if (waiting > 0 && is_due && !is_sending_) {
    is_sending_ = true;
    sent_at_ = now;
    start(send_all(), [this](const Result<>&) { is_sending_ = false; });
  }
  if (is_ending_ && !ending_at_) ending_at_ = now;
  if (ending_at_ && (!is_sending_ || now - *ending_at_ >= kLast)) return loop_.stop();
  loop_.after(kTick, [this] { tick(); });
}

Task<void> Exporter::send_all() {
  while (true) {
    std::vector<observe::Span> spans = instruments_.spans.take(options_.batch_max);
    if (spans.empty()) co_return {};
    CO_TRY(const bool is_taken, co_await send(std::move(spans)));
    if (!is_taken) co_return {};
  }
}

Task<bool> Exporter::send(std::vector<observe::Span> spans) {
  http::ClientRequest request{.method = http::Method::post,
                              .target = options_.endpoint.path.empty() ? "/" : options_.endpoint.path,
                              .content_type = "application/json",
                              .body = encode(options_.resource, spans),
                              .headers = options_.headers,
                              .timeout = is_ending_ ? std::min(kLast, options_.timeout) : options_.timeout};
  auto response = co_await client_->send(std::move(request));
  const bool is_taken = response && response->status >= 200 && response->status < 300;
  if (is_taken) {
    exported_.add(spans.size());
    co_return true;
  }
  instruments_.spans.drop(spans.size());
  log_(response ? fmt::format("The collector answers with status {}: spans are dropped.", response->status)
                : fmt::format("The collector does not take spans, they are dropped: {}", response.error().message));
  co_return false;
}

}  // namespace millrace::otlp
