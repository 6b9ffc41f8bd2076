// The part of the suite about histories that were recorded elsewhere.
#pragma once

#include "document/store_suite_test.hpp"

namespace millrace::document::suite {

TEST_P(StoreSuite, AHistoryFromElsewhereKeepsItsTimes) {
  for (std::uint64_t seed = 21; seed <= 22 && !HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Generator generator(seed);
    // Microseconds apart, often none; now and then one goes back and counts as the last one's.
    Instant time{1'000'000'000'000'000 + static_cast<std::int64_t>(seed) * 1'000'000};
    for (int batch = 0; batch < 40 && !HasFailure(); ++batch) {
      std::vector<Append> appends;
      for (std::size_t left = 1 + generator.below(4); left > 0; --left) {
        time.microseconds += static_cast<std::int64_t>(generator.below(4));
        appends.push_back(likely_append(generator));
        appends.back().recorded_at = generator.chance(10) ? Instant{time.microseconds - 5} : time;
      }
      append(std::move(appends));
    }
    compare_random(generator, 30);
  }
  Generator generator(24);
  append_random(generator, 20);
  append({{.id = "from the past", .payload = "{}", .recorded_at = Instant{1}}});
  compare_random(generator, 30);
}

}  // namespace millrace::document::suite
