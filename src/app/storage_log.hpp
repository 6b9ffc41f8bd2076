// What storages have to say, on its way to the log: each line names its storage, and what is said again and again is said now and then.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace millrace::app {

using StorageLog = std::function<void(std::string_view)>;

/// A log for one storage. A line like the one before is passed on once a minute, with the number of those that were not. Any thread.
inline StorageLog storage_log(std::string name, StorageLog log) {
  struct Last {
    std::mutex mutex;
    std::string line;  // GUARDED_BY(mutex)
    std::chrono::steady_clock::time_point said;
    std::size_t withheld = 0;
  };
  if (!log) return {};
  return [name = std::move(name), log = std::move(log), last = std::make_shared<Last>()](std::string_view line) {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(last->mutex);
    if (line == last->line && now - last->said < std::chrono::minutes(1)) {
      ++last->withheld;
      return;
    }
    const std::string again = last->withheld == 0 ? "" : fmt::format(" (the line before came {} times more)", last->withheld);
    last->line = line;
    last->said = now;
    last->withheld = 0;
    log(fmt::format("{}: {}{}", name, line, again));
  };
}

}  // namespace millrace::app
