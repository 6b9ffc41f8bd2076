#include "auth/key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/base64url.hpp"
#include "auth/key_set.hpp"
#include "auth/signer_test.hpp"

namespace millrace::auth {
namespace {

using testing::HasSubstr;

Checked<Key> read(const std::string& text) {
  const auto document = json::parse(text);
  EXPECT_TRUE(document) << text;
  return Key::read_jwk(document->root());
}

struct Case {
  Algorithm algorithm;
  Signer signer;
};

std::vector<Case> public_cases() {
  const Signer rsa = Signer::rsa();
  return {{Algorithm::rs256, rsa},
          {Algorithm::rs384, rsa},
          {Algorithm::rs512, rsa},
          {Algorithm::ps256, rsa},
          {Algorithm::ps384, rsa},
          {Algorithm::ps512, rsa},
          {Algorithm::es256, Signer::curve("P-256")},
          {Algorithm::es384, Signer::curve("P-384")},
          {Algorithm::es512, Signer::curve("P-521")},
          {Algorithm::eddsa, Signer::ed25519()}};
}

TEST(Key, ASignatureIsNoneWithoutItsZero) {
  const Signer signer = Signer::rsa();
  const auto key = read(signer.jwk());
  ASSERT_TRUE(key);
  std::string signature;
  do {
    signature = signer.sign(Algorithm::ps256, "text");
  } while (signature.front() != '\0');
  EXPECT_TRUE(key->verifies(Algorithm::ps256, "text", signature));
  EXPECT_FALSE(key->verifies(Algorithm::ps256, "text", signature.substr(1)));
}

TEST(Key, VerifiesEachAlgorithmAndNoOther) {
  for (const Case& one : public_cases()) {
    SCOPED_TRACE(to_string(one.algorithm));
    const auto key = read(one.signer.jwk());
    ASSERT_TRUE(key) << key.error().why;
    ASSERT_TRUE(key->takes(one.algorithm));
    std::string signature = one.signer.sign(one.algorithm, "text");
    EXPECT_TRUE(key->verifies(one.algorithm, "text", signature));
    EXPECT_FALSE(key->verifies(one.algorithm, "Text", signature));
    EXPECT_FALSE(key->verifies(one.algorithm, "", signature));
    EXPECT_FALSE(key->verifies(one.algorithm, "text", ""));
    EXPECT_FALSE(key->verifies(one.algorithm, "text", signature + '\0'));
    EXPECT_FALSE(key->verifies(one.algorithm, "text", signature.substr(1)));
    EXPECT_FALSE(key->verifies(one.algorithm, "text", std::string(signature.size(), '\0')));
    for (std::size_t i = 0; i < algorithms().size(); ++i) {
      const auto other = static_cast<Algorithm>(i);
      if (other != one.algorithm && key->takes(other)) EXPECT_FALSE(key->verifies(other, "text", signature)) << to_string(other);
      EXPECT_EQ(key->takes(other), row(other).key == row(one.algorithm).key);
    }
    signature[signature.size() / 2] ^= 1;
    EXPECT_FALSE(key->verifies(one.algorithm, "text", signature));
  }
}

TEST(Key, OfASecretTakesHmacAlone) {
  const std::string secret(32, 's');
  const Key key = Key::of_secret(secret);
  for (const Algorithm algorithm : {Algorithm::hs256, Algorithm::hs384, Algorithm::hs512}) {
    const std::string code = Signer::of_secret(secret).sign(algorithm, "text");
    EXPECT_TRUE(key.takes(algorithm));
    EXPECT_TRUE(key.verifies(algorithm, "text", code));
    EXPECT_FALSE(key.verifies(algorithm, "text", code.substr(0, code.size() - 1)));
    EXPECT_FALSE(key.verifies(algorithm, "text.", code));
    EXPECT_FALSE(key.verifies(algorithm, "text", ""));
  }
  EXPECT_FALSE(key.takes(Algorithm::rs256));
  EXPECT_FALSE(key.takes(Algorithm::eddsa));
}

TEST(Key, RefusesDerOfEcdsa) {
  const Signer signer = Signer::curve("P-256");
  const auto key = read(signer.jwk());
  EXPECT_FALSE(key->verifies(Algorithm::es256, "text", signer.sign(Algorithm::es256, "text", true)));
}

TEST(Key, OfAJwkMayBeForOneAlgorithm) {
  const Signer rsa = Signer::rsa();
  const auto key = read(rsa.jwk(R"("alg":"PS256","kid":"a","use":"sig","key_ops":["verify"],)"));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->id(), "a");
  EXPECT_TRUE(key->takes(Algorithm::ps256));
  EXPECT_FALSE(key->takes(Algorithm::rs256));
}

TEST(Key, RefusesJwksThatNobodyShouldTrust) {
  const Signer rsa = Signer::rsa();
  const std::string weak = Signer::rsa(1024).jwk();
  const std::string n = encode_base64url(std::string(256, '\xff'));
  const std::string coordinate = encode_base64url(std::string(32, '\1'));
  for (const std::string& jwk : {
           weak,
           rsa.jwk(R"("use":"enc",)"),
           rsa.jwk(R"("use":1,)"),
           rsa.jwk(R"("key_ops":["sign"],)"),
           rsa.jwk(R"("key_ops":"verify",)"),
           rsa.jwk(R"("alg":"ES256",)"),
           rsa.jwk(R"("alg":"HS256",)"),
           rsa.jwk(R"("alg":"RSA-OAEP",)"),
           rsa.jwk(R"("alg":"none",)"),
           rsa.jwk(R"("kid":7,)"),
           rsa.jwk(R"("d":"AQAB",)"),
           fmt::format(R"({{"kty":"RSA","n":"{}","e":"AQ"}})", n),
           fmt::format(R"({{"kty":"RSA","n":"{}","e":"Ag"}})", n),
           fmt::format(R"({{"kty":"RSA","n":"{}","e":""}})", n),
           fmt::format(R"({{"kty":"RSA","n":"{}","e":"AQAAAAAB"}})", n),
           fmt::format(R"({{"kty":"RSA","n":"{}=","e":"AQAB"}})", n),
           fmt::format(R"({{"kty":"RSA","n":"{}","e":"AQAB"}})", encode_base64url(std::string(3000, '\xff'))),
           std::string(R"({"kty":"RSA"})"),
           fmt::format(R"({{"kty":"EC","crv":"P-256","x":"{0}","y":"{0}"}})", coordinate),  // not on the curve
           std::string(R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})"),
           fmt::format(R"({{"kty":"EC","crv":"P-384","x":"{0}","y":"{0}"}})", coordinate),
           fmt::format(R"({{"kty":"EC","crv":"secp256k1","x":"{0}","y":"{0}"}})", coordinate),
           std::string(R"({"kty":"OKP","crv":"Ed25519","x":"AA"})"),
           fmt::format(R"({{"kty":"OKP","crv":"X25519","x":"{}"}})", coordinate),
           fmt::format(R"({{"kty":"oct","k":"{}"}})", coordinate),
           std::string(R"({"kty":"what"})"),
           std::string(R"({})"),
           std::string(R"([])"),
       })
    EXPECT_FALSE(read(jwk)) << jwk.substr(0, 200);
}

TEST(KeySet, LeavesOutWhatCannotBeUsed) {
  const Signer signer = Signer::curve("P-256");
  const auto set = read_key_set(key_set(R"({"kty":"oct","k":"AAAA"},)" + signer.jwk(R"("kid":"a",)")));
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(set->keys.size(), 1);
  ASSERT_EQ(set->left_out.size(), 1);
  EXPECT_THAT(set->left_out[0], HasSubstr("keys[0] is a secret"));
}

TEST(KeySet, IsRefusedWhole) {
  std::string many;
  for (int i = 0; i < 101; ++i) many += i == 0 ? "{}" : ",{}";
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string(R"({"keys":{}})"), key_set(""), key_set(R"({"kty":"oct"})"),
        key_set(many), key_set(std::string(300'000, ' ')), std::string(R"({"keys":[],"keys":[]})")})
    EXPECT_FALSE(read_key_set(text)) << text.substr(0, 100);
}

TEST(KeySet, FindsKeysById) {
  const Signer one = Signer::curve("P-256");
  const Signer two = Signer::curve("P-256");
  const auto set = read_key_set(key_set(one.jwk(R"("kid":"a",)") + ',' + two.jwk(R"("kid":"b",)")));
  const std::string signature = two.sign(Algorithm::es256, "text");
  EXPECT_EQ(set->verifies(Algorithm::es256, "b", "text", signature), true);
  EXPECT_EQ(set->verifies(Algorithm::es256, "a", "text", signature), false);
  EXPECT_EQ(set->verifies(Algorithm::es256, "c", "text", signature), std::nullopt);
  EXPECT_EQ(set->verifies(Algorithm::es256, std::nullopt, "text", signature), std::nullopt) << "which of them is not said";
  EXPECT_EQ(set->verifies(Algorithm::rs256, "b", "text", signature), std::nullopt);
}

TEST(KeySet, TriesAllOfOneId) {
  const Signer one = Signer::curve("P-256");
  const Signer two = Signer::curve("P-256");
  const auto set = read_key_set(key_set(one.jwk(R"("kid":"a",)") + ',' + two.jwk(R"("kid":"a",)")));
  EXPECT_EQ(set->verifies(Algorithm::es256, "a", "text", one.sign(Algorithm::es256, "text")), true);
  EXPECT_EQ(set->verifies(Algorithm::es256, "a", "text", two.sign(Algorithm::es256, "text")), true);
  EXPECT_EQ(set->verifies(Algorithm::es256, "a", "text", Signer::curve("P-256").sign(Algorithm::es256, "text")), false);
}

TEST(KeySet, NeedsNoIdWhereOneKeyAloneFits) {
  const Signer point = Signer::curve("P-256");
  const auto set = read_key_set(key_set(point.jwk() + ',' + Signer::rsa().jwk()));
  EXPECT_EQ(set->verifies(Algorithm::es256, std::nullopt, "text", point.sign(Algorithm::es256, "text")), true);
  EXPECT_EQ(set->verifies(Algorithm::es256, "a", "text", point.sign(Algorithm::es256, "text")), std::nullopt);
}

}  // namespace
}  // namespace millrace::auth
