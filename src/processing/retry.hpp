// When what has failed is tried again.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace millrace::processing {

struct RetryPolicy {
  std::uint32_t attempts = 5;
  std::chrono::milliseconds backoff{100};  // before the second attempt, doubled with each
  std::chrono::milliseconds backoff_max{30'000};

  /// How long to wait after so many attempts have failed: between half of it and all of it, so that what failed together does not come
  /// back together.
  std::chrono::milliseconds wait_after(std::uint32_t failed, std::uint64_t random) const {
    const std::uint32_t doublings = std::min(failed == 0 ? 0u : failed - 1, 30u);
    const std::int64_t full = std::min<std::int64_t>(backoff.count() << doublings, backoff_max.count());
    return std::chrono::milliseconds(full / 2 + static_cast<std::int64_t>(random % static_cast<std::uint64_t>(full / 2 + 1)));
  }
};

}  // namespace millrace::processing
