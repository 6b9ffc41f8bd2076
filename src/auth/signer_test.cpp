#include "auth/signer_test.hpp"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "auth/base64url.hpp"
#include "base/result.hpp"

namespace millrace::auth {
namespace {

std::string number(EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key, name, &value) == 1);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
  BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(value);
  return encode_base64url(bytes);
}

std::string to_jose(const std::string& der, std::size_t size) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
  std::string jose(2 * size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(jose.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, static_cast<int>(size));
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + size, static_cast<int>(size));
  ECDSA_SIG_free(pair);
  return jose;
}

std::shared_ptr<EVP_PKEY> own(EVP_PKEY* key) {
  CHECK(key != nullptr);
  return {key, &EVP_PKEY_free};
}

}  // namespace

Signer Signer::rsa(unsigned bits) {
  Signer signer;
  signer.key_ = own(EVP_RSA_gen(bits));
  return signer;
}

Signer Signer::curve(const std::string& name) {
  Signer signer;
  signer.key_ = own(EVP_EC_gen(name.c_str()));
  return signer;
}

Signer Signer::ed25519() {
  Signer signer;
  signer.key_ = own(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return signer;
}

Signer Signer::of_secret(std::string secret) {
  Signer signer;
  signer.secret_ = std::move(secret);
  return signer;
}

std::string Signer::jwk(std::string_view members) const {
  if (EVP_PKEY_is_a(key_.get(), "RSA")) {
    return fmt::format(R"({{{}"kty":"RSA","n":"{}","e":"{}"}})", members, number(key_.get(), OSSL_PKEY_PARAM_RSA_N),
                       number(key_.get(), OSSL_PKEY_PARAM_RSA_E));
  }
  std::string point(256, '\0');
  std::size_t size = point.size();
  if (EVP_PKEY_is_a(key_.get(), "ED25519")) {
    EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(point.data()), &size);
    return fmt::format(R"({{{}"kty":"OKP","crv":"Ed25519","x":"{}"}})", members, encode_base64url(point.substr(0, size)));
  }
  CHECK(EVP_PKEY_get_octet_string_param(key_.get(), OSSL_PKEY_PARAM_PUB_KEY, reinterpret_cast<unsigned char*>(point.data()), point.size(),
                                        &size) == 1);
  const std::size_t half = (size - 1) / 2;
  const std::string_view curve = half == 32 ? "P-256" : half == 48 ? "P-384" : "P-521";
  return fmt::format(R"({{{}"kty":"EC","crv":"{}","x":"{}","y":"{}"}})", members, curve, encode_base64url(point.substr(1, half)),
                     encode_base64url(point.substr(1 + half, half)));
}

std::string Signer::pem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(memory, key_.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

std::string Signer::sign(Algorithm algorithm, std::string_view text, bool as_der) const {
  const AlgorithmRow& how = row(algorithm);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (!key_) {
    unsigned char code[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_get_digestbyname(how.digest), secret_.data(), static_cast<int>(secret_.size()), bytes, text.size(), code, &size);
    return {reinterpret_cast<const char*>(code), size};
  }
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* settings = nullptr;
  CHECK(EVP_DigestSignInit_ex(context, &settings, how.digest, nullptr, nullptr, key_.get(), nullptr) == 1);
  if (how.is_pss) {
    EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
  }
  std::string signature(4096, '\0');
  std::size_t size = signature.size();
  CHECK(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) == 1);
  EVP_MD_CTX_free(context);
  signature.resize(size);
  if (as_der || !EVP_PKEY_is_a(key_.get(), "EC")) return signature;
  return to_jose(signature, static_cast<std::size_t>(EVP_PKEY_get_bits(key_.get()) + 7) / 8);
}

std::string Signer::token(Algorithm algorithm, std::string_view header, std::string_view claims) const {
  const std::string text = encode_base64url(header) + '.' + encode_base64url(claims);
  return text + '.' + encode_base64url(sign(algorithm, text));
}

std::string key_set(std::string_view jwks) {
  return fmt::format(R"({{"keys":[{}]}})", jwks);
}

}  // namespace millrace::auth
