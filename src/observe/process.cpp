#include "observe/process.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace millrace::observe {
namespace {

constexpr Family kCpu{"process_cpu_seconds_total", Kind::counter, "Processor time, of the program and of the system for it."};
constexpr Family kResident{"process_resident_memory_bytes", Kind::gauge, "Memory that is in use."};
constexpr Family kVirtual{"process_virtual_memory_bytes", Kind::gauge, "Addresses that are taken."};
constexpr Family kStart{"process_start_time_seconds", Kind::gauge, "When the process began, in seconds since 1970."};
constexpr Family kOpen{"process_open_fds", Kind::gauge, "Open descriptors."};
constexpr Family kOpenMax{"process_max_fds", Kind::gauge, "Descriptors that may be open."};
constexpr Family kThreads{"process_threads", Kind::gauge, "Threads."};

// Places in /proc/self/stat behind the name in parentheses, which may hold anything (proc(5): minus three).
constexpr std::size_t kUserTicks = 11, kSystemTicks = 12, kThreadCount = 17, kStartTicks = 19, kVirtualBytes = 20, kResidentPages = 21;

std::string read_all(const char* file) {
  std::ifstream input(file);
  return {std::istreambuf_iterator<char>(input), {}};
}

std::vector<double> statistics() {
  const std::string text = read_all("/proc/self/stat");
  const std::size_t name_end = text.rfind(')');
  std::vector<double> numbers;
  if (name_end == std::string::npos) return numbers;
  std::istringstream words(text.substr(name_end + 1));
  for (std::string word; words >> word;) {
    double value = 0;
    std::from_chars(word.data(), word.data() + word.size(), value);
    numbers.push_back(value);
  }
  return numbers;
}

/// When the system began, in seconds since 1970.
std::optional<double> boot_time() {
  std::istringstream lines(read_all("/proc/stat"));
  for (std::string word; lines >> word;)
    if (double seconds = 0; word == "btime" && lines >> seconds) return seconds;
  return std::nullopt;
}

}  // namespace

void collect_process(Samples& samples) {
  const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const std::vector<double> numbers = statistics();
  if (numbers.size() > kResidentPages) {
    samples.add(kCpu, {}, (numbers[kUserTicks] + numbers[kSystemTicks]) / ticks);
    samples.add(kThreads, {}, numbers[kThreadCount]);
    samples.add(kVirtual, {}, numbers[kVirtualBytes]);
    samples.add(kResident, {}, numbers[kResidentPages] * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    static const std::optional<double> booted = boot_time();
    if (booted) samples.add(kStart, {}, *booted + numbers[kStartTicks] / ticks);
  }
  std::error_code failed;
  const auto descriptors = std::filesystem::directory_iterator("/proc/self/fd", failed);
  // One of them is what they are counted by.
  if (!failed) samples.add(kOpen, {}, static_cast<double>(std::distance(begin(descriptors), end(descriptors)) - 1));
  if (rlimit limit{}; ::getrlimit(RLIMIT_NOFILE, &limit) == 0) samples.add(kOpenMax, {}, static_cast<double>(limit.rlim_cur));
}

}  // namespace millrace::observe
