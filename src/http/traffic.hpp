// What the servers of one process tell of the requests that they answer: how many, how long they took, what was sent, and a line or a span
// for those that are to have one.
//
// Requests are told apart by the route that they took, which is a pattern of the config and never the path that a client made up. Handlers
// say which it is (Request::takes).
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "http/load.hpp"
#include "http/message.hpp"
#include "observe/instruments.hpp"

namespace millrace::http {

/// Requests of one pattern. Any thread.
class Route {
 public:
  Route(observe::Registry& metrics, std::string_view pattern);

  const std::string& pattern() const { return pattern_; }
  void count(Method method, int status, std::chrono::nanoseconds took) {
    counter(method, status).add();
    duration_.record(took);
  }
  /// Whether it may say now that something went wrong: once in a second.
  bool may_tell();

 private:
  // By status: hundreds, and what is above them as far as there are such.
  static constexpr std::size_t kOfHundred = 40;
  using Counters = std::array<std::atomic<observe::Counter*>, 5 * kOfHundred>;

  observe::Counter& counter(Method method, int status) {
    const std::size_t place = static_cast<std::size_t>(status / 100 - 1) * kOfHundred + static_cast<std::size_t>(status % 100);
    const Counters* const counters = counters_[static_cast<std::size_t>(method)].load(std::memory_order_acquire);
    observe::Counter* const known =
        counters != nullptr && place < counters->size() ? (*counters)[place].load(std::memory_order_relaxed) : nullptr;
    return known != nullptr ? *known : find_counter(method, status, place);
  }
  observe::Counter& find_counter(Method method, int status, std::size_t place);

  observe::Registry& metrics_;
  const std::string pattern_;
  observe::Histogram& duration_;
  std::array<std::atomic<Counters*>, 8> counters_{};  // by method
  std::mutex mutex_;
  std::array<std::unique_ptr<Counters>, 8> owned_;  // GUARDED_BY(mutex_)
  std::atomic<std::int64_t> told_{0};               // the second
};

/// Any thread.
class Traffic {
 public:
  using Clock = std::chrono::steady_clock;

  /// They outlive it.
  explicit Traffic(observe::Instruments& instruments);

  /// The same for the same pattern. Lives as long as this.
  Route& route(std::string_view pattern);
  /// Of what no handler has seen.
  Route& no_route() { return no_route_; }

  observe::Instruments& instruments() { return instruments_; }
  Trace begin(std::string_view traceparent) const { return instruments_.spans.begin(traceparent); }
  void received(std::size_t bytes) { received_.add(bytes); }
  void sent(std::size_t bytes) { sent_.add(bytes); }
  void connected() { connections_.add(); }

  /// A request has its answer.
  void answered(const Request& request, Route& route, int status, Clock::duration took) {
    route.count(request.method, status, took);
    const bool tells = status >= 500 || tells_requests() || instruments_.spans.keeps(request.trace);
    if (tells) tell(request, route, status, took);
  }

 private:
  bool tells_requests() const { return instruments_.log.tells(observe::Module::http, instruments_.log.level_of_requests()); }
  void tell(const Request& request, Route& route, int status, Clock::duration took);
  void record(const Request& request, const Route& route, int status, Clock::duration took);

  observe::Instruments& instruments_;
  observe::Counter& received_;
  observe::Counter& sent_;
  observe::Counter& connections_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Route>, std::less<>> routes_;  // GUARDED_BY(mutex_)
  Route& no_route_;
};

/// What is open and under way.
void collect_load(const Load& load, observe::Samples& samples);

}  // namespace millrace::http
