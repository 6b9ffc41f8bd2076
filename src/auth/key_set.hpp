// The keys of an issuer (RFC 7517, section 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/key.hpp"
#include "base/result.hpp"

namespace millrace::auth {

struct KeySet {
  std::vector<Key> keys;
  std::vector<std::string> left_out;  // what could not be used, and why, for the log
  std::string digest;                 // of the text that it was read from

  /// Whether the signature is that of one of the keys that it can be of: those of that id, which may be more than one, or the only one
  /// that takes the algorithm where the token names none. Nothing when there is no such key.
  std::optional<bool> verifies(Algorithm algorithm, const std::optional<std::string>& id, std::string_view text,
                               std::string_view signature) const;
};

struct KeySetLimits {
  std::size_t bytes = 256 * 1024;
  std::size_t keys = 100;
};

/// Reads a JWK set. A key that cannot be used is left out; with none left, or when it is no set, error "auth.keys" (unavailable), whose
/// message is for the log.
Result<KeySet> read_key_set(std::string_view text, KeySetLimits limits = {});

}  // namespace millrace::auth
