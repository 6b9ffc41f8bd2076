#include <gtest/gtest.h>

#include "document/document.hpp"
#include "document/store_suite_model_test.hpp"

namespace millrace::document {
namespace {

TEST(Documents, TextIsThePayloadWithTheIdFirst) {
  Documents documents;
  documents.add("x", R"({"a":1,"b":[2]})", {.version = 1, .position = 1});
  documents.add_missing();
  documents.add("say \"hi\"\n", "{}", {.version = 2, .position = 2});
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_EQ(documents.text(0), R"({"id":"x","a":1,"b":[2]})");
  EXPECT_EQ(documents.quoted_id(0), R"("x")");
  EXPECT_FALSE(documents.found(1));
  EXPECT_EQ(documents.text(2), R"({"id":"say \"hi\"\n"})");
  EXPECT_EQ(documents.id(2), "say \"hi\"\n");
  EXPECT_EQ(documents.envelope(2).position, 2u);
}

TEST(Documents, WhatIsDroppedLeavesNothing) {
  Documents documents;
  documents.add("x", R"({"a":1})", {.version = 1});
  documents.add("y", R"({"a":2})", {.version = 1});
  documents.drop_last();
  documents.add_missing();
  documents.drop_last();
  documents.add("z", R"({"a":3})", {.version = 1});
  ASSERT_EQ(documents.size(), 2u);
  EXPECT_EQ(documents.text(0), R"({"id":"x","a":1})");
  EXPECT_EQ(documents.text(1), R"({"id":"z","a":3})");
}

TEST(Documents, ATombstoneHasItsIdAlone) {
  Documents documents;
  documents.add("x", "", {.version = 2, .position = 5, .recorded_at = {}, .deleted = true});
  EXPECT_EQ(documents.text(0), R"({"id":"x"})");
  EXPECT_EQ(documents.payload(0), "");
}

TEST(Documents, IdAndPayloadComeBackAsTheyWent) {
  suite::Generator generator(3);
  Documents documents;
  std::vector<std::pair<std::string, std::string>> added;
  for (int i = 0; i < 500; ++i) {
    added.emplace_back(generator.id(), generator.payload());
    documents.add(added.back().first, added.back().second, {.version = 1});
  }
  for (std::size_t i = 0; i < added.size(); ++i) {
    ASSERT_EQ(documents.id(i), added[i].first);
    ASSERT_EQ(documents.payload(i), added[i].second);
  }
}

}  // namespace
}  // namespace millrace::document
