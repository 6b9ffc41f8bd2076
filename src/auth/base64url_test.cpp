#include "auth/base64url.hpp"

#include <gtest/gtest.h>

namespace millrace::auth {
namespace {

TEST(Base64url, GivesBackWhatItMade) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    const std::string text = encode_base64url(bytes);
    EXPECT_EQ(decode_base64url(text), bytes) << text;
    bytes.push_back(static_cast<char>(i * 7));
  }
  EXPECT_EQ(encode_base64url("\xfb\xff"), "-_8");
}

TEST(Base64url, TakesOneTextForEachValue) {
  EXPECT_EQ(decode_base64url("AA"), std::string(1, '\0'));
  for (const char* text : {"AA==", "AA=", "A", "AAAAA", "AB", "AAB", "A A", "AA\n", "+A", "/A", "A.A", "\xc3\xa4"})
    EXPECT_EQ(decode_base64url(text), std::nullopt) << text;
  EXPECT_EQ(decode_base64url(std::string("A\0", 2)), std::nullopt);
}

}  // namespace
}  // namespace millrace::auth
