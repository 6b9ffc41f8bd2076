// A server of somebody else's as a transform: events are posted to it, and it answers with results (webhook_answer.hpp).
//
//   POST URL
//   content-type: application/json
//   webhook-id: ...                the same whenever the same versions of the same events are sent together
//   webhook-timestamp: SECONDS     of this attempt
//   webhook-signature: v1,...      where there is a secret (signature.hpp)
//   traceparent: ...               of the trace that the event was written in; of several, the first one's
//
// The body is the event as REST shows it; where `batch` is more than 1, an array of events.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "http/client.hpp"
#include "io/loop.hpp"
#include "observe/spans.hpp"
#include "processing/transform.hpp"
#include "transform/jq_transform.hpp"

namespace millrace::transform {

struct WebhookOptions {
  std::string processor;  // webhook-id is of it
  http::Url url;
  std::string key = {};                       // of the signature (read_secret); empty: there is none
  std::size_t batch = 1;                      // events in one request
  std::size_t concurrency = 16;               // requests at a time
  std::chrono::milliseconds timeout{10'000};  // for one request
  std::size_t output_max = 1u << 20;          // bytes of an answer, for each event that was sent
  JqOptions jq = {};                          // where and key
  const observe::Spans* spans = nullptr;      // tells which traces are kept, and outlives it; null: none is, and no trace is told
};

/// For the loop's thread.
class WebhookTransform final : public processing::Transform {
 public:
  /// The loop outlives it.
  WebhookTransform(io::Loop& loop, WebhookOptions options);
  /// Requires: no call is under way.
  ~WebhookTransform() override;

  Task<std::vector<processing::Classified>> classify(std::vector<processing::Event> events) override;
  /// No error but "transform.stopped" (unavailable) after give_up(): what goes wrong is told of each event.
  Task<std::vector<processing::Transformed>> run(std::vector<processing::Event> events) override;
  void give_up() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::transform
