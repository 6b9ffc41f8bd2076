#include "document/idempotency.hpp"

#include <gtest/gtest.h>

namespace millrace::document {
namespace {

std::string fingerprint(std::string_view text) {
  auto incoming = read_document(text, nullptr);
  auto idempotency = make_idempotency("k", *incoming);
  return idempotency->fingerprint;
}

TEST(Idempotency, SpellingMakesNoDifference) {
  EXPECT_EQ(fingerprint(R"({"a":"é","b":[1,2]})"), fingerprint(" { \"a\" : \"\\u00e9\" ,\n\"b\":[ 1,2 ] } "));
  EXPECT_EQ(fingerprint("{}").size(), 32u);
}

TEST(Idempotency, WhatWasSentDoes) {
  const std::string base = fingerprint(R"({"a":1})");
  for (std::string_view other : {R"({"a":2})", R"({"a":1.0})", R"({"b":1})", R"({"id":"x","a":1})", R"({"a":1,"b":1})", "{}"})
    EXPECT_NE(fingerprint(other), base) << other;
  EXPECT_NE(fingerprint(R"({"id":"x"})"), fingerprint(R"({"id":"y"})"));
}

TEST(Idempotency, KeysAreShortAndPlain) {
  const Incoming incoming{.id = {}, .payload = "{}"};
  EXPECT_TRUE(make_idempotency(std::string(255, 'x'), incoming));
  for (const std::string& key : {std::string(), std::string(256, 'x'), std::string("a\nb"), std::string("a\0b", 3)}) {
    const auto refused = make_idempotency(key, incoming, "/3/idempotencyKey");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "idempotency.key");
    EXPECT_EQ(refused.error().details.at(0).path, "/3/idempotencyKey");
  }
}

}  // namespace
}  // namespace millrace::document
