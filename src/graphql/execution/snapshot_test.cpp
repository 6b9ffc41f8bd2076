// Which requests get a snapshot, who joins it, and when it is taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graphql/execution/engine.hpp"

namespace millrace::graphql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Log = std::vector<std::string>;

/// Says what becomes of it.
class LoggedSnapshot : public Snapshot {
 public:
  explicit LoggedSnapshot(Log& log) : log_(log) {}
  ~LoggedSnapshot() override { log_.push_back("end"); }
  Task<void> take() override {
    log_.push_back("take");
    co_return {};
  }
  void add(const std::string& name) { log_.push_back(name + " joins"); }

 private:
  Log& log_;
};

/// One empty object for each parent.
class LoggedResolver : public Resolver {
 public:
  LoggedResolver(std::string name, Log& log, bool reads) : name_(std::move(name)), log_(log), reads_(reads) {}
  bool reads() const override { return reads_; }
  void join(Snapshot& snapshot) const override { static_cast<LoggedSnapshot&>(snapshot).add(name_); }
  Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) override {
    log_.push_back(name_ + (calls[0].snapshot != nullptr ? " with" : " without"));
    std::vector<Resolved> resolved(calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i)
      for (std::size_t parent = 0; parent < calls[i].parents; ++parent) resolved[i].give_value(resolved[i].add_value("{}"));
    co_return std::move(resolved);
  }

 private:
  std::string name_;
  Log& log_;
  bool reads_;
};

class SnapshotTest : public testing::Test {
 protected:
  void SetUp() override {
    constexpr std::string_view kSdl = R"(type Query { a: Object b: Object plain: Object group: Query }
                                         type Mutation { write: Object }
                                         type Object { id: ID a: Object plain: Object })";
    Bindings bindings;
    for (const char* type : {"Query", "Object"}) {
      bindings.bind(type, "a", a_);
      bindings.bind(type, "plain", plain_);
    }
    bindings.bind("Query", "b", b_);
    bindings.bind("Query", "group", groups_);
    bindings.bind("Mutation", "write", write_);
    EngineOptions options;
    options.make_snapshot = [this] { return std::make_unique<LoggedSnapshot>(log_); };
    engine_ = std::make_unique<Engine>(*build_schema(std::string(kSdl), "snapshot.graphql"), std::move(bindings), std::move(options));
  }

  Log ask(std::string_view query) {
    log_.clear();
    start(engine_->execute({.query = query}), [](const Result<EngineResponse>& response) {
      EXPECT_EQ(response->outcome, EngineResponse::Outcome::executed) << response->body;
    });
    return log_;
  }

  Log log_;
  LoggedResolver a_{"a", log_, true}, b_{"b", log_, true}, plain_{"plain", log_, false}, write_{"write", log_, false};
  GroupResolver groups_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(SnapshotTest, WhatReadsOnceNeedsNone) {
  EXPECT_THAT(ask("{ a { id } }"), ElementsAre("a without"));
  EXPECT_THAT(ask("{ a { id plain { id } } plain { id } group { plain { id } } }"),
              ElementsAre("a without", "plain without", "plain without"));
  EXPECT_THAT(ask("{ plain { id } }"), ElementsAre("plain without"));
}

TEST_F(SnapshotTest, AllThatReadJoinOneThatIsTakenOnce) {
  EXPECT_THAT(ask("{ a { a { a { id } } } }"), ElementsAre("a joins", "take", "a with", "a with", "a with", "end"));
  EXPECT_THAT(ask("{ x: b { id } y: b { a { id } } }"), ElementsAre("a joins", "b joins", "take", "b with", "a with", "end"));
  EXPECT_THAT(ask("{ a { id } b { id } }"), ElementsAre("a joins", "b joins", "take", "a with", "b with", "end"));
}

TEST_F(SnapshotTest, ItIsTakenBeforeTheFirstThatReads) {
  EXPECT_THAT(ask("{ plain { a { id } x: a { id } } }"), ElementsAre("a joins", "plain with", "take", "a with", "end"));
  EXPECT_THAT(ask("{ group { a { id } } b { id } }"), ElementsAre("a joins", "b joins", "take", "b with", "a with", "end"));
}

TEST_F(SnapshotTest, EachFieldOfAMutationHasItsOwn) {
  EXPECT_THAT(ask("mutation { x: write { a { a { id } } } y: write { id a { id } } }"),
              ElementsAre("a joins", "write with", "take", "a with", "a with", "end",  //
                          "a joins", "write with", "take", "a with", "end"));
}

TEST_F(SnapshotTest, IntrospectionReadsNothing) {
  EXPECT_THAT(ask("{ __schema { types { name fields { type { name } } } } __typename }"), IsEmpty());
}

}  // namespace
}  // namespace millrace::graphql
