// Results that a worker brings with its acknowledgement: documents of another entity, one for each version that was read.
//
// A result's id follows from the consumer and the version (document/result_id.hpp), and it is created, never replaced: brought twice, the
// first one stands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "document/store.hpp"
#include "jsonschema/schema.hpp"

namespace millrace::consumers {

using document::Position;

/// An entity that results may be written to. What it points to outlives it.
struct Target {
  std::string path;  // as clients name it
  document::Store* store = nullptr;
  const jsonschema::Schema* schema = nullptr;  // null: any object
  bool takes_raw_event_id = false;             // it is filled in where a result has none
};

struct BroughtResult {
  Position position = 0;
  std::string_view text;     // of a JSON object
  std::string pointer = {};  // where it stands in the request, for messages
};

struct WrittenResult {
  Position position = 0;
  std::string id;
  bool was_there = false;
};

struct ResultsOf {
  document::Store& source;
  std::string_view consumer;
  const Target& target;
  std::span<const BroughtResult> results;  // each of another position
};
/// Writes all, or nothing when one of them breaks the target's schema: "schema.violation" (422) then names every place. What `of` refers to
/// lives until the call ends. In the order of positions.
Task<std::vector<WrittenResult>> write_results(ResultsOf of);

}  // namespace millrace::consumers
