// From the numbers of a JWK to a key of OpenSSL's.
#pragma once

#include <memory>

#include "auth/algorithm.hpp"
#include "auth/refused.hpp"
#include "base/json/document.hpp"

typedef struct evp_pkey_st EVP_PKEY;

namespace millrace::auth {

struct PublicKey {
  KeyKind kind = KeyKind::rsa;
  std::shared_ptr<EVP_PKEY> key;
};

/// By `kty` and `crv`: RSA, EC on P-256, P-384 and P-521, and OKP on Ed25519. Key::read_jwk() says what is refused.
Checked<PublicKey> read_public_key(json::Value jwk);

}  // namespace millrace::auth
