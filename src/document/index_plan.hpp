// Which index serves a filter. A plan names a superset of the documents that match, unless it is exact.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "document/filter.hpp"
#include "document/index_path.hpp"

namespace millrace::document {

/// Keys from `first` up to, without, `end`.
struct KeyRange {
  std::string first;
  std::string end;
};

struct IndexPlan {
  // In order of preference; a key and several keys are of one rank.
  enum class Kind : std::uint8_t { ids, key, keys, range, scan };
  Kind kind = Kind::scan;
  std::vector<std::string> values = {};  // ids; or the key, or keys
  std::int64_t path = 0;                 // of keys and ranges
  std::vector<KeyRange> ranges = {};     // one, or two that may be intersected when no version has several values at the path
  bool exact = false;                    // every document that the plan names matches
};

/// The plans that the conditions which must hold allow, of the best kind: at least one. Several are rivals of kind key or keys, of which
/// the one with the fewest entries is best.
std::vector<IndexPlan> plan_index(const Filter& filter, Arguments arguments, const std::vector<IndexedPath>& paths);

}  // namespace millrace::document
