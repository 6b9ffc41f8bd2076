#include "store/mongo/mongo_store.hpp"

#include <gtest/gtest.h>

#include "base/id.hpp"
#include "io/loop.hpp"
#include "store/mongo/connection.hpp"
#include "store/mongo/server_test.hpp"

namespace millrace::store::mongo {
namespace {

using document::Append;

class MongoStoreTest : public testing::Test {
 protected:
  Result<std::vector<document::Receipt>> create(document::Store& store, std::string payload) {
    std::vector<Append> appends;
    appends.push_back({.id = make_uuid7(), .payload = std::move(payload)});
    return loop_.block_on(store.append(std::move(appends)));
  }

  const std::string uri_ = TestServer::shared(TestServer::Kind::secantus).uri();
  const std::string collection_ = make_uuid7();
  io::Loop loop_;
};

TEST_F(MongoStoreTest, ACollectionOfSomebodyElseIsLeftAlone) {
  auto pool = Pool::make({uri_}, "", {}, {});
  ASSERT_TRUE(pool);
  Client client(**pool);
  std::vector<Bson> theirs;
  theirs.push_back(Bson().text("_id", "theirs"));
  ASSERT_TRUE(client.insert(collection_, theirs));
  auto store = open_store({.uri = uri_, .collection = collection_});
  ASSERT_TRUE(store);
  const auto refused = create(**store, "{}");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "store.open");
  EXPECT_EQ(loop_.block_on((*store)->ping()).error().code, "store.open");
  std::size_t count = 0;
  ASSERT_TRUE(client.find(collection_, Bson(), Bson(), [&](const bson_t&) { return ++count > 0; }));
  EXPECT_EQ(count, 1u);
}

TEST_F(MongoStoreTest, WhatIsTooDeepOrNamedBadlyIsRefusedWithItsPlace) {
  auto store = open_store({.uri = uri_, .collection = collection_});
  ASSERT_TRUE(store);
  const auto refused = create(**store, R"({"a":[{"b/\u0000":1}]})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "store.unstorable");
  EXPECT_EQ(refused.error().details.at(0).path, "/0");
  EXPECT_NE(refused.error().message.find("/a/0/b~1"), std::string::npos);
  EXPECT_TRUE(create(**store, "{\"a\":" + std::string(80, '[') + std::string(80, ']') + "}"));
  EXPECT_EQ(create(**store, "{\"a\":" + std::string(200, '[') + std::string(200, ']') + "}").error().code, "store.unstorable");
}

TEST_F(MongoStoreTest, AServerThatIsAwayIsSaid) {
  auto store = open_store({.uri = "mongodb://127.0.0.1:1/db?serverSelectionTimeoutMS=100", .collection = collection_});
  ASSERT_TRUE(store);
  EXPECT_EQ(create(**store, "{}").error().code, "store.unavailable");
  EXPECT_EQ(loop_.block_on((*store)->ping()).error().code, "store.unavailable");
}

TEST_F(MongoStoreTest, AUriThatIsNoneIsRefusedWithoutItsPassword) {
  for (const char* uri : {"http://u:secret@h/db", "mongodb://u:secret@h/", "mongodb://u:secret@h:x/db"}) {
    const auto refused = open_store({.uri = uri, .collection = collection_});
    ASSERT_FALSE(refused) << uri;
    EXPECT_EQ(refused.error().code, "store.open");
    EXPECT_EQ(refused.error().message.find("secret"), std::string::npos) << refused.error().message;
  }
}

}  // namespace
}  // namespace millrace::store::mongo
