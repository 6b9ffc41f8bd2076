// Keys that never change, for programs: random text of which the config has a hash alone.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/principal.hpp"

namespace millrace::auth {

struct ApiKey {
  std::string digest;  // SHA-256, 32 bytes: enough for what nobody can guess, which make_api_key() gives
  std::shared_ptr<const Principal> principal;
};

/// Immutable.
class ApiKeys {
 public:
  explicit ApiKeys(std::vector<ApiKey> keys) : keys_(std::move(keys)) {}
  bool is_empty() const { return keys_.empty(); }
  /// Whose key it is, or null. How long it takes tells nothing of the keys that there are.
  std::shared_ptr<const Principal> find(std::string_view digest) const;
  /// Whether one has that name.
  bool has(std::string_view name) const;

 private:
  std::vector<ApiKey> keys_;
};

/// A new key: 256 bits of chance.
std::string make_api_key();
/// How the config writes its hash: "sha256:" and hex.
std::string hash_text(std::string_view key);
/// The digest that such a text stands for; nothing when it is none.
std::optional<std::string> read_hash(std::string_view text);

}  // namespace millrace::auth
