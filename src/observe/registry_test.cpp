#include "observe/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace millrace::observe {
namespace {

using testing::HasSubstr;
using Format = Registry::Format;

constexpr Family kCount{"x_total", Kind::counter, "How many."};
constexpr Family kTook = seconds("x_seconds", "How long.");
constexpr Family kSize{"x_documents", Kind::histogram, "How large.", kSizes};
constexpr Family kNow{"x_now", Kind::gauge, "A \\ and\na line."};

TEST(Registry, GivesTheSameForTheSame) {
  Registry registry;
  Counter& one = registry.counter(kCount, {{"a", "1"}});
  one.add(2);
  EXPECT_EQ(&registry.counter(kCount, {{"a", "1"}}), &one);
  EXPECT_NE(&registry.counter(kCount, {{"a", "2"}}), &one);
  EXPECT_EQ(one.value(), 2u);
}

TEST(Registry, PrintsWhatPrometheusReads) {
  Registry registry;
  registry.counter(kCount, {{"a", "q\"b\\c\nd"}, {"b", "x"}}).add(7);
  registry.gauge(kNow).add(-3);
  EXPECT_EQ(registry.print(Format::prometheus, {}),
            "# HELP x_now A \\\\ and\\na line.\n# TYPE x_now gauge\nx_now -3\n"
            "# HELP x_total How many.\n# TYPE x_total counter\nx_total{a=\"q\\\"b\\\\c\\nd\",b=\"x\"} 7\n");
}

TEST(Registry, PrintsOpenMetrics) {
  Registry registry;
  registry.counter(kCount).add();
  EXPECT_EQ(registry.print(Format::openmetrics, {}), "# HELP x How many.\n# TYPE x counter\nx_total 1\n# EOF\n");
}

TEST(Registry, PrintsHistogramsInTheUnitOfTheirName) {
  Registry registry;
  Histogram& took = registry.histogram(kTook, {{"r", "/"}});
  took.record(std::chrono::microseconds(100));  // a bound has what is equal to it
  took.record(std::chrono::microseconds(101));
  took.record(std::chrono::seconds(60));
  const std::string text = registry.print(Format::prometheus, {});
  EXPECT_THAT(text, HasSubstr("x_seconds_bucket{r=\"/\",le=\"0.0001\"} 1\nx_seconds_bucket{r=\"/\",le=\"0.00025\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("le=\"10\"} 2\nx_seconds_bucket{r=\"/\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("x_seconds_sum{r=\"/\"} 60.0002"));
  EXPECT_THAT(text, HasSubstr("x_seconds_count{r=\"/\"} 3\n"));
}

TEST(Registry, PrintsSizes) {
  Registry registry;
  registry.histogram(kSize).record(std::uint64_t{3});
  EXPECT_THAT(registry.print(Format::prometheus, {}), HasSubstr("x_documents_bucket{le=\"2\"} 0\nx_documents_bucket{le=\"4\"} 1\n"));
}

TEST(Registry, PrintsSamplesWithTheRest) {
  Samples samples;
  samples.add(kNow, {{"a", "1"}}, 0.5);
  Samples more;
  more.add(kNow, {{"a", "1"}}, 2);
  more.add(kNow, {{"a", "2"}}, 1e12);
  samples.merge(std::move(more));
  EXPECT_EQ(Registry().print(Format::prometheus, samples),
            "# HELP x_now A \\\\ and\\na line.\n# TYPE x_now gauge\nx_now{a=\"1\"} 2\nx_now{a=\"2\"} 1000000000000\n");
}

TEST(Metrics, CountWhatManyThreadsCount) {
  Counter counter;
  Histogram histogram(kSizes);
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i)
    threads.emplace_back([&] {
      for (std::uint64_t n = 0; n < 1'000; ++n) {
        counter.add();
        histogram.record(n);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 12'000u);
  const Histogram::Totals totals = histogram.totals();
  std::uint64_t count = 0;
  for (const std::uint64_t each : totals.counts) count += each;
  EXPECT_EQ(count, 12'000u);
  EXPECT_EQ(totals.sum, 12u * 999 * 1'000 / 2);
}

TEST(Metrics, TimeNothingWhereNobodyAsks) {
  {
    const Timer timer(nullptr);
  }
  Histogram histogram(kDurations);
  {
    const Timer timer(&histogram);
  }
  EXPECT_EQ(histogram.totals().counts[0], 1u);
}

}  // namespace
}  // namespace millrace::observe
