// What a store brings to be tested by the suite (store_suite_test.hpp).
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "document/store.hpp"

namespace millrace::document::suite {

/// One storage, empty at first.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  /// Opens the storage. The suite closes (destroys) a store before it opens the next.
  virtual std::unique_ptr<Store> open(const std::vector<FieldPath>& indexes) = 0;
};

struct StoreSetup {
  std::string name;
  std::function<std::unique_ptr<StoreUnderTest>()> make;
};

inline std::string setup_name(const testing::TestParamInfo<StoreSetup>& info) {
  return info.param.name;
}

}  // namespace millrace::document::suite
