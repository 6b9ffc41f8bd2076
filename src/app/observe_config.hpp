// `metrics`, `logs` and `traces` of the config: what the service tells of itself, and to whom.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/object_reader.hpp"
#include "http/client.hpp"
#include "observe/log.hpp"
#include "observe/spans.hpp"

namespace millrace::app {

struct TracesConfig {
  http::Url endpoint;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string service;
  observe::Spans::Limits limits;
  std::size_t batch_max = 0;
  std::chrono::milliseconds interval{};
  std::chrono::milliseconds timeout{};

  friend bool operator==(const TracesConfig&, const TracesConfig&) = default;
};

struct ObserveConfig {
  bool has_open_metrics = true;
  observe::LogOptions logs;
  std::optional<TracesConfig> traces;  // nothing: none are exported
};

/// Those three of the top.
ObserveConfig read_observe(ObjectReader& top);

}  // namespace millrace::app
