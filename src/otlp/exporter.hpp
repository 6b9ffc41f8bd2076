// Exporter: sends spans to a collector, by OTLP over HTTP, on a thread of its own.
//
// Nobody waits for it. What it cannot deliver is dropped and counted: a batch that the collector refused, or that it did not take in time;
// and spans that come while the queue is full.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/client.hpp"
#include "io/loop.hpp"
#include "observe/instruments.hpp"
#include "otlp/encoding.hpp"

namespace millrace::otlp {

struct ExporterOptions {
  http::Url endpoint;
  std::vector<std::pair<std::string, std::string>> headers;
  Resource resource;
  observe::Spans::Limits limits;
  std::size_t batch_max = 512;
  std::chrono::milliseconds interval{1'000};  // a span waits no longer for others
  std::chrono::milliseconds timeout{10'000};  // of a batch
};

class Exporter {
 public:
  /// Spans are made from now on. The instruments outlive it.
  Exporter(observe::Instruments& instruments, ExporterOptions options);
  /// None are any more. What waits is sent, if that is soon done.
  ~Exporter();
  Exporter(const Exporter&) = delete;

 private:
  void tick();
  Task<void> send_all();
  /// Whether the collector took them.
  Task<bool> send(std::vector<observe::Span> spans);

  observe::Instruments& instruments_;
  const ExporterOptions options_;
  const std::function<void(std::string_view)> log_;
  observe::Counter& exported_;
  io::Loop loop_;
  // The thread's alone:
  std::unique_ptr<http::Client> client_;
  bool is_sending_ = false;
  std::chrono::steady_clock::time_point sent_at_ = {};
  std::optional<std::chrono::steady_clock::time_point> ending_at_ = {};
  std::atomic<bool> is_ending_ = false;
  std::thread thread_;  // last: it starts when all else is there
};

}  // namespace millrace::otlp
