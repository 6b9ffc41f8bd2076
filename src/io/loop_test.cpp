#include "io/loop.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace millrace::io {
namespace {

using namespace std::chrono_literals;

Task<int> number(int n) {
  co_return n;
}

Task<int> doubled(int n) {
  Completion<int> completion;
  std::thread thread([&completion, n] { completion.complete(n * 2); });
  Result<int> result = co_await completion;
  thread.join();
  co_return std::move(result);
}

TEST(Loop, RunsATaskToItsEndAgainAndAgain) {
  Loop loop;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(loop.block_on(number(i)).value(), i);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(loop.block_on(doubled(i)).value(), 2 * i);
}

TEST(Loop, AStopThatComesTooEarlyDoesNotEndBlockOn) {
  Loop loop;
  loop.stop();
  EXPECT_EQ(loop.block_on(doubled(21)).value(), 42);
}

TEST(Loop, AStopBeforeRunIsNotLost) {
  Loop loop;
  loop.stop();
  loop.run();  // would never return
}

TEST(Loop, CurrentIsTheLoopOfThisThread) {
  Loop loop;
  EXPECT_EQ(Loop::current(), nullptr);
  Loop* seen = nullptr;
  loop.post([&] {
    seen = Loop::current();
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(seen, &loop);
  EXPECT_EQ(Loop::current(), nullptr);
}

TEST(Loop, PostsOfOneThreadRunInOrderAndNoneIsLost) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 2000;
  Loop loop;
  std::vector<int> last(kThreads, -1);
  int ran = 0;
  bool ordered = true;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kPosts; ++i) {
        loop.post([&, t, i] {
          ordered = ordered && last[t] == i - 1;
          last[t] = i;
          if (++ran == kThreads * kPosts) loop.stop();
        });
      }
    });
  }
  loop.run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(ordered);
  EXPECT_EQ(ran, kThreads * kPosts);
}

TEST(Loop, WorkPostedByWorkRunsLaterInOrder) {
  Loop loop;
  std::vector<int> order;
  loop.post([&] {
    loop.post([&] { order.push_back(3); });
    order.push_back(1);
  });
  loop.post([&] {
    order.push_back(2);
    loop.post([&] {
      order.push_back(4);
      loop.stop();
    });
  });
  loop.run();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4}));
}

TEST(Loop, WhatPostedWorkHeldEndsBeforeTheNextBegins) {
  Loop loop;
  auto held = std::make_shared<int>(0);
  long uses = -1;
  loop.post([held] { ++*held; });
  loop.post([&] {
    uses = held.use_count();
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(uses, 1);
}

TEST(Loop, TimersFallDueByTimeAndNeverEarly) {
  Loop loop;
  std::vector<int> order;
  auto start = std::chrono::steady_clock::now();
  std::chrono::steady_clock::duration first{};
  // However late the loop comes to them, they fall due in this order.
  loop.post([&] {
    loop.after(180ms, [&] {
      order.push_back(3);
      loop.after(0ms, [&] { loop.stop(); });
    });
    loop.after(60ms, [&] {
      order.push_back(1);
      first = std::chrono::steady_clock::now() - start;
    });
    loop.after(120ms, [&] { order.push_back(2); });
    loop.after(24h, [&] { order.push_back(4); });
  });
  loop.run();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_GE(first, 60ms);
}

TEST(Completion, ManyThatEndOnOtherThreadsResumeHere) {
  Loop loop;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(doubled(i));
  auto results = loop.block_on(when_all(std::move(tasks)));
  ASSERT_EQ(results->size(), 50u);
  for (int i = 0; i < 50; ++i) EXPECT_EQ((*results)[i].value(), 2 * i);
}

Task<int> completed_before_it_waits() {
  Completion<int> completion;
  completion.complete_here(7);
  co_return co_await completion;
}

TEST(Completion, MayBeCompleteBeforeTheAwait) {
  Loop loop;
  EXPECT_EQ(loop.block_on(completed_before_it_waits()).value(), 7);
}

}  // namespace
}  // namespace millrace::io
