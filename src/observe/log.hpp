// Log: what an operator reads. A line has a time, a level, the part of the program that says it, and the trace that it is about.
//
// What is said is about the service. Nothing of a document is, unless the config asks for payloads; nothing that lets anybody in is, ever:
// whoever writes a line writes no header, no URI with its password and no token.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/trace.hpp"

namespace millrace::observe {

enum class Level : std::uint8_t { error, warn, info, debug };
inline constexpr std::array<std::string_view, 4> kLevels = {"error", "warn", "info", "debug"};

/// The parts of the program, as `logs.levels` names them.
enum class Module : std::uint8_t { service, http, auth, stores, remote, processors, sinks, traces };
inline constexpr std::array<std::string_view, 8> kModules = {"service", "http",       "auth",  "stores",
                                                             "remote",  "processors", "sinks", "traces"};

struct LogOptions {
  bool is_json = false;
  std::array<Level, kModules.size()> levels = {Level::info, Level::info, Level::info, Level::info,
                                               Level::info, Level::info, Level::info, Level::info};
  bool tells_requests = false;  // each, at info; else at debug
  bool tells_payloads = false;
};

struct Field {
  std::string_view name;
  std::string_view value;
  bool is_number = false;
  bool is_in_words = false;  // the text has it: a member of an object alone
};

/// More of a line than its words.
struct Details {
  Trace trace = {};
  std::initializer_list<Field> fields = {};
};

/// Any thread.
class Log {
 public:
  using Output = std::function<void(std::string_view line)>;
  /// Writes to stderr.
  Log();
  /// `output` is called by one thread at a time, with the line break.
  explicit Log(Output output);

  /// From now on.
  void configure(const LogOptions& options);

  bool tells(Module module, Level level) const {
    return level <= levels_[static_cast<std::size_t>(module)].load(std::memory_order_relaxed);
  }
  /// At which level a request is told that went well.
  Level level_of_requests() const { return tells_requests_.load(std::memory_order_relaxed) ? Level::info : Level::debug; }
  bool tells_payloads() const { return tells_payloads_.load(std::memory_order_relaxed); }

  /// Writes the line unless it is of a level that is not wanted.
  void write(Module module, Level level, std::string_view text, const Details& details = {});

  /// For a person at a terminal, as it is: what can be opened at the start. With JSON it is a line like all others.
  void print(std::string_view line);

  /// A way to say something that is given to one thing: each line begins with its name, if it has one, and what is said again and again is
  /// said once a minute, with the number of those that were not. The log outlives it.
  std::function<void(std::string_view)> lines(Module module, Level level, std::string name = {});

 private:
  const Output output_;
  std::array<std::atomic<Level>, kModules.size()> levels_;
  std::atomic<bool> is_json_ = false;
  std::atomic<bool> tells_requests_ = false;
  std::atomic<bool> tells_payloads_ = false;
};

}  // namespace millrace::observe
