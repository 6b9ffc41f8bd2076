// That what is kept of a held state is what the file says: by itself, and for random reads amid random writes.
#include "store/sqlite/held_versions.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "document/filter_parser.hpp"
#include "io/loop.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_folder_test.hpp"

namespace millrace::store::sqlite {
namespace {

Version version_of(document::Position position, std::string_view id, std::string_view text) {
  return {.head = {.version = 3, .position = position, .recorded_at = Instant{5}}, .until = kNewest, .id_text = id, .text = text};
}

TEST(HeldVersions, AreFoundByTableAndPosition) {
  const int table = 0, other = 0;
  HeldVersions held;
  EXPECT_FALSE(held.find(&table, 1));
  held.keep(&table, version_of(1, "a", R"({"n":1})"));
  held.keep(&table, version_of(2, "b", "{}"));
  held.keep(&other, version_of(1, "c", R"({"n":3})"));
  const auto found = held.find(&table, 1);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id(), "a");
  EXPECT_EQ(found->payload(), R"({"n":1})");
  EXPECT_EQ(found->envelope().version, 3U);
  EXPECT_EQ(found->superseded_at(), kNewest);
  EXPECT_EQ(held.find(&other, 1)->id(), "c");
  EXPECT_FALSE(held.find(&other, 2));
  held.forget();
  EXPECT_FALSE(held.find(&table, 1));
}

TEST(HeldVersions, HaveRoomForFewMegabytes) {
  HeldVersions held;
  const std::string payload(1000, ' '), longest(100'000, ' ');
  document::Position position = 0;
  while (!held.is_full()) {
    ++position;
    held.keep(&held, version_of(position, "id", payload));
    ASSERT_TRUE(held.find(&held, static_cast<std::int64_t>(position)));
    ASSERT_LT(position, 10'000U);
  }
  EXPECT_GT(position, 1000U);
  held.forget();
  EXPECT_FALSE(held.is_full());
  held.keep(&held, version_of(1, "id", longest));
  EXPECT_FALSE(held.find(&held, 1));
}

/// A store of which a model tells what is in it: 400 documents of ten groups.
class HeldReadsTest : public testing::Test {
 protected:
  static constexpr int kIds = 400;

  void SetUp() override {
    auto opened = open_store({.file = folder_ / "store.db", .collection = "events", .indexes = {document::FieldPath::parse("group")}});
    ASSERT_TRUE(opened);
    store_ = *std::move(opened);
  }

  int number(int below) { return std::uniform_int_distribution(0, below - 1)(random_); }

  void write() {
    const std::string id = std::to_string(number(kIds));
    const bool is_there = model_.contains(id);
    const bool removes = is_there && number(3) == 0;
    const std::string payload = removes ? "" : fmt::format(R"({{"group":{},"written":{}}})", number(10), ++written_);
    std::vector<document::Append> appends(1);
    using enum document::Operation;
    appends.front() = {.operation = removes ? remove : is_there ? replace : create, .id = id, .payload = payload};
    ASSERT_TRUE(loop_.block_on(store_->append(std::move(appends))));
    removes ? (void)model_.erase(id) : (void)model_.insert_or_assign(id, payload);
  }

  void read_by_ids() {
    std::vector<std::string> ids(static_cast<std::size_t>(1 + number(70)));
    for (std::string& id : ids) id = std::to_string(number(kIds));
    const std::vector<std::string_view> views(ids.begin(), ids.end());
    const auto read = loop_.block_on(store_->read(views, {}));
    ASSERT_TRUE(read);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto expected = model_.find(ids[i]);
      ASSERT_EQ(read->found(i), expected != model_.end()) << ids[i];
      if (read->found(i)) ASSERT_EQ(read->payload(i), expected->second);
    }
  }

  void find_by_key() {
    const std::string group = std::to_string(number(10));
    std::vector<std::string> names;
    const auto filter = document::parse_filter_template(fmt::format(R"({{"group":{}}})", group), names, {});
    const document::Query query{.filter = &*filter};
    const auto found = loop_.block_on(store_->find(std::span(&query, 1), {}));
    ASSERT_TRUE(found);
    std::vector<std::string> got, expected;
    for (std::size_t i = 0; i < found->front().size(); ++i) got.push_back(found->front().payload(i));
    for (const auto& [id, payload] : model_) {
      if (payload.starts_with(fmt::format(R"({{"group":{},)", group))) expected.push_back(payload);
    }
    ASSERT_THAT(got, testing::UnorderedElementsAreArray(expected));
  }

  TemporaryFolder folder_;
  io::Loop loop_;
  std::unique_ptr<document::Store> store_;
  std::map<std::string, std::string> model_;
  std::mt19937 random_{7};
  int written_ = 0;
};

TEST_F(HeldReadsTest, SeeWhatWasWrittenLast) {
  for (int round = 0; round < 60; ++round) {
    for (int i = number(20); i >= 0; --i) ASSERT_NO_FATAL_FAILURE(write());
    for (int i = number(80); i >= 0; --i) {
      ASSERT_NO_FATAL_FAILURE(number(2) == 0 ? read_by_ids() : find_by_key());
    }
  }
}

}  // namespace
}  // namespace millrace::store::sqlite
