// Keys that tests make for themselves, and tokens signed with them, right ones and wrong ones.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "auth/algorithm.hpp"

typedef struct evp_pkey_st EVP_PKEY;

namespace millrace::auth {

class Signer {
 public:
  static Signer rsa(unsigned bits = 2048);
  static Signer curve(const std::string& name);  // P-256, P-384, P-521
  static Signer ed25519();
  static Signer of_secret(std::string secret);

  /// The public key as a JWK, with such members before: `"kid":"a",`.
  std::string jwk(std::string_view members = "") const;
  /// As SubjectPublicKeyInfo in PEM.
  std::string pem() const;
  /// A signature of the text; of ECDSA in JOSE's form, or in DER.
  std::string sign(Algorithm algorithm, std::string_view text, bool as_der = false) const;
  /// header.claims.signature
  std::string token(Algorithm algorithm, std::string_view header, std::string_view claims) const;

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::string secret_;
};

/// A set of one key or several, with commas between.
std::string key_set(std::string_view jwks);

}  // namespace millrace::auth
