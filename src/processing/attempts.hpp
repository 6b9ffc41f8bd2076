// Attempts: what is kept of how a result came about, where it took more than one attempt or failed. One document of the
// result's id, in a collection beside that of the results.
//
//   {"processor": NAME, "raw_event_id": ID, "raw_version": N,
//    "attempts": [{"started": INSTANT, "queue_time_ms": N, "run_time_ms": N, "error": TEXT}, ...]}
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"

namespace millrace::processing {

struct Attempt {
  Instant started = {};
  std::chrono::microseconds queue_time{};  // before it, since the event was recorded, or since the attempt before it ended
  std::chrono::microseconds run_time{};    // by a clock that never goes back
  std::string error = {};                  // empty: it succeeded
};

/// The payload of the document: the last kAttemptsMax of them.
inline constexpr std::size_t kAttemptsMax = 20;
std::string attempts_payload(std::string_view processor, std::string_view raw_id, std::uint64_t raw_version,
                             std::span<const Attempt> attempts);

/// Those of the document; none of anything else.
std::vector<Attempt> read_attempts(std::string_view document);

}  // namespace millrace::processing
