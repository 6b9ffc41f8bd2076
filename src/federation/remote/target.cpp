#include "federation/remote/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <random>

#include "io/loop.hpp"

namespace millrace::federation {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// The clients, by loop. It outlives the target when a loop ends at the same time.
class RemoteTarget::Clients {
 public:
  using Made = std::shared_ptr<http::Client>;

  Made of(io::Loop& loop, const TargetOptions& options, const std::shared_ptr<Clients>& self) {
    const std::lock_guard lock(mutex_);
    Made& client = clients_[&loop];
    if (client) return client;
    client = std::make_shared<http::Client>(loop, options.split,
                                            http::ClientOptions{.connect_timeout = options.connect_timeout,
                                                                .timeout = options.timeout,
                                                                .connections_max = options.connections_max,
                                                                .response_bytes_max = options.answer_bytes_max});
    loop.at_end([clients = std::weak_ptr(self), &loop] {
      if (const auto still = clients.lock()) still->end(loop);
    });
    return client;
  }
  /// What is under way ends in it, and may not come back here: the lock is gone by then.
  void end(io::Loop& loop) {
    std::unique_lock lock(mutex_);
    const auto ended = clients_.extract(&loop);
    lock.unlock();
    if (!ended.empty()) ended.mapped()->close();
  }

 private:
  std::mutex mutex_;
  std::map<io::Loop*, Made> clients_;  // GUARDED_BY(mutex_)
};

namespace {

constexpr observe::Family kDuration =
    observe::seconds("millrace_remote_request_duration_seconds", "How long other servers take, by target.");
constexpr observe::Family kRequests{"millrace_remote_requests_total", observe::Kind::counter,
                                    "Requests to other servers, each try one, by target and outcome: a status, or the code of an error."};

Failure failed(std::string_view code, std::string reason, ErrorKind kind = ErrorKind::unavailable) {
  return Failure(Error{kind, code, std::move(reason)});
}

std::string_view code_of(const Error& error) {
  if (error.kind == ErrorKind::timed_out) return "remote.timed_out";
  if (error.code == "http.answer_too_large") return "remote.too_large";
  return error.code == "http.answer" ? "remote.answer" : "remote.unreachable";
}

/// What came of one try.
struct Outcome {
  bool is_failure = false;  // of the server, which the breaker counts
  bool is_passing = false;  // another try may do better
};

Outcome outcome_of(const Result<http::Response>& response) {
  if (!response) {
    const std::string_view code = response.error().code;
    // That others wait says nothing about the server, and a large answer is what was asked for.
    if (code == "http.waiting" || code == "http.answer_too_large") return {};
    return {true, code != "http.answer"};
  }
  const int status = response->status;
  if (status == 429) return {false, true};
  return {status >= 500, status == 502 || status == 503 || status == 504};
}

/// GraphQL over HTTP: what is not 2xx may be a GraphQL response all the same, and says so by its media type.
Result<std::string> body_of(http::Response response) {
  const int status = response.status;
  if (status >= 200 && status < 300) return std::move(response.body);
  if (status >= 300 && status < 400)
    return failed("remote.redirect", fmt::format("It redirects (status {}) to \"{}\"; redirects are not followed.", status,
                                                 response.header("location").value_or("")));
  const std::string type = http::media_type(response.header("content-type").value_or(""));
  const bool is_graphql = type == "application/graphql-response+json" || (type == "application/json" && status < 500);
  if (is_graphql && response.body.contains("\"errors\"")) return std::move(response.body);
  return failed("remote.status", fmt::format("It answered with status {}.", status));
}

/// Half of the pause is chance, so that those who failed together do not come back together.
milliseconds pause_before(std::size_t retry, milliseconds backoff) {
  thread_local std::minstd_rand random(std::random_device{}());
  const milliseconds whole = backoff * (1LL << std::min<std::size_t>(retry, 10));
  return whole / 2 + milliseconds(std::uniform_int_distribution<std::int64_t>(0, whole.count() / 2)(random));
}

milliseconds time_left(Clock::time_point deadline) {
  return std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
}

}  // namespace

RemoteTarget::RemoteTarget(TargetOptions options)
    : options_(std::move(options)), breaker_(options_.breaker), clients_(std::make_shared<Clients>()) {
  if (options_.instruments != nullptr) took_ = &options_.instruments->metrics.histogram(kDuration, {{"target", options_.url}});
}
RemoteTarget::~RemoteTarget() = default;

/// A span of its own, where somebody keeps it.
Trace RemoteTarget::child_of(const Trace& trace) const {
  return trace && options_.instruments != nullptr ? options_.instruments->spans.child(trace) : trace;
}

/// What came of one try.
void RemoteTarget::tell(const Result<http::Response>& response, const Trace& trace, Clock::time_point begun) const {
  if (options_.instruments == nullptr) return;
  const auto took = Clock::now() - begun;
  took_->record(took);
  const std::string outcome = response ? std::to_string(response->status) : std::string(code_of(response.error()));
  options_.instruments->metrics.counter(kRequests, {{"target", options_.url}, {"outcome", outcome}}).add();
  if (!options_.instruments->spans.keeps(trace)) return;
  observe::Span span{.trace = trace,
                     .name = "POST",
                     .kind = observe::SpanKind::client,
                     .start = now() + -std::chrono::duration_cast<std::chrono::microseconds>(took),
                     .took = took,
                     .is_error = !response || response->status >= 400};
  span.attributes = {{"http.request.method", std::string("POST")},
                     {"url.full", options_.url},
                     {"server.address", options_.split.host},
                     {"server.port", options_.split.port}};
  if (response) span.attributes.emplace_back("http.response.status_code", std::int64_t{response->status});
  if (span.is_error) span.attributes.emplace_back("error.type", outcome);
  options_.instruments->spans.record(std::move(span));
}

Task<http::Response> RemoteTarget::send(Try one) {
  io::Loop* const loop = io::Loop::current();
  if (loop == nullptr) co_return failed("http.unreachable", "This service ends.");
  http::ClientRequest request{.method = http::Method::post,
                              .target = options_.split.path.empty() ? "/" : options_.split.path,
                              .content_type = "application/json",
                              .body = one.body,
                              .timeout = one.left};
  request.headers = {{"Accept", "application/graphql-response+json, application/json;q=0.9"},
                     {std::string(kHopsHeader), std::to_string(one.caller.hops + 1)}};
  if (!one.caller.authorization.empty()) request.headers.emplace_back("Authorization", one.caller.authorization);
  if (one.trace) request.headers.emplace_back("traceparent", one.trace.traceparent());
  const auto client = clients_->of(*loop, options_, clients_);
  auto response = co_await client->send(std::move(request));
  co_return response;
}

Task<std::string> RemoteTarget::post(std::string body, const graphql::Caller& caller) {
  if (caller.hops >= options_.hops_max)
    co_return failed("remote.hops",
                     fmt::format("The request has gone through {} services, the limit: they may be asking each other.", options_.hops_max));
  const Clock::time_point deadline = Clock::now() + options_.timeout;
  for (std::size_t tries = 0;; ++tries) {
    if (!breaker_.allows(Clock::now())) co_return failed("remote.open", "It failed several times in a row and is left alone for a while.");
    const Try one{body, caller, child_of(caller.trace), time_left(deadline)};
    const Clock::time_point begun = Clock::now();
    auto response = co_await send(one);
    tell(response, one.trace, begun);
    const Outcome outcome = outcome_of(response);
    if (outcome.is_failure) {
      breaker_.failed(Clock::now());
    } else if (response) {
      breaker_.succeeded();
    }
    const milliseconds pause = pause_before(tries, options_.backoff);
    const bool is_last = !outcome.is_passing || tries == options_.retries || pause >= time_left(deadline) || io::Loop::current() == nullptr;
    if (is_last && response) co_return body_of(*std::move(response));
    if (is_last) co_return failed(code_of(response.error()), response.error().message, response.error().kind);
    CO_TRY_OK(co_await io::pause(pause));
  }
}

}  // namespace millrace::federation
