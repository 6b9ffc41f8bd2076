#include "io/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <thread>
#include <vector>

namespace millrace::io {
namespace {

Task<int> squared(WorkerPool& pool, int n) {
  std::thread::id before = std::this_thread::get_id();
  std::move_only_function<Result<int>()> work = [n, before]() -> Result<int> {
    CHECK(std::this_thread::get_id() != before);
    return n * n;
  };
  Result<int> result = co_await pool.run<int>(std::move(work));
  CHECK(std::this_thread::get_id() == before);
  co_return std::move(result);
}

TEST(WorkerPool, RunsElsewhereAndResumesOnTheLoop) {
  Loop loop;
  WorkerPool pool({.threads = 3});
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 200; ++i) tasks.push_back(squared(pool, i));
  auto results = loop.block_on(when_all(std::move(tasks)));
  for (int i = 0; i < 200; ++i) EXPECT_EQ((*results)[i].value(), i * i);
}

TEST(WorkerPool, PassesErrorsOn) {
  Loop loop;
  WorkerPool pool({.threads = 1});
  std::move_only_function<Result<int>()> work = []() -> Result<int> {
    return Failure(Error{ErrorKind::not_found, "test.gone", "It is gone."});
  };
  auto result = loop.block_on(pool.run<int>(std::move(work)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "test.gone");
}

Task<int> wait_for(WorkerPool& pool, std::binary_semaphore& begun, std::binary_semaphore& gate) {
  std::move_only_function<Result<int>()> work = [&begun, &gate]() -> Result<int> {
    begun.release();
    gate.acquire();
    return 1;
  };
  co_return co_await pool.run<int>(std::move(work));
}

TEST(WorkerPool, RefusesWhatTheQueueCannotHold) {
  Loop loop;
  WorkerPool pool({.threads = 1, .queue_max = 2});
  std::binary_semaphore begun(0);
  std::binary_semaphore gate(0);
  std::vector<std::string_view> codes;
  int ended = 0;
  auto done = [&](Result<int> result) {
    codes.push_back(result ? "" : result.error().code);
    if (++ended == 4) loop.stop();
  };
  loop.post([&] {
    start(wait_for(pool, begun, gate), done);
    begun.acquire();  // the thread is busy now, and the queue empty
    for (int i = 0; i < 3; ++i) start(squared(pool, i), done);
    gate.release();
  });
  loop.run();
  EXPECT_EQ(codes, (std::vector<std::string_view>{"overloaded.workers", "", "", ""}));
}

TEST(WorkerPool, DropsNothingWhenItEnds) {
  Loop loop;
  std::atomic<int> ran = 0;
  int ended = 0;
  {
    WorkerPool pool({.threads = 2});
    loop.post([&] {
      for (int i = 0; i < 100; ++i) {
        std::move_only_function<Result<int>()> work = [&ran]() -> Result<int> { return ++ran; };
        start(pool.run<int>(std::move(work)), [&](Result<int>) { ++ended; });
      }
      loop.stop();
    });
    loop.run();
  }
  EXPECT_EQ(ran, 100);
  loop.post([&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(ended, 100);
}

}  // namespace
}  // namespace millrace::io
