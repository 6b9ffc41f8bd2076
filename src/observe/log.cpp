#include "observe/log.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>

#include "base/instant.hpp"
#include "base/json/members.hpp"

namespace millrace::observe {
namespace {

constexpr std::chrono::minutes kRepeat{1};

std::string_view name_of(Module module) {
  return kModules[static_cast<std::size_t>(module)];
}
std::string_view name_of(Level level) {
  return kLevels[static_cast<std::size_t>(level)];
}

/// One line stays one line, whatever somebody has put into a name.
void append_plain(std::string& out, std::string_view text) {
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (is_control) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
}

std::string as_text(Module module, Level level, std::string_view text, const Details& details) {
  std::string line = fmt::format("{} {:5} {}: ", to_string(now()), name_of(level), name_of(module));
  append_plain(line, text);
  for (const Field& field : details.fields) {
    if (field.is_in_words) continue;
    line.append(" ").append(field.name).append("=");
    append_plain(line, field.value);
  }
  if (details.trace) line.append(" trace=").append(details.trace.id());
  return line += '\n';
}

std::string as_json(Module module, Level level, std::string_view text, const Details& details) {
  std::string line;
  json::MemberWriter members(line);
  json::append_string(members.key("time"), to_string(now()));
  json::append_string(members.key("level"), name_of(level));
  json::append_string(members.key("module"), name_of(module));
  json::append_string(members.key("message"), text);
  for (const Field& field : details.fields) {
    std::string& out = members.key(field.name);
    field.is_number ? void(out.append(field.value)) : json::append_string(out, field.value);
  }
  if (details.trace) {
    json::append_string(members.key("trace_id"), details.trace.id());
    json::append_string(members.key("span_id"), to_span_id(details.trace.span));
  }
  members.end();
  return line += '\n';
}

/// What was said last, and how often since.
struct Said {
  std::mutex mutex;
  std::string line;  // GUARDED_BY(mutex)
  std::chrono::steady_clock::time_point at;
  std::size_t withheld = 0;

  /// What is to be written of the line.
  std::optional<std::string> take(std::string_view next) {
    const auto time = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex);
    if (next == line && time - at < kRepeat) {
      ++withheld;
      return std::nullopt;
    }
    const std::string again = withheld == 0 ? "" : fmt::format(" (the line before came {} times more)", withheld);
    line = next;
    at = time;
    withheld = 0;
    return line + again;
  }
};

}  // namespace

Log::Log() : Log([](std::string_view line) { std::fwrite(line.data(), 1, line.size(), stderr); }) {}

Log::Log(Output output) : output_(std::move(output)) {
  configure({});
}

void Log::configure(const LogOptions& options) {
  for (std::size_t i = 0; i < levels_.size(); ++i) levels_[i] = options.levels[i];
  is_json_ = options.is_json;
  tells_requests_ = options.tells_requests;
  tells_payloads_ = options.tells_payloads;
}

void Log::write(Module module, Level level, std::string_view text, const Details& details) {
  if (!tells(module, level)) return;
  output_(is_json_.load(std::memory_order_relaxed) ? as_json(module, level, text, details) : as_text(module, level, text, details));
}

void Log::print(std::string_view line) {
  if (is_json_.load(std::memory_order_relaxed)) return write(Module::service, Level::info, line);
  output_(std::string(line) + '\n');
}

std::function<void(std::string_view)> Log::lines(Module module, Level level, std::string name) {
  if (!name.empty()) name += ": ";
  return [this, module, level, name = std::move(name), said = std::make_shared<Said>()](std::string_view line) {
    if (!tells(module, level)) return;
    if (const auto taken = said->take(line)) write(module, level, name + *taken);
  };
}

}  // namespace millrace::observe
