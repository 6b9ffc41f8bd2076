// What the ledger holds of a processor: one record for each partition, one for the instances.
//
//   {"owner": ID, "fence": N, "cursor": P, "cursor_at": µs, "waiting": [[POSITION, ATTEMPTS], ...], "counts": [SUCCESS, PARTIAL, FAILED]}
//   {ID: COUNTER, ...}
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "document/document.hpp"

namespace millrace::processing {

/// What an outcome is, and where it is counted.
enum class Status : std::uint8_t { success, partial, failed };
using Counts = std::array<std::uint64_t, 3>;

/// Every event of the partition up to `cursor` has its outcome, but for those that wait.
struct PartitionRecord {
  std::string owner = {};  // empty: nobody
  std::uint64_t fence = 0;
  document::Position cursor = 0;
  Instant cursor_at = {};                                    // when the version at the cursor was recorded; 0: not known
  std::map<document::Position, std::uint32_t> waiting = {};  // with the attempts that have failed
  Counts counts = {};
};

std::string to_text(const PartitionRecord& record);
/// Of text that is no such record: an empty one, since it is a hint that may be lost.
PartitionRecord read_partition(std::string_view text);

using Members = std::map<std::string, std::uint64_t>;
std::string to_text(const Members& members);
Members read_members(std::string_view text);

}  // namespace millrace::processing
