// Every key of the config in one table: what the reader takes, what an unknown key is compared with, and what docs/configuration.md lists.
// A key that is not here cannot be read (object_reader.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace millrace::app {

enum class KeyType : std::uint8_t {
  text,
  number,    // whole, within `range`
  flag,      // true or false
  duration,  // 10s, 500ms; a number alone is milliseconds
  size,      // 1MiB, 512kB; a number alone is bytes; within `range`
  object,    // a section of its own
  objects,   // a list of such
  texts,     // a string, or a list of strings
  any,
};

/// What holds when the key is not there.
struct Absent {
  std::string_view value = {};  // the default, as a config would write it
  std::string_view words = {};  // for a person, when there is no such value; for a required key what to write
  bool is_required = false;
};
constexpr Absent initially(std::string_view value) {
  return {.value = value};
}
constexpr Absent otherwise(std::string_view words) {
  return {.words = words};
}
constexpr Absent required(std::string_view what_to_write) {
  return {.words = what_to_write, .is_required = true};
}

struct KeyRange {
  std::uint64_t least = 0;
  std::uint64_t most = 0;
};

struct ConfigKey {
  std::string_view name;
  KeyType type;
  Absent absent;
  std::string_view meaning;  // Markdown, one sentence or two
  KeyRange range = {};
};

/// The keys of one kind of object.
struct ConfigSection {
  std::string_view name;     // where it stands: "graphlettes[].storage, restlettes[].storage"; empty: the top
  std::string_view meaning;  // Markdown, a paragraph
  std::span<const ConfigKey> keys;

  /// The key of that name, or nullptr.
  const ConfigKey* find(std::string_view key) const;
};

extern const ConfigSection kTopSection;
extern const ConfigSection kLimitsSection;
extern const ConfigSection kGraphqlLimitsSection;
extern const ConfigSection kUnifiedSection;
extern const ConfigSection kAuditSection;
extern const ConfigSection kGraphletteSection;
extern const ConfigSection kRestletteSection;
extern const ConfigSection kStorageSection;
extern const ConfigSection kPostgresOptionsSection;
extern const ConfigSection kRootConfigSection;
extern const ConfigSection kQuerySection;
extern const ConfigSection kResolverSection;
extern const ConfigSection kRuleSection;
extern const ConfigSection kBreakerSection;
extern const ConfigSection kProcessorSection;
extern const ConfigSection kWebhookSection;
extern const ConfigSection kRetrySection;
extern const ConfigSection kSinkSection;
extern const ConfigSection kNatsSection;
extern const ConfigSection kNatsStreamSection;
extern const ConfigSection kKafkaSection;
extern const ConfigSection kAuthSection;
extern const ConfigSection kJwtSection;
extern const ConfigSection kApiKeySection;
extern const ConfigSection kCorsSection;
extern const ConfigSection kMetricsSection;
extern const ConfigSection kLogsSection;
extern const ConfigSection kTracesSection;

/// All of them, in the order in which a person reads them.
std::span<const ConfigSection* const> config_sections();

/// The tables in Markdown: the part of docs/configuration.md that is generated.
std::string config_reference();

}  // namespace millrace::app
