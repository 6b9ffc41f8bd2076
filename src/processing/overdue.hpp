// Overdue: events whose outcome did not come by the processor's deadline.
//
// A deadline is the same for all events of a processor, so they become overdue in the order of their positions: the feed of what is overdue
// is the feed of the events, as late as the deadline, without those that had their outcome by then. It says the same whenever it is read.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "document/store.hpp"
#include "processing/transform.hpp"

namespace millrace::processing {

struct OverdueOptions {
  std::string processor;
  std::chrono::milliseconds deadline{};
  document::Store* events = nullptr;  // all outlive it
  document::Store* results = nullptr;
  Transform* transform = nullptr;  // says which events are meant
  std::size_t batch_versions = 128;
  std::size_t batch_bytes = 1u << 20;
};

struct OverdueEvent {
  document::Position position = 0;
  std::string id;
  std::uint64_t version = 0;
  Instant recorded_at;
  Instant due;
  std::optional<Instant> outcome_at = {};  // nothing: it is still to come
};

struct OverdueEvents {
  std::vector<OverdueEvent> events;
  document::Position until = 0;      // everything up to here has been looked at
  std::optional<Instant> next = {};  // when the first event after it is due; nothing: there is none yet
  bool has_more = false;             // there is more to look at now
};

/// One batch of what follows a position and is due at `now`. Errors are the stores' and the transform's.
Task<OverdueEvents> find_overdue(OverdueOptions options, document::Position after, Instant now);

/// {"position":7,"id":"a","version":1,"recorded_at":"...","due":"...","outcome_at":null}
std::string to_json(const OverdueEvent& event);

}  // namespace millrace::processing
