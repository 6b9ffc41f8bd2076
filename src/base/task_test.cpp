#include "base/task.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace millrace {
namespace {

Error broken(std::string message) {
  return {.kind = ErrorKind::unavailable, .code = "test.broken", .message = std::move(message)};
}

/// A place where tasks wait until the test lets them go on.
class Gate {
 public:
  auto pass() {
    struct Waiter {
      Gate& gate;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiting) { gate.waiting_.push_back(waiting); }
      void await_resume() const noexcept {}
    };
    return Waiter{*this};
  }
  /// Lets the waiting task with this number, in order of arrival, go on.
  void open(std::size_t index) { waiting_.at(index).resume(); }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  std::vector<std::coroutine_handle<>> waiting_;
};

template <class T>
std::optional<Result<T>> outcome(Task<T> task) {
  std::optional<Result<T>> out;
  start(std::move(task), [&out](Result<T> result) { out = std::move(result); });
  return out;
}

Task<int> give(int value) {
  co_return value;
}

Task<int> fail(std::string message) {
  co_return Failure(broken(std::move(message)));
}

Task<> check_positive(int value) {
  if (value <= 0) co_return Failure(broken("not positive"));
  co_return {};
}

Task<int> sum(Task<int> a, Task<int> b) {
  CO_TRY(const int left, co_await a);
  CO_TRY(const int right, co_await b);
  CO_TRY_OK(co_await check_positive(left + right));
  co_return left + right;
}

TEST(Task, GivesItsValue) {
  const auto result = outcome(give(7));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(**result, 7);
}

TEST(Task, GivesValuesThatCanOnlyBeMoved) {
  const auto make = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
  const auto result = outcome(make());
  ASSERT_TRUE(result && *result);
  EXPECT_EQ(***result, 3);
}

TEST(Task, PassesErrorsUpAndStopsThere) {
  EXPECT_EQ(outcome(sum(give(1), give(2)))->value(), 3);
  EXPECT_EQ(outcome(sum(fail("left"), fail("right")))->error().message, "left");
  EXPECT_EQ(outcome(sum(give(1), fail("right")))->error().message, "right");
  EXPECT_EQ(outcome(sum(give(1), give(-1)))->error().message, "not positive");
}

TEST(Task, DoesNothingUntilItIsAwaited) {
  bool ran = false;
  const auto body = [](bool& flag) -> Task<> {
    flag = true;
    co_return {};
  };
  Task<> task = body(ran);
  EXPECT_FALSE(ran);
  EXPECT_TRUE(outcome(std::move(task)).has_value());
  EXPECT_TRUE(ran);
}

TEST(Task, FreesWhatItHoldsWhenItIsNeverStarted) {
  const auto held = std::make_shared<int>(1);
  const auto body = [](std::shared_ptr<int> value) -> Task<int> { co_return *value; };
  {
    Task<int> task = body(held);
    EXPECT_EQ(held.use_count(), 2);
    Task<int> moved = std::move(task);
    EXPECT_EQ(held.use_count(), 2);
    moved = body(held);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Task, FreesWhatItHoldsWhenItHasEnded) {
  const auto held = std::make_shared<int>(1);
  const auto body = [](std::shared_ptr<int> value) -> Task<int> { co_return *value; };
  EXPECT_EQ(outcome(body(held))->value(), 1);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Task, ResumesItsAwaiterWhenItEndsLater) {
  Gate gate;
  const auto wait = [](Gate& at) -> Task<int> {
    co_await at.pass();
    co_return 5;
  };
  const auto twice = [](Task<int> inner) -> Task<int> {
    CO_TRY(const int value, co_await inner);
    co_return value * 2;
  };
  std::optional<int> seen;
  start(twice(wait(gate)), [&seen](Result<int> result) { seen = *result; });
  EXPECT_FALSE(seen.has_value());
  gate.open(0);
  EXPECT_EQ(seen, 10);
}

Task<int> depth(int left) {
  if (left == 0) co_return 0;
  CO_TRY(const int below, co_await depth(left - 1));
  co_return below + 1;
}

// Each level is a frame on the heap; going down and coming back up are jumps, so the stack does not grow.
TEST(Task, NestsDeeply) {
  EXPECT_EQ(outcome(depth(100'000))->value(), 100'000);
}

Task<int> loop(int times) {
  int total = 0;
  for (int i = 0; i < times; ++i) {
    CO_TRY(const int one, co_await give(1));
    total += one;
  }
  co_return total;
}

TEST(Task, AwaitsManyTasksInARow) {
  EXPECT_EQ(outcome(loop(100'000))->value(), 100'000);
}

Task<int> numbered(Gate& gate, std::vector<int>& log, int number) {
  log.push_back(number);
  co_await gate.pass();
  log.push_back(10 + number);
  if (number == 1) co_return Failure(broken("one"));
  co_return number;
}

TEST(WhenAll, StartsInOrderAndGivesResultsInOrder) {
  Gate gate;
  std::vector<int> log;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(numbered(gate, log, i));
  std::vector<Result<int>> results;
  start(when_all(std::move(tasks)), [&results](Result<std::vector<Result<int>>> all) { results = *std::move(all); });
  EXPECT_EQ(gate.waiting(), 3u);
  gate.open(2);
  gate.open(0);
  EXPECT_TRUE(results.empty());
  gate.open(1);
  EXPECT_EQ(log, (std::vector<int>{0, 1, 2, 12, 10, 11}));
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].value(), 0);
  EXPECT_EQ(results[1].error().message, "one");
  EXPECT_EQ(results[2].value(), 2);
}

TEST(WhenAll, OfNothingIsNothing) {
  EXPECT_TRUE(outcome(when_all(std::vector<Task<int>>()))->value().empty());
}

TEST(WhenAll, TakesTasksThatEndAtOnce) {
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 1000; ++i) tasks.push_back(i % 2 == 0 ? give(i) : fail("odd"));
  const auto all = outcome(when_all(std::move(tasks)));
  ASSERT_TRUE(all && *all);
  for (int i = 0; i < 1000; ++i) {
    const Result<int>& result = (**all)[static_cast<std::size_t>(i)];
    if (i % 2 == 0) EXPECT_EQ(result.value(), i);
    if (i % 2 == 1) EXPECT_EQ(result.error().message, "odd");
  }
}

TEST(WhenAll, Nests) {
  Gate gate;
  std::vector<int> log;
  const auto pair = [](Gate& at, std::vector<int>& to, int first) -> Task<int> {
    std::vector<Task<int>> tasks;
    tasks.push_back(numbered(at, to, first));
    tasks.push_back(numbered(at, to, first + 1));
    CO_TRY(auto results, co_await when_all(std::move(tasks)));
    co_return results[0].value() + results[1].value();
  };
  std::vector<Task<int>> pairs;
  pairs.push_back(pair(gate, log, 2));
  pairs.push_back(pair(gate, log, 4));
  int total = 0;
  start(when_all(std::move(pairs)), [&total](Result<std::vector<Result<int>>> all) { total = *(*all)[0] + *(*all)[1]; });
  for (const std::size_t index : {3u, 0u, 2u, 1u}) gate.open(index);
  EXPECT_EQ(total, 14);
}

TEST(ResultMacros, ReturnTheErrorAndKeepTheValue) {
  const auto halve = [](int value) -> Result<int> {
    if (value % 2 != 0) return Failure(broken("odd"));
    return value / 2;
  };
  const auto quarter = [&halve](int value) -> Result<int> {
    TRY(const int half, halve(value));
    TRY_OK(halve(half));
    return halve(half);
  };
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(7).error().message, "odd");
  EXPECT_EQ(quarter(6).error().message, "odd");
}

TEST(CheckDeathTest, EndsTheProgramAndSaysWhy) {
  CHECK(1 + 1 == 2);
  EXPECT_DEATH(CHECK(1 + 1 == 3), "this must hold and does not: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace millrace
