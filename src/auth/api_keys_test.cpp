#include "auth/api_keys.hpp"

#include <gtest/gtest.h>

#include "base/digest.hpp"

namespace millrace::auth {
namespace {

TEST(ApiKeys, AreFoundByTheirHash) {
  const std::string one = make_api_key();
  const std::string two = make_api_key();
  EXPECT_NE(one, two);
  EXPECT_EQ(one.size(), 46);
  EXPECT_TRUE(one.starts_with("mr_"));
  const auto who = std::make_shared<const Principal>(Principal{.subject = "one"});
  const ApiKeys keys({{read_hash(hash_text(one)).value(), who}});
  EXPECT_EQ(keys.find(sha256(one)), who);
  EXPECT_EQ(keys.find(sha256(two)), nullptr);
  EXPECT_EQ(keys.find(sha256("")), nullptr);
}

TEST(ApiKeys, HashesAreReadAsTheyAreWritten) {
  const std::string text = hash_text("key");
  EXPECT_EQ(read_hash(text), sha256("key"));
  EXPECT_EQ(text, "sha256:2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683");
  for (const std::string& wrong :
       {std::string(), std::string("sha256:"), text.substr(7), text + "0", text.substr(0, 70), "sha512:" + text.substr(7),
        text.substr(0, 70) + "g", text.substr(0, 69) + "-1", text.substr(0, 69) + " 1"})
    EXPECT_EQ(read_hash(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace millrace::auth
