#include "store/sqlite/held_versions.hpp"

#include <functional>

namespace millrace::store::sqlite {
namespace {

/// A longer one costs so much to copy that SQLite's part in reading it does not matter.
constexpr std::size_t kLongest = 4096;

}  // namespace

// Positions are given out one by one, by nobody outside: they spread as they are.
std::size_t HeldVersions::Hash::operator()(const Key& key) const {
  return static_cast<std::size_t>(key.position) * 31 + std::hash<const void*>{}(key.table);
}

std::optional<Version> HeldVersions::find(const void* table, std::int64_t position) const {
  const auto found = kept_.find({table, position});
  if (found == kept_.end()) return std::nullopt;
  const Kept& kept = found->second;
  const std::string_view text = std::string_view(text_).substr(kept.begin, kept.size);
  return Version{.head = kept.head, .until = kept.until, .id_text = text.substr(0, kept.id_size), .text = text.substr(kept.id_size)};
}

void HeldVersions::keep(const void* table, const Version& version) {
  const std::size_t size = version.id_text.size() + version.text.size();
  if (size > kLongest) return;
  const Kept kept{.head = version.head,
                  .until = version.until,
                  .begin = text_.size(),
                  .id_size = static_cast<std::uint32_t>(version.id_text.size()),
                  .size = static_cast<std::uint32_t>(size)};
  if (!kept_.try_emplace({table, static_cast<std::int64_t>(version.head.position)}, kept).second) return;
  text_.append(version.id_text).append(version.text);
}

void HeldVersions::forget() {
  kept_.clear();
  text_.clear();
}

}  // namespace millrace::store::sqlite
