#include "auth/token_cache.hpp"

#include <utility>

namespace millrace::auth {

std::shared_ptr<const Principal> TokenCache::find(std::string_view digest, std::uint64_t version,
                                                  std::chrono::system_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  move_to(version);
  std::shared_ptr<const Principal> principal;
  if (const auto found = young_.find(digest); found != young_.end()) {
    principal = found->second;
  } else if (const auto older = old_.find(digest); older != old_.end()) {
    principal = std::move(older->second);
    old_.erase(older);
    insert(digest, principal);
  }
  return principal && now < principal->expires ? principal : nullptr;
}

void TokenCache::add(std::string_view digest, std::uint64_t version, std::shared_ptr<const Principal> principal) {
  const std::lock_guard lock(mutex_);
  move_to(version);
  if (version == version_) insert(digest, std::move(principal));  // else it was verified with keys that have gone
}

void TokenCache::move_to(std::uint64_t version) {
  if (version <= version_) return;
  version_ = version;
  young_.clear();
  old_.clear();
}

void TokenCache::insert(std::string_view digest, std::shared_ptr<const Principal> principal) {
  if (young_.size() >= half_) old_ = std::exchange(young_, {});
  young_.insert_or_assign(std::string(digest), std::move(principal));
}

}  // namespace millrace::auth
