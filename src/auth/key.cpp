#include "auth/key.hpp"

#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <array>

#include "auth/public_key.hpp"

namespace millrace::auth {
namespace {

constexpr std::size_t kIdMax = 256;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// JOSE has the two numbers of an ECDSA signature one after the other, OpenSSL wants DER; empty when the signature is not JOSE's.
std::string to_der(std::string_view signature, std::size_t size) {
  if (signature.size() != 2 * size) return {};
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), &ECDSA_SIG_free);
  BIGNUM* r = BN_bin2bn(bytes_of(signature), static_cast<int>(size), nullptr);
  BIGNUM* s = BN_bin2bn(bytes_of(signature.substr(size)), static_cast<int>(size), nullptr);
  ECDSA_SIG_set0(pair.get(), r, s);
  unsigned char* written = nullptr;
  const int length = i2d_ECDSA_SIG(pair.get(), &written);
  if (length <= 0) return {};
  std::string der(reinterpret_cast<const char*>(written), static_cast<std::size_t>(length));
  OPENSSL_free(written);
  return der;
}

std::size_t coordinate_size(KeyKind kind) {
  switch (kind) {
    case KeyKind::p256: return 32;
    case KeyKind::p384: return 48;
    case KeyKind::p521: return 66;
    default: return 0;
  }
}

bool verify_secret(const std::string& secret, const AlgorithmRow& how, std::string_view text, std::string_view signature) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> code;
  unsigned size = 0;
  const EVP_MD* digest = EVP_get_digestbyname(how.digest);
  const bool is_made =
      HMAC(digest, secret.data(), static_cast<int>(secret.size()), bytes_of(text), text.size(), code.data(), &size) != nullptr;
  return is_made && signature.size() == size && CRYPTO_memcmp(code.data(), signature.data(), size) == 0;
}

bool verify_public(EVP_PKEY* key, const AlgorithmRow& how, std::string_view text, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_PKEY_CTX* settings = nullptr;
  if (!context || EVP_DigestVerifyInit_ex(context.get(), &settings, how.digest, nullptr, nullptr, key, nullptr) != 1) return false;
  if (how.is_pss) {
    if (EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) != 1) return false;
    if (EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) != 1) return false;
  }
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

/// Whether the key is there to verify with.
bool is_for_verifying(json::Value jwk) {
  if (const auto use = jwk.find("use"); use && !use->is_string("sig")) return false;
  const auto operations = jwk.find("key_ops");
  if (!operations) return true;
  if (!operations->is(json::Kind::array)) return false;
  for (json::Value one = operations->first(); one != operations->end(); one = one.after())
    if (one.is_string("verify")) return true;
  return false;
}

}  // namespace

Checked<Key> Key::read_jwk(json::Value jwk) {
  if (!jwk.is(json::Kind::object)) return refused("something that is no key");
  if (!is_for_verifying(jwk)) return refused("a key that is not for verifying signatures");
  if (jwk.find("d")) return refused("a private key, which does not belong among public keys");
  Key key;
  auto made = read_public_key(jwk);
  if (!made) return std::unexpected(made.error());
  key.kind_ = made->kind;
  key.public_ = std::move(made->key);
  if (const auto id = jwk.find("kid")) {
    if (!id->is(json::Kind::string) || id->text().size() > kIdMax) return refused("a key with an id that is none");
    key.id_ = id->string();
  }
  if (const auto only = jwk.find("alg")) {
    key.only_ = only->is(json::Kind::string) ? find_algorithm(only->string()) : std::nullopt;
    if (!key.only_ || row(*key.only_).key != key.kind_) return refused("a key for an algorithm that is not of its kind, or not taken");
  }
  return key;
}

Key Key::of_secret(std::string secret) {
  Key key;
  key.secret_ = std::move(secret);
  return key;
}

bool Key::takes(Algorithm algorithm) const {
  return row(algorithm).key == kind_ && (!only_ || *only_ == algorithm);
}

bool Key::verifies(Algorithm algorithm, std::string_view text, std::string_view signature) const {
  const AlgorithmRow& how = row(algorithm);
  if (kind_ == KeyKind::secret) return verify_secret(secret_, how, text, signature);
  const std::size_t coordinate = coordinate_size(kind_);
  // OpenSSL takes one of RSA's without the zero that it may begin with (RFC 8017, section 8.1.2: it is as long as the modulus).
  const bool is_whole = coordinate != 0 || signature.size() == static_cast<std::size_t>(EVP_PKEY_get_size(public_.get()));
  if (!is_whole) return false;
  if (coordinate == 0) return verify_public(public_.get(), how, text, signature);
  const std::string der = to_der(signature, coordinate);
  return !der.empty() && verify_public(public_.get(), how, text, der);
}

}  // namespace millrace::auth
