// What is recorded of reads, and that nothing is given that is not.
#include "access/audited.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/guard.hpp"
#include "base/json/slices.hpp"
#include "document/feed.hpp"
#include "document/filter_parser.hpp"
#include "io/loop.hpp"
#include "jsonschema/schema.hpp"
#include "store/memory/memory_store.hpp"

namespace millrace::access {
namespace {

using document::Documents;
using document::Operation;
using document::Query;
using document::View;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AuditedTest : public testing::Test {
 protected:
  AuditedTest() {
    for (const char* id : {"a", "b"}) value(store_->append({{.id = id, .payload = fmt::format(R"({{"name":"{}"}})", id)}}));
  }
  template <class T>
  T value(Task<T> task) {
    Result<T> result = loop_.block_on(std::move(task));
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? *std::move(result) : T{};
  }
  /// The records that came since the last time, without what each has in any case.
  std::vector<std::string> told() {
    const Documents records = value(records_->changes(told_, 1000));
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const std::string payload = records.payload(i);
      EXPECT_TRUE(jsonschema::compile(kReadSchema, "schema").has_value());
      EXPECT_THAT(payload, HasSubstr(R"("entity":"/x")"));
      EXPECT_TRUE(json::member(payload, R"("at")").starts_with("\"20"));
      const std::size_t begin = payload.find(R"("operation":)");
      texts.push_back(payload.substr(begin + 12, payload.size() - begin - 13));
    }
    told_ = value(records_->last_position());
    return texts;
  }

  io::Loop loop_;
  const std::unique_ptr<document::Store> store_ = store::memory::make_store();
  const std::unique_ptr<document::Store> records_ = store::memory::make_store({.versions_max = 100});
  Audited audited_{*store_, *records_, "/x"};
  document::Position told_ = 0;
  const Principal ada_{.subject = "ada", .roles = {"r"}};
  const Trace trace_{.high = 1, .low = 2, .span = 3};
  const View view_{.principal = &ada_, .origin = {"::1", &trace_}};
};

constexpr const char* kWho = R"(,"sub":"ada","address":"::1","trace":"00000000000000010000000000000002")";

TEST_F(AuditedTest, EveryKindOfReadIsRecorded) {
  const std::string_view ids[] = {"a", "none", "b"};
  value(audited_.read(ids, view_));
  EXPECT_THAT(told(), ElementsAre(fmt::format(R"("read"{},"count":2,"ids":["a","b"],"absent":["none"])", kWho)));
  const auto filter = document::parse_filter(R"({"name":"a"})", "");
  const Query query{.filter = &*filter};
  value(audited_.find({&query, 1}, view_));
  EXPECT_THAT(told(), ElementsAre(fmt::format(R"("list"{},"where":["payload.name == \"a\""],"count":1,"ids":["a"])", kWho)));
  value(audited_.count({&query, 1}, view_));
  EXPECT_THAT(told(), ElementsAre(fmt::format(R"("count"{},"where":["payload.name == \"a\""],"count":1)", kWho)));
  value(audited_.history("a", {.at = Instant{1}}, 0, 10));
  EXPECT_THAT(told(), ElementsAre(R"("history","as_of":"1970-01-01T00:00:00.000001Z","count":0,"absent":["a"])"));
  value(store_->append({{.operation = Operation::remove, .id = "a"}}));
  value(audited_.history("a", view_, 0, 10));
  EXPECT_THAT(told(), ElementsAre(fmt::format(R"("history"{},"count":2,"ids":["a"])", kWho)));
  value(audited_.changes(0, 10, {}));
  EXPECT_THAT(told(), ElementsAre(R"("feed","count":3,"ids":["a","b","a"])"));
  value(audited_.changes(3, 10, {}));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(AuditedTest, ConditionsAreToldWithTheirValues) {
  const auto compare = [](const char* path, std::uint32_t parameter) {
    return document::Filter::compare(document::FieldPath::parse(path), document::Comparison::equal, document::Operand::argument(parameter));
  };
  const document::Filter filter = document::Filter::all_of({compare("name", 0), compare("n", 1)});
  std::vector<Query> queries;
  for (const char* name : {R"("a")", R"("b")", R"("a")"}) queries.push_back({.filter = &filter, .arguments = {name, ""}});
  value(audited_.find(queries, {}));
  EXPECT_THAT(told(), ElementsAre(R"("list","where":["payload.name == \"a\"","payload.name == \"b\""],"count":3,"ids":["a","b","a"])"));
}

TEST_F(AuditedTest, ManyIdsAreSeveralRecords) {
  std::vector<document::Append> appends;
  for (int i = 0; i < 1000; ++i) appends.push_back({.id = fmt::format("{:0>100}", i), .payload = "{}"});
  value(store_->append(std::move(appends)));
  const document::Filter all;
  const Query query{.filter = &all};
  EXPECT_EQ(value(audited_.find({&query, 1}, {})).front().size(), 1002u);
  const auto records = told();
  ASSERT_EQ(records.size(), 4u);
  std::size_t ids = 0;
  for (const std::string& record : records) {
    EXPECT_THAT(record, HasSubstr(R"("count":1002)"));
    ids += static_cast<std::size_t>(std::ranges::count(record, '"') - 10) / 2;
  }
  EXPECT_EQ(ids, 1002u);
}

TEST_F(AuditedTest, WhatCannotBeRecordedIsNotGiven) {
  std::vector<document::Append> full(100);
  for (std::size_t i = 0; i < full.size(); ++i) full[i] = {.id = std::to_string(i), .payload = "{}"};
  value(records_->append(std::move(full)));
  const std::string_view ids[] = {"a"};
  const document::Filter all;
  const Query query{.filter = &all};
  const auto code = [](const auto& result) { return result ? std::string("ok") : std::string(result.error().code); };
  EXPECT_EQ(code(loop_.block_on(audited_.read(ids, {}))), "store.full");
  EXPECT_EQ(code(loop_.block_on(audited_.find({&query, 1}, {}))), "store.full");
  EXPECT_EQ(code(loop_.block_on(audited_.count({&query, 1}, {}))), "store.full");
  EXPECT_EQ(code(loop_.block_on(audited_.history("a", {}, 0, 1))), "store.full");
  EXPECT_EQ(code(loop_.block_on(audited_.changes(0, 1, {}))), "store.full");
  // A write reads for itself.
  EXPECT_EQ(code(loop_.block_on(audited_.read(ids, {.writes = Operation::replace}))), "ok");
  EXPECT_EQ(code(loop_.block_on(audited_.append({{.id = "c", .payload = "{}"}}))), "ok");
}

TEST_F(AuditedTest, WhatRulesHideIsNotRecorded) {
  Rules rules{.rules = {*with_condition({.roles = {"r"}, .rights = (1u << kRights) - 1}, R"({"name":"a"})", {})}};
  rules = with_tokens(std::move(rules));
  Guard guard(*store_, rules);
  Audited audited(guard, *records_, "/x");
  const std::string_view ids[] = {"a", "b"};
  value(audited.read(ids, {.principal = &ada_}));
  EXPECT_THAT(told(), ElementsAre(R"("read","sub":"ada","count":1,"ids":["a"],"absent":["b"])"));
  value(audited.read(ids, {}));
  EXPECT_THAT(told(), ElementsAre(R"("read","count":0,"absent":["a","b"])"));
}

TEST_F(AuditedTest, FollowersAreRecordedAsTheyAreGivenVersions) {
  document::Feed whole(*store_, {});
  document::Feed feed(whole, audited_);
  auto follower = feed.follow(1, {.principal = std::make_shared<const Principal>(ada_), .address = "::1", .trace = trace_});
  ASSERT_TRUE(follower);
  EXPECT_EQ(value(follower->next(std::chrono::milliseconds(100))).size(), 1u);
  EXPECT_THAT(told(), ElementsAre(fmt::format(R"("feed"{},"count":1,"ids":["b"])", kWho)));
  EXPECT_TRUE(value(follower->next(std::chrono::milliseconds(1))).empty());
  EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace millrace::access
