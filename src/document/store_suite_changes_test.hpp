// The part of the suite about reading versions by position.
#pragma once

#include "document/store_suite_test.hpp"

namespace millrace::document::suite {

TEST_P(StoreSuite, ChangesAreCutByTheirBytes) {
  Generator generator(31);
  EXPECT_EQ(value(store_->last_position()), 0u);
  append_random(generator, 30);
  const std::vector<ModelVersion>& versions = model_.versions;
  EXPECT_EQ(value(store_->last_position()), versions.size());
  for (int round = 0; round < 100; ++round) {
    const Position after = generator.below(versions.size() + 2);
    const std::size_t limit = generator.one_of<std::size_t>({1, 7, 1000});
    const std::size_t bytes_max = 1 + generator.below(generator.chance(50) ? 300 : 5000);
    std::string expected;
    std::size_t bytes = 0;
    bool is_cut = false;
    for (std::size_t i = after; i < std::min(versions.size(), after + limit) && !is_cut; ++i) {
      bytes += document(versions[i]).size() + 1;
      is_cut = bytes > bytes_max && i > after;
      if (!is_cut) expected += line_with_deleted(versions[i]);
    }
    EXPECT_EQ(lines(value(store_->changes(after, limit, {.bytes_max = bytes_max}))), expected)
        << "after " << after << " bytes " << bytes_max;
  }
}

}  // namespace millrace::document::suite
