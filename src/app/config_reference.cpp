// The tables of docs/configuration.md (config_reference of config_keys.hpp).
#include <fmt/format.h>

#include <iterator>

#include "app/config_keys.hpp"

namespace millrace::app {
namespace {

std::string type_text(const ConfigKey& key) {
  switch (key.type) {
    case KeyType::text: return "string";
    case KeyType::number: return fmt::format("whole number, {} to {}", key.range.least, key.range.most);
    case KeyType::flag: return "`true` or `false`";
    case KeyType::duration: return "duration";
    case KeyType::size: return "size";
    case KeyType::object: return "object";
    case KeyType::objects: return "list of objects";
    case KeyType::texts: return "string or list of strings";
    case KeyType::any: return "string or object";
  }
  return {};
}

std::string absent_text(const Absent& absent) {
  if (absent.is_required) return "required";
  return absent.value.empty() ? std::string(absent.words) : fmt::format("`{}`", absent.value);
}

}  // namespace

std::string config_reference() {
  std::string out;
  for (const ConfigSection* section : config_sections()) {
    fmt::format_to(std::back_inserter(out), "\n### {}\n\n{}\n\n| key | type | when absent | meaning |\n| --- | --- | --- | --- |\n",
                   section->name.empty() ? "The top" : section->name, section->meaning);
    for (const ConfigKey& key : section->keys)
      fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} | {} |\n", key.name, type_text(key), absent_text(key.absent), key.meaning);
  }
  return out;
}

}  // namespace millrace::app
