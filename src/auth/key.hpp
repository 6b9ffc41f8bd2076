// One key that signatures are verified with, by OpenSSL.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/algorithm.hpp"
#include "auth/refused.hpp"
#include "base/json/document.hpp"

typedef struct evp_pkey_st EVP_PKEY;

namespace millrace::auth {

/// Immutable; any number of threads may verify with it.
class Key {
 public:
  /// The public key that a JWK (RFC 7517) stands for. Refused: secrets and private keys, which nobody publishes; RSA below 2048 bits or
  /// with a public exponent that is even, 1, or over 32 bits; a point that is not on its curve; other kinds of keys; one that is not for
  /// verifying (`use`, `key_ops`), or whose `alg` is not of its kind.
  static Checked<Key> read_jwk(json::Value jwk);
  /// Of the HMAC algorithms.
  static Key of_secret(std::string secret);

  /// Whether it may be used with the algorithm at all.
  bool takes(Algorithm algorithm) const;
  /// Whether the signature, in JOSE's form, is that of the text. False for whatever goes wrong. Requires: takes(algorithm).
  bool verifies(Algorithm algorithm, std::string_view text, std::string_view signature) const;
  /// `kid`.
  const std::optional<std::string>& id() const { return id_; }

 private:
  using Public = std::shared_ptr<EVP_PKEY>;
  Key() = default;

  KeyKind kind_ = KeyKind::secret;
  std::optional<Algorithm> only_;  // `alg`
  std::optional<std::string> id_;
  Public public_;       // unless it is a secret
  std::string secret_;  // else
};

}  // namespace millrace::auth
