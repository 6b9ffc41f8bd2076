// Versions in memory: for tests, demonstrations and data that may be lost.
//
// Simple on purpose: one list of versions in order, one mutex, every find a walk from the newest. Nothing survives the process.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/instant.hpp"
#include "document/measures.hpp"
#include "document/store.hpp"

namespace millrace::store::memory {

struct Options {
  std::size_t versions_max = 10'000'000;  // more are refused: unavailable, "store.full"
  std::function<Instant()> clock = &now;  // where recorded_at comes from
  document::Measures measures = {};
};

/// An empty store.
std::unique_ptr<document::Store> make_store(Options options = {});

}  // namespace millrace::store::memory
