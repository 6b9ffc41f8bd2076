// What the tests of faults append, and what must be there afterwards whatever happened meanwhile.
#pragma once

#include <gtest/gtest.h>

#include <set>

#include "io/loop.hpp"
#include "store/mongo/mongo_store.hpp"

namespace millrace::store::mongo {

using document::Append;
using document::Store;

inline constexpr int kRounds = 20;

struct Times {
  std::chrono::milliseconds lease{300};
  std::chrono::milliseconds resolve{20'000};
  std::chrono::milliseconds timeout{10'000};
};

inline std::unique_ptr<Store> open_faulty(const std::string& uri, const std::string& collection, Times times = {}) {
  auto store = open_store({.uri = uri,
                           .collection = collection,
                           .lease = times.lease,
                           .select = std::chrono::milliseconds(1000),
                           .timeout = times.timeout,
                           .resolve = times.resolve});
  CHECK(store.has_value());
  return *std::move(store);
}

/// Two documents that are there together or not at all, and a new version of a third that every pair shares.
inline std::vector<Append> pair(const std::string& name) {
  std::vector<Append> appends;
  appends.push_back({.id = name + "a", .payload = R"({"n":1})"});
  appends.push_back({.id = name + "b", .payload = R"({"n":1.50})"});
  appends.push_back({.operation = document::Operation::replace, .id = "shared", .payload = R"({"n":2})"});
  return appends;
}

inline void create_shared(Store& store) {
  io::Loop loop;
  std::vector<Append> appends;
  appends.push_back({.id = "shared", .payload = "{}"});
  ASSERT_TRUE(loop.block_on(store.append(std::move(appends))));
}

/// Everything is there once and in order, pairs are whole, what was acknowledged is there, and the shared document has all its versions.
inline void check(Store& store, const std::set<std::string>& acknowledged) {
  io::Loop loop;
  auto changes = loop.block_on(store.changes(0, 1'000'000));
  // A server that was just started takes its time where much else runs.
  for (int attempt = 0; !changes && attempt < 10; ++attempt) changes = loop.block_on(store.changes(0, 1'000'000));
  ASSERT_TRUE(changes) << changes.error().message;
  std::set<std::string> there;
  std::uint64_t shared = 0;
  for (std::size_t i = 0; i < changes->size(); ++i) {
    ASSERT_EQ(changes->envelope(i).position, i + 1);
    if (changes->id(i) == "shared") {
      EXPECT_EQ(changes->envelope(i).version, ++shared);
    } else {
      EXPECT_TRUE(there.insert(changes->id(i)).second) << changes->id(i);
    }
  }
  EXPECT_EQ(there.size(), 2 * (shared - 1));
  for (const std::string& name : acknowledged) EXPECT_TRUE(there.contains(name + "a") && there.contains(name + "b")) << name;
  const std::string_view id = "shared";
  const auto newest = loop.block_on(store.read(std::span(&id, 1), {}));
  ASSERT_TRUE(newest && newest->found(0));
  EXPECT_EQ(newest->envelope(0).version, shared);
}

}  // namespace millrace::store::mongo
