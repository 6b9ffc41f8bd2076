// What every bench of a store has in common: the documents, and 64 clients that write and read one after another.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "document/store.hpp"
#include "io/loop.hpp"

namespace millrace::bench {

using Clock = std::chrono::steady_clock;
inline constexpr int kClients = 64;
inline constexpr int kRows = 100;  // of a bare write

inline std::string payload(int number) {
  return fmt::format(
      R"({{"name":"event_{}","data":{{"user":"u{}","ip":"192.168.1.{}","agent":"Mozilla/5.0 X11 Linux x86_64","ok":true}},)"
      R"("timestamp":"2024-01-01T12:00:00Z","source":"web-application","version":"1.0","metadata":{{"region":"eu-west-1","attempt":{}}}}})",
      number % 1000, number, number % 256, number % 7);
}

inline void print(std::string_view name, std::size_t count, Clock::time_point begin) {
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  fmt::print("{} {:.0f}\n", name, static_cast<double>(count) / seconds);
}

/// The second argument, or five.
inline std::chrono::seconds seconds_of(int count, char** arguments) {
  int seconds = 5;
  const std::string_view text = count > 2 ? arguments[2] : "";
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds(seconds);
}

struct Run {
  document::Store& store;
  Clock::time_point end;
  std::vector<std::string>& ids;
  std::size_t done = 0;
};

inline Task<void> write_one_after_another(Run& run) {
  while (Clock::now() < run.end) {
    std::vector<document::Append> appends;
    run.ids.push_back(make_uuid7());
    // As of clients that leave the id to the service.
    appends.push_back({.id = run.ids.back(), .payload = payload(static_cast<int>(run.ids.size())), .has_new_id = true});
    CO_TRY_OK(co_await run.store.append(std::move(appends)));
    ++run.done;
  }
  co_return {};
}

inline Task<void> read_one_after_another(Run& run, std::size_t number) {
  while (Clock::now() < run.end) {
    const std::vector<std::string_view> wanted = {run.ids[(number += 7919) % run.ids.size()]};
    CO_TRY(const document::Documents documents, co_await run.store.read(wanted, {}));
    CHECK(documents.found(0));
    ++run.done;
  }
  co_return {};
}

/// Prints store_write_64 and store_read_64.
inline void measure_store(document::Store& store, std::chrono::seconds time) {
  io::Loop loop;
  std::vector<std::string> ids;
  for (const std::string_view name : {"store_write_64", "store_read_64"}) {
    const auto begin = Clock::now();
    Run run{store, begin + time, ids};
    std::vector<Task<void>> tasks;
    for (int i = 0; i < kClients; ++i) {
      tasks.push_back(name == "store_write_64" ? write_one_after_another(run)
                                               : read_one_after_another(run, static_cast<std::size_t>(i) * 31));
    }
    CHECK(loop.block_on(when_all(std::move(tasks))));
    print(name, run.done, begin);
  }
}

}  // namespace millrace::bench
