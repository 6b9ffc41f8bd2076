#include "sink/reports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace millrace::sink {
namespace {

using testing::ElementsAre;

TEST(Reports, WakeTheLoopOnceForMany) {
  io::Loop loop;
  int calls = 0;
  const auto reports = std::make_shared<Reports>(loop, [&] { ++calls, loop.stop(); });
  std::thread([&] {
    for (Position position = 1; position <= 3; ++position) reports->accepted(position);
    reports->hindered("slow");
    reports->failed("first");
    reports->failed("second");
  }).join();
  loop.run();
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(reports->has_failed());
  const Progress progress = reports->take();
  EXPECT_THAT(progress.accepted, ElementsAre(1, 2, 3));
  EXPECT_EQ(progress.failure, "first");
  EXPECT_EQ(progress.trouble, "slow");
  EXPECT_TRUE(reports->take().accepted.empty());
  reports->accepted(4);
  loop.run();
  EXPECT_EQ(calls, 2);
}

TEST(Reports, TellNothingOnceTheyHaveEnded) {
  io::Loop loop;
  int calls = 0;
  const auto reports = std::make_shared<Reports>(loop, [&] { ++calls; });
  reports->accepted(1);
  reports->end();
  reports->accepted(2);
  reports->failed("late");
  loop.post([&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(calls, 0);
  EXPECT_TRUE(reports->take().accepted.empty());
  EXPECT_TRUE(reports->has_failed());  // nobody is to send any more
}

}  // namespace
}  // namespace millrace::sink
