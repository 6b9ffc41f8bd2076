// Results: what is stored of what a transform made of an event.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/instant.hpp"
#include "document/result_id.hpp"
#include "processing/partition_record.hpp"
#include "processing/transform.hpp"

namespace millrace::processing {

using document::result_id;

/// The fields of the target's documents, as far as its schemas name them. None: any.
struct TargetFields {
  std::set<std::string, std::less<>> names = {};

  bool has(std::string_view name) const { return names.empty() || names.contains(name); }
};

struct Outcome {
  std::string payload;
  Status status = Status::success;
  std::string error = {};  // why it failed; empty where the transform itself says so
};

/// The result of an event. An object that has any of processed_data, enrichment_data, status and error_message is the result's own members;
/// any other is its processed_data, or, where the target has no such field, all its members. raw_event_id, processed_timestamp and
/// processing_time_ms are ours in any case; name and status are where the object has none. Of `failed` (and `retry`): a FAILED one.
/// Nothing when the text is no object or its status none of the three: `reason` says so.
std::optional<Outcome> make_result(const Event& event, const Transformed& made, const TargetFields& fields, Instant ended,
                                   std::string& reason);

/// What the target's schema says against a result; nothing when it takes it.
using Refusal = std::function<std::optional<std::string>(std::string_view payload)>;

/// The same, where what is no result, or is refused, has failed for that reason. A failure is not asked about.
Outcome make_outcome(const Event& event, const Transformed& made, const TargetFields& fields, const Refusal& refusal, Instant ended);

/// The status of a result that was found.
Status status_of(std::string_view document);

}  // namespace millrace::processing
