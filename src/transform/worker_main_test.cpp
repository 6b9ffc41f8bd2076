// The tests' program is its own jq worker, as the service is.
#include <gtest/gtest.h>

#include "transform/jq_worker.hpp"

int main(int argc, char** argv) {
  if (millrace::transform::is_jq_worker(argc, argv)) return millrace::transform::run_jq_worker();
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
