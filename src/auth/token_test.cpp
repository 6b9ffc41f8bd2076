#include "auth/token.hpp"

#include <gtest/gtest.h>

#include "auth/base64url.hpp"

namespace millrace::auth {
namespace {

std::string with_header(std::string_view header) {
  return encode_base64url(header) + '.' + encode_base64url("{}") + ".AAAA";
}

TEST(Token, IsTakenApart) {
  const std::string text = with_header(R"({"alg":"ES256","kid":"a","typ":"JWT"})");
  const auto token = read_token(text);
  ASSERT_TRUE(token) << token.error().why;
  EXPECT_EQ(token->algorithm, Algorithm::es256);
  EXPECT_EQ(token->key_id, "a");
  EXPECT_EQ(token->claims, "{}");
  EXPECT_EQ(token->signed_text, text.substr(0, text.size() - 5));
  EXPECT_EQ(token->signature, std::string(3, '\0'));
}

TEST(Token, HeaderMayHaveMore) {
  for (
      const char* header : {
          R"({"alg":"RS256"})",
          R"({"typ":"at+jwt","alg":"RS256"})",
          R"({"typ":"application/at+JWT","alg":"RS256"})",
          R"({"alg":"RS256","jwk":{"kty":"RSA","n":"AQ","e":"AQAB"},"jku":"http://evil.example/","x5u":"http://evil.example/","x5c":["a"]})",
      })
    EXPECT_TRUE(read_token(with_header(header))) << header;
}

TEST(Token, HeaderThatIsNotTaken) {
  for (const char* header : {
           R"({"alg":"none"})",
           R"({"alg":"None"})",
           R"({"alg":"NONE"})",
           R"({"alg":"nOnE"})",
           R"({"alg":""})",
           R"({"alg":null})",
           R"({"alg":["RS256"]})",
           R"({"alg":"rs256"})",
           R"({"alg":"RS256 "})",
           R"({"alg":"RS1"})",
           R"({"alg":"dir","enc":"A256GCM"})",
           R"({})",
           R"({"typ":"JWT"})",
           R"({"alg":"RS256","alg":"none"})",
           R"({"alg":"none","\u0061lg":"RS256"})",
           R"({"alg":"RS256","crit":["exp"]})",
           R"({"alg":"RS256","crit":[]})",
           R"({"alg":"RS256","crit":["b64"],"b64":false})",
           R"({"alg":"RS256","b64":false})",
           R"({"alg":"RS256","kid":1})",
           R"({"alg":"RS256","kid":null})",
           R"({"alg":"RS256","typ":"logout+jwt"})",
           R"({"alg":"RS256","typ":"dpop+jwt"})",
           R"({"alg":"RS256","typ":1})",
           R"(["RS256"])",
           R"("RS256")",
           R"({"alg":"RS256")",
           R"({"alg":"RS256"}x)",
           "",
           "\xff\xfe",
           R"({"alg":"RS256","a":[[[[[[[[[[]]]]]]]]]]})",
       })
    EXPECT_FALSE(read_token(with_header(header))) << header;
  EXPECT_FALSE(read_token(with_header(R"({"alg":"RS256","kid":")" + std::string(300, 'k') + "\"}")));
}

TEST(Token, TextThatIsNoToken) {
  const std::string header = encode_base64url(R"({"alg":"RS256"})");
  const std::string right = header + ".e30.AAAA";
  ASSERT_TRUE(read_token(right));
  for (const std::string& text : {
           std::string(),
           std::string("."),
           std::string(".."),
           header + ".e30",
           header + ".e30.",
           right + ".",
           right + ".AAAA",                 // two signatures
           header + ".AAAA.AAAA.AAAA.e30",  // a JWE
           header + "=.e30.AAAA",
           header + ".e30=.AAAA",
           header + ".e30.AA==",
           header + ".e30.AAA+",
           header + ".e30.AAB",
           ' ' + right,
           right + ' ',
           header + ".e30.A",
           std::string(R"({"payload":"e30","signatures":[]})"),
           header + '.' + std::string(kTokenBytesMax, 'A') + ".AAAA",
       })
    EXPECT_FALSE(read_token(text)) << text.substr(0, 80);
}

}  // namespace
}  // namespace millrace::auth
