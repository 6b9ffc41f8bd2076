#include "http/traffic.hpp"

#include <fmt/format.h>

namespace millrace::http {
namespace {

using observe::Family;
using observe::Kind;
using observe::Level;
using observe::Module;

constexpr Family kRequests{"millrace_http_requests_total", Kind::counter, "Requests answered, by route, method and status."};
constexpr Family kDuration =
    observe::seconds("millrace_http_request_duration_seconds", "From a request that is there to the beginning of its answer, by route.");
constexpr Family kReceived{"millrace_http_received_bytes_total", Kind::counter, "Bytes that clients have sent."};
constexpr Family kSent{"millrace_http_sent_bytes_total", Kind::counter, "Bytes that were sent to clients."};
constexpr Family kConnections{"millrace_http_connections_total", Kind::counter, "Connections that were taken."};
constexpr Family kOpen{"millrace_http_connections", Kind::gauge, "Connections that are open."};
constexpr Family kUnderWay{"millrace_http_requests_in_flight", Kind::gauge, "Requests that are being answered."};
constexpr Family kBodies{"millrace_http_bodies_bytes", Kind::gauge, "Memory that bodies hold, as limits.bodyMemory counts it."};

constexpr std::string_view kNoRoute = "none";

/// Of a method of no name of ours there may be any number.
std::string_view method_label(Method method) {
  return method == Method::other ? "OTHER" : to_string(method);
}

}  // namespace

Route::Route(observe::Registry& metrics, std::string_view pattern)
    : metrics_(metrics), pattern_(pattern), duration_(metrics.histogram(kDuration, {{"route", pattern}})) {}

observe::Counter& Route::find_counter(Method method, int status, std::size_t place) {
  observe::Counter& found =
      metrics_.counter(kRequests, {{"route", pattern_}, {"method", method_label(method)}, {"status", std::to_string(status)}});
  const std::lock_guard lock(mutex_);
  auto& counters = owned_[static_cast<std::size_t>(method)];
  if (!counters) {
    counters = std::make_unique<Counters>();
    counters_[static_cast<std::size_t>(method)].store(counters.get(), std::memory_order_release);
  }
  // One that has no place is looked up again each time.
  if (status % 100 < static_cast<int>(kOfHundred) && place < counters->size()) (*counters)[place].store(&found, std::memory_order_relaxed);
  return found;
}

bool Route::may_tell() {
  const std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(Traffic::Clock::now().time_since_epoch()).count();
  std::int64_t told = told_.load(std::memory_order_relaxed);
  return told != second && told_.compare_exchange_strong(told, second);
}

Traffic::Traffic(observe::Instruments& instruments)
    : instruments_(instruments),
      received_(instruments.metrics.counter(kReceived)),
      sent_(instruments.metrics.counter(kSent)),
      connections_(instruments.metrics.counter(kConnections)),
      no_route_(route(kNoRoute)) {}

Route& Traffic::route(std::string_view pattern) {
  const std::lock_guard lock(mutex_);
  auto known = routes_.find(pattern);
  if (known == routes_.end()) known = routes_.emplace(std::string(pattern), std::make_unique<Route>(instruments_.metrics, pattern)).first;
  return *known->second;
}

/// The path has what a client looks for in it, and so may hold what documents do: it is a payload.
void Traffic::tell(const Request& request, Route& route, int status, Clock::duration took) {
  observe::Log& log = instruments_.log;
  const bool is_failure = status >= 500 && log.tells(Module::http, Level::warn) && (tells_requests() || route.may_tell());
  if (is_failure || tells_requests()) {
    const std::string target = log.tells_payloads() ? std::string(request.target) : route.pattern();
    const std::string text = fmt::format("{} {} {}", method_label(request.method), target, status);
    const std::string milliseconds = fmt::format("{:.3f}", std::chrono::duration<double, std::milli>(took).count());
    log.write(Module::http, is_failure ? Level::warn : log.level_of_requests(), text,
              {request.trace,
               {{.name = "method", .value = method_label(request.method), .is_in_words = true},
                {.name = "route", .value = route.pattern(), .is_in_words = true},
                {.name = "status", .value = std::to_string(status), .is_number = true, .is_in_words = true},
                {.name = "client", .value = request.remote},
                {.name = "ms", .value = milliseconds, .is_number = true}}});
  }
  if (instruments_.spans.keeps(request.trace)) record(request, route, status, took);
}

void Traffic::record(const Request& request, const Route& route, int status, Clock::duration took) {
  observe::Span span{.trace = request.trace,
                     .name = fmt::format("{} {}", method_label(request.method), route.pattern()),
                     .kind = observe::SpanKind::server,
                     .start = now() + -std::chrono::duration_cast<std::chrono::microseconds>(took),
                     .took = took,
                     .is_error = status >= 500};
  span.attributes = {{"http.request.method", std::string(method_label(request.method))},
                     {"http.route", route.pattern()},
                     {"http.response.status_code", std::int64_t{status}},
                     {"url.scheme", std::string("http")},
                     {"client.address", std::string(request.remote)}};
  if (span.is_error) span.attributes.emplace_back("error.type", std::to_string(status));
  instruments_.spans.record(std::move(span));
}

void collect_load(const Load& load, observe::Samples& samples) {
  const Load::Now now = load.now();
  samples.add(kOpen, {}, static_cast<double>(now.connections));
  samples.add(kUnderWay, {}, static_cast<double>(now.requests));
  samples.add(kBodies, {}, static_cast<double>(now.body_bytes));
}

}  // namespace millrace::http
