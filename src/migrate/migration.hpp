// Copying a history into a store, and comparing the two.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/task.hpp"
#include "document/store.hpp"
#include "jsonschema/schema.hpp"
#include "migrate/history.hpp"

namespace millrace::migrate {

/// Reads the whole history without writing anything. Blocks.
Result<Counts> survey(History& history, Refuse refuse);

/// Appends the whole history in one commit: all of it is there or nothing. Errors: the store's, with the place of the row that it refused;
/// "migrate.changed" when the history is not the one that was surveyed.
Task<void> copy(History& history, document::Store& store, Counts surveyed);

/// What a store holds beside the history that it should hold.
struct Comparison {
  std::uint64_t versions = 0;   // that are the same, from the first on
  std::string difference = {};  // the first one; empty when there is none
  std::uint64_t held = 0;       // versions in the store: at least so many
  bool is_same() const { return difference.empty(); }
};

/// Compares version by version: id, payload, whether deleted, when recorded, in order. Stops at the first difference.
Task<Comparison> compare(History& history, document::Store& store);

/// How many of the newest versions do not fit the schema; calls `show` with each and why.
Task<std::uint64_t> count_misfits(document::Store& store, const jsonschema::Schema& schema,
                                  std::function<void(const std::string& id, const std::string& reason)> show);

}  // namespace millrace::migrate
