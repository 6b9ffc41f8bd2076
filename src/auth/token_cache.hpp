// Who was behind credentials that were verified a moment ago, so that a client that asks again and again costs no signature each time.
// Credentials themselves are not kept, only what they hash to.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/principal.hpp"

namespace millrace::auth {

class TokenCache {
 public:
  explicit TokenCache(std::size_t entries_max) : half_(entries_max / 2) {}

  /// Any thread, all of these. `version`: of the keys; what was verified with others is forgotten.
  std::shared_ptr<const Principal> find(std::string_view digest, std::uint64_t version, std::chrono::system_clock::time_point now);
  void add(std::string_view digest, std::uint64_t version, std::shared_ptr<const Principal> principal);

 private:
  using Entries = TextMap<std::shared_ptr<const Principal>>;

  void move_to(std::uint64_t version);
  void insert(std::string_view digest, std::shared_ptr<const Principal> principal);

  const std::size_t half_;
  std::mutex mutex_;
  std::uint64_t version_ = 0;
  Entries young_;  // what was asked for lately; becomes `old_` when it is full
  Entries old_;
};

}  // namespace millrace::auth
