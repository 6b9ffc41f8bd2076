// Registry: all metrics of a process by name and labels, and their text for Prometheus (text format 0.0.4, and OpenMetrics 1.0).
//
// The same name and labels are the same counter, so that whoever is made anew with another config goes on counting where the one before
// it stopped. What can be looked up when somebody asks is not counted at all: whoever asks brings it as samples.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "observe/metrics.hpp"

namespace millrace::observe {

enum class Kind : std::uint8_t { counter, gauge, histogram };

/// What metrics of one name have in common. Static.
struct Family {
  std::string_view name;  // of a counter with `_total`
  Kind kind;
  std::string_view help;
  std::span<const std::uint64_t> bounds = {};  // of a histogram, in what is recorded
  double unit = 1;                             // what one recorded is in the unit that the name says
};

/// Of a histogram of seconds, in nanoseconds.
inline constexpr std::array<std::uint64_t, 16> kDurations = {
    100'000,    250'000,     500'000,     1'000'000,   2'500'000,     5'000'000,     10'000'000,    25'000'000,
    50'000'000, 100'000'000, 250'000'000, 500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};
/// Of a histogram of how many.
inline constexpr std::array<std::uint64_t, 11> kSizes = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024};

constexpr Family seconds(std::string_view name, std::string_view help) {
  return {name, Kind::histogram, help, kDurations, 1e-9};
}

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// `route="/x",method="GET"`, escaped.
std::string label_text(Labels labels);

/// What is true at the moment in which somebody asks. The last of one name and labels counts.
class Samples {
 public:
  void add(const Family& family, Labels labels, double value);
  void merge(Samples other);

 private:
  friend class Registry;
  struct Series {
    const Family* family;
    std::map<std::string, double> values;  // by labels
  };
  std::map<std::string_view, Series> families_;
};

/// Any thread.
class Registry {
 public:
  /// Lives as long as the registry, and so may be kept. Takes a lock.
  Counter& counter(const Family& family, Labels labels = {});
  Gauge& gauge(const Family& family, Labels labels = {});
  Histogram& histogram(const Family& family, Labels labels = {});

  enum class Format : std::uint8_t { prometheus, openmetrics };
  std::string print(Format format, const Samples& samples) const;

 private:
  struct Series {
    const Family* family;
    std::map<std::string, std::unique_ptr<Counter>> counters;  // by labels
    std::map<std::string, std::unique_ptr<Gauge>> gauges;
    std::map<std::string, std::unique_ptr<Histogram>> histograms;
  };
  Series& series(const Family& family);

  mutable std::mutex mutex_;
  std::map<std::string_view, Series> families_;  // GUARDED_BY(mutex_)
};

}  // namespace millrace::observe
