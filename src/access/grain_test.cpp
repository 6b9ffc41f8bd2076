#include "access/grain.hpp"

#include <gtest/gtest.h>

namespace millrace::access {
namespace {

using namespace std::chrono_literals;

TEST(Grain, DoublesAndIsAMultipleOfTheCoarsestThen) {
  const Grain grain;
  const std::pair<std::chrono::nanoseconds, std::chrono::nanoseconds> rows[] = {{1ns, 1ms},   {1ms, 1ms},  {1ms + 1ns, 2ms}, {3ms, 4ms},
                                                                                {5ms, 8ms},   {9ms, 16ms}, {16ms, 16ms},     {17ms, 32ms},
                                                                                {33ms, 48ms}, {1s, 1008ms}};
  for (const auto& [took, after] : rows) EXPECT_EQ(grain.after(took), after) << took;
}

TEST(Grain, OfNoneChangesNothing) {
  EXPECT_EQ(Grain{0ms}.after(17us), 17us);
}

}  // namespace
}  // namespace millrace::access
