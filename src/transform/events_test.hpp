// Events for tests, out of JSON.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "processing/transform.hpp"

namespace millrace::transform {

/// One for each payload; ids are e0, e1, ...
inline std::vector<processing::Event> make_events(const std::vector<std::string>& payloads) {
  auto documents = std::make_shared<document::Documents>();
  for (std::size_t i = 0; i < payloads.size(); ++i) documents->add(fmt::format("e{}", i), payloads[i], {.version = 1, .position = i + 1});
  std::vector<processing::Event> events;
  for (std::size_t i = 0; i < payloads.size(); ++i) events.push_back({documents, i});
  return events;
}

}  // namespace millrace::transform
