#include "transform/signature.hpp"

#include <gtest/gtest.h>

namespace millrace::transform {
namespace {

const std::string kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

TEST(Signature, IsThatOfTheStandardsOwnExample) {
  EXPECT_EQ(sign(read_secret(kSecret).value(), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, SecretsAreBase64OfEnoughBytesAndNoMoreThanEnough) {
  EXPECT_EQ(read_secret(kSecret)->size(), 24);
  EXPECT_EQ(read_secret(kSecret.substr(6)), read_secret(kSecret));
  EXPECT_EQ(read_secret("whsec_" + std::string(86, 'A') + "==")->size(), 64);
  for (const std::string bad : {"", "whsec_", "whsec_AAAA", "not base64 at all, whatever else", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa=w"})
    EXPECT_FALSE(read_secret(bad)) << bad;
  EXPECT_FALSE(read_secret("whsec_" + std::string(88, 'A')));
  EXPECT_FALSE(read_secret(kSecret + "\n"));
}

}  // namespace
}  // namespace millrace::transform
