#include "transform/webhook_transform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <span>

#include "base/author.hpp"
#include "base/instant.hpp"
#include "processing/result.hpp"
#include "transform/signature.hpp"
#include "transform/webhook_answer.hpp"

namespace millrace::transform {

using processing::Classified;
using processing::Event;
using processing::Transformed;

namespace {

http::ClientOptions client_options(const WebhookOptions& options) {
  http::ClientOptions client;
  client.connect_timeout = std::min(client.connect_timeout, options.timeout);
  client.timeout = options.timeout;
  client.connections_max = options.concurrency;
  client.response_bytes_max = options.output_max * options.batch;
  return client;
}

/// One event's is the id of its result; that of several follows from theirs.
std::string message_id(const std::string& processor, std::span<const Event> events) {
  std::string all;
  for (const Event& event : events) {
    std::string id = processing::result_id(processor, event.id(), event.envelope().version);
    if (events.size() == 1) return id;
    all += id;
  }
  return processing::result_id(processor, all, events.size());
}

}  // namespace

struct WebhookTransform::State {
  State(io::Loop& loop, WebhookOptions options_in)
      : options(std::move(options_in)), classifier(loop, options.jq), client(loop, options.url, client_options(options)) {}

  const WebhookOptions options;
  JqTransform classifier;
  http::Client client;
  bool has_given_up = false;
  std::size_t under_way = 0;
  std::deque<io::Completion<void>*> waiting;  // for their turn: the client's time-out would count the wait

  Task<std::vector<Transformed>> post(std::span<const Event> events);
  http::ClientRequest request_of(std::span<const Event> events, const Trace& trace) const;
  Task<void> take_turn();
  void end_turn();
};

http::ClientRequest WebhookTransform::State::request_of(std::span<const Event> events, const Trace& trace) const {
  http::ClientRequest request{.method = http::Method::post, .target = options.url.path, .content_type = "application/json", .body = {}};
  if (request.target.empty() || request.target.front() == '?') request.target.insert(0, "/");
  const bool is_array = options.batch > 1;
  if (is_array) request.body += '[';
  for (const Event& event : events) {
    if (request.body.size() > 1) request.body += ',';
    request.body += event.text();
  }
  if (is_array) request.body += ']';
  const std::string id = message_id(options.processor, events);
  const std::int64_t timestamp = now().microseconds / 1'000'000;
  request.headers = {{"webhook-id", id}, {"webhook-timestamp", fmt::format("{}", timestamp)}};
  if (!options.key.empty()) request.headers.emplace_back("webhook-signature", sign(options.key, id, timestamp, request.body));
  if (trace) request.headers.emplace_back("traceparent", trace.traceparent());
  return request;
}

Task<void> WebhookTransform::State::take_turn() {
  if (under_way < options.concurrency) {
    ++under_way;
    co_return {};
  }
  io::Completion<void> turn;
  waiting.push_back(&turn);
  co_return co_await turn;
}

/// The turn goes to who waits first.
void WebhookTransform::State::end_turn() {
  if (waiting.empty()) return void(--under_way);
  io::Completion<void>* const next = waiting.front();
  waiting.pop_front();
  next->complete({});
}

Task<std::vector<Transformed>> WebhookTransform::State::post(std::span<const Event> events) {
  CO_TRY_OK(co_await take_turn());
  const Trace trace = options.spans != nullptr ? options.spans->rejoin(trace_id_of(events.front().author())) : Trace{};
  const auto start = std::chrono::steady_clock::now();
  auto answer = co_await client.send(request_of(events, trace));
  end_turn();
  auto made = read_webhook_answer(answer, events.size(), options.batch > 1, now());
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
  for (Transformed& each : made) each.run_time = took;
  made.front().trace = trace;
  co_return std::move(made);
}

WebhookTransform::WebhookTransform(io::Loop& loop, WebhookOptions options) : state_(std::make_unique<State>(loop, std::move(options))) {}

WebhookTransform::~WebhookTransform() = default;

Task<std::vector<Classified>> WebhookTransform::classify(std::vector<Event> events) {
  return state_->classifier.classify(std::move(events));
}

Task<std::vector<Transformed>> WebhookTransform::run(std::vector<Event> events) {
  const std::span<const Event> all = events;
  const std::size_t batch = state_->options.batch;
  std::vector<Task<std::vector<Transformed>>> posts;
  for (std::size_t i = 0; i < all.size(); i += batch) posts.push_back(state_->post(all.subspan(i, std::min(batch, all.size() - i))));
  CO_TRY(auto answers, co_await when_all(std::move(posts)));
  std::vector<Transformed> made;
  if (state_->has_given_up) {
    co_return Failure(Error{ErrorKind::unavailable, "transform.stopped", "The service ends before the webhook has answered."});
  }
  made.reserve(all.size());
  for (auto& answer : answers) std::ranges::move(*answer, std::back_inserter(made));
  co_return std::move(made);
}

void WebhookTransform::give_up() {
  state_->has_given_up = true;
  state_->classifier.give_up();
  // Who waits for a turn gets one, and is refused.
  state_->client.close();
}

}  // namespace millrace::transform
