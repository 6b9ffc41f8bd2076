#include "observe/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <string>

namespace millrace::observe {
namespace {

double value_of(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("\n" + name + " ");
  EXPECT_NE(at, std::string::npos) << name << " is missing in\n" << text;
  double value = -1;
  if (at != std::string::npos) std::from_chars(text.data() + at + name.size() + 2, text.data() + text.size(), value);
  return value;
}

TEST(Process, IsWhatTheSystemSays) {
  Samples samples;
  collect_process(samples);
  const std::string text = Registry().print(Registry::Format::prometheus, samples);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_GT(value_of(text, "process_resident_memory_bytes"), 1e6);
  EXPECT_GE(value_of(text, "process_virtual_memory_bytes"), value_of(text, "process_resident_memory_bytes"));
  EXPECT_GE(value_of(text, "process_cpu_seconds_total"), 0);
  EXPECT_GE(value_of(text, "process_threads"), 1);
  EXPECT_GE(value_of(text, "process_open_fds"), 3);
  EXPECT_GE(value_of(text, "process_max_fds"), value_of(text, "process_open_fds"));
  const double start = value_of(text, "process_start_time_seconds");
  EXPECT_LE(start, now + 2);
  EXPECT_GT(start, now - 3'600);
}

}  // namespace
}  // namespace millrace::observe
