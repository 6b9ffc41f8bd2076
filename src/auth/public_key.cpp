#include "auth/public_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <optional>
#include <string>

#include "auth/base64url.hpp"

namespace millrace::auth {
namespace {

constexpr int kRsaBitsMin = 2'048;
constexpr int kRsaBitsMax = 16'384;  // OpenSSL's own limit; a larger one costs too much
constexpr int kExponentBitsMax = 32;

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)>;
using Parameters = std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)>;
using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::shared_ptr<EVP_PKEY> own(EVP_PKEY* key) {
  return {key, &EVP_PKEY_free};
}

/// A member of bytes; nothing where it is absent or malformed.
std::optional<std::string> bytes(json::Value jwk, std::string_view name) {
  const auto value = jwk.find(name);
  if (!value || !value->is(json::Kind::string)) return std::nullopt;
  return decode_base64url(value->string());
}

std::shared_ptr<EVP_PKEY> make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder), &OSSL_PARAM_free);
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), &EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) return nullptr;
  auto made = own(key);
  const Context check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr), &EVP_PKEY_CTX_free);
  return check && EVP_PKEY_public_check_quick(check.get()) == 1 ? made : nullptr;
}

Checked<PublicKey> read_rsa(json::Value jwk) {
  const auto modulus = bytes(jwk, "n");
  const auto exponent = bytes(jwk, "e");
  if (!modulus || !exponent) return refused("an RSA key without its numbers");
  if (modulus->size() > kRsaBitsMax / 8 + 1 || exponent->size() > kRsaBitsMax / 8) return refused("an RSA key that is too large");
  const Number n(BN_bin2bn(bytes_of(*modulus), static_cast<int>(modulus->size()), nullptr), &BN_free);
  const Number e(BN_bin2bn(bytes_of(*exponent), static_cast<int>(exponent->size()), nullptr), &BN_free);
  if (!n || !e) return refused("an RSA key without its numbers");
  if (BN_num_bits(n.get()) < kRsaBitsMin) return refused("an RSA key of less than 2048 bits");
  if (BN_num_bits(n.get()) > kRsaBitsMax) return refused("an RSA key that is too large");
  const bool is_exponent = BN_is_odd(e.get()) && !BN_is_one(e.get()) && BN_num_bits(e.get()) <= kExponentBitsMax;
  if (!BN_is_odd(n.get()) || !is_exponent) return refused("an RSA key with numbers that no key has");
  const Builder builder(OSSL_PARAM_BLD_new(), &OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  auto key = make_key("RSA", builder.get());
  if (!key) return refused("an RSA key with numbers that no key has");
  return PublicKey{KeyKind::rsa, std::move(key)};
}

struct Curve {
  std::string_view name;
  KeyKind kind;
  std::size_t size;  // bytes of a coordinate
};
constexpr Curve kCurves[] = {{"P-256", KeyKind::p256, 32}, {"P-384", KeyKind::p384, 48}, {"P-521", KeyKind::p521, 66}};

Checked<PublicKey> read_point(json::Value jwk, std::string_view name) {
  const auto curve = std::ranges::find(kCurves, name, &Curve::name);
  if (curve == std::end(kCurves)) return refused("a key on a curve that is not taken");
  const auto x = bytes(jwk, "x");
  const auto y = bytes(jwk, "y");
  if (!x || !y || x->size() != curve->size || y->size() != curve->size) return refused("a key without a point of its curve's size");
  const std::string point = '\x04' + *x + *y;
  const Builder builder(OSSL_PARAM_BLD_new(), &OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->name.data(), curve->name.size());
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  auto key = make_key("EC", builder.get());
  if (!key) return refused("a key whose point is not on its curve");
  return PublicKey{curve->kind, std::move(key)};
}

Checked<PublicKey> read_ed25519(json::Value jwk) {
  const auto x = bytes(jwk, "x");
  if (!x) return refused("a key without its point");
  auto key = own(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*x), x->size()));
  if (!key) return refused("a key without a point of its curve's size");
  return PublicKey{KeyKind::ed25519, std::move(key)};
}

}  // namespace

Checked<PublicKey> read_public_key(json::Value jwk) {
  const auto type = jwk.find("kty");
  if (!type) return refused("a key of no kind");
  if (type->is_string("RSA")) return read_rsa(jwk);
  const auto curve = jwk.find("crv");
  const std::string name = curve && curve->is(json::Kind::string) ? curve->string() : std::string();
  if (type->is_string("EC")) return read_point(jwk, name);
  if (type->is_string("OKP") && name == "Ed25519") return read_ed25519(jwk);
  if (type->is_string("oct")) return refused("a secret, which does not belong among public keys");
  return refused("a key of a kind that is not taken");
}

}  // namespace millrace::auth
