// A processor as the config has it: what docs/configuration.md lists under `processors[]`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/problem.hpp"
#include "http/client.hpp"

namespace millrace::app {

/// A program in another language that stands in the config; empty: there is none.
struct ProgramConfig {
  Place place;
  std::string text;
};

/// A server that makes results of events.
struct WebhookConfig {
  http::Url url;
  std::chrono::milliseconds timeout{};
  std::size_t batch = 0;
  std::size_t concurrency = 0;
  std::string key;  // what requests are signed with; empty: they are not
};

struct ProcessorConfig {
  Place place;
  std::string name;
  std::string from;
  Place from_place;
  std::string to;
  Place to_place;
  ProgramConfig where;
  ProgramConfig key;
  ProgramConfig transform;  // or
  std::optional<WebhookConfig> webhook;
  std::uint32_t attempts = 0;
  std::chrono::milliseconds backoff{};
  std::chrono::milliseconds backoff_max{};
  std::chrono::milliseconds age_max{};   // 0: none
  std::chrono::milliseconds deadline{};  // 0: none
  std::size_t concurrency = 0;
  std::size_t partitions = 0;
  std::size_t workers = 0;
  std::chrono::milliseconds timeout{};
  std::size_t memory_max = 0;
  std::size_t output_max = 0;
};

}  // namespace millrace::app
