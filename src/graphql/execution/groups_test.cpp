// Fields that only group others: in which order what is below them is asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <coroutine>

#include "graphql/execution/engine.hpp"

namespace millrace::graphql {
namespace {

using testing::ElementsAre;
using Log = std::vector<std::string>;

/// Says when it is asked, and answers when it is told to: "1" for each parent, or null.
class HeldResolver : public Resolver {
 public:
  HeldResolver(std::string name, Log& log) : name_(std::move(name)), log_(log) {}

  void set_null() { gives_null_ = true; }
  void answer() { std::exchange(waiting_, {}).resume(); }

  Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) override {
    log_.push_back("ask " + name_);
    Hold hold{waiting_};
    co_await hold;
    log_.push_back("answer " + name_);
    std::vector<Resolved> resolved(calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i)
      for (std::size_t parent = 0; parent < calls[i].parents; ++parent) give(resolved[i]);
    co_return std::move(resolved);
  }

 private:
  struct Hold {
    std::coroutine_handle<>& waiting;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) noexcept { waiting = handle; }
    void await_resume() const noexcept {}
  };

  void give(Resolved& resolved) const {
    if (gives_null_) return resolved.give_null();
    resolved.give_value(resolved.add_value("1"));
  }

  std::string name_;
  Log& log_;
  bool gives_null_ = false;
  std::coroutine_handle<> waiting_;
};

class GroupsTest : public testing::Test {
 protected:
  void SetUp() override {
    constexpr std::string_view kSdl =
        "type Query { group: Group other: Group } type Mutation { group: Group other: Group } type Group { a: Int! b: Int c: Int }";
    Bindings bindings;
    for (const char* root : {"Query", "Mutation"})
      for (const char* field : {"group", "other"}) bindings.bind(root, field, groups_);
    bindings.bind("Group", "a", a_);
    bindings.bind("Group", "b", b_);
    bindings.bind("Group", "c", c_);
    engine_ = std::make_unique<Engine>(*build_schema(std::string(kSdl), "groups.graphql"), std::move(bindings));
  }

  void ask(std::string_view query) {
    start(engine_->execute({.query = query}), [this](Result<EngineResponse> response) { body_ = response->body; });
  }

  Log log_;
  HeldResolver a_{"a", log_}, b_{"b", log_}, c_{"c", log_};
  GroupResolver groups_;
  std::unique_ptr<Engine> engine_;
  std::string body_;
};

TEST_F(GroupsTest, WhatIsBelowSeveralGroupsIsAskedTogether) {
  ask("{ group { b a } other { c } }");
  std::ranges::sort(log_);
  EXPECT_THAT(log_, ElementsAre("ask a", "ask b", "ask c"));
  a_.answer();
  c_.answer();
  EXPECT_EQ(body_, "");
  b_.answer();
  EXPECT_EQ(body_, R"({"data":{"group":{"b":1,"a":1},"other":{"c":1}}})");
}

TEST_F(GroupsTest, MutationsOfAGroupRunOneAfterTheOther) {
  ask("mutation { group { b a } other { c } }");
  EXPECT_THAT(log_, ElementsAre("ask b"));
  b_.answer();
  EXPECT_EQ(log_.back(), "ask a");
  a_.answer();
  EXPECT_EQ(log_.back(), "ask c");
  c_.answer();
  EXPECT_EQ(body_, R"({"data":{"group":{"b":1,"a":1},"other":{"c":1}}})");
}

TEST_F(GroupsTest, AfterOneThatMakesItsGroupNullTheOthersOfTheGroupAreLeftOut) {
  a_.set_null();
  ask("mutation { group { a b } other { c } }");
  a_.answer();
  EXPECT_THAT(log_, ElementsAre("ask a", "answer a", "ask c"));
  c_.answer();
  EXPECT_THAT(body_, testing::EndsWith(R"("data":{"group":null,"other":{"c":1}}})"));
  EXPECT_THAT(body_, testing::HasSubstr(R"("message":"Cannot return null for non-nullable field Group.a.")"));
}

TEST_F(GroupsTest, GroupsThatAreNamedTwiceAreOne) {
  ask("mutation { group { b } group { c } }");
  b_.answer();
  c_.answer();
  EXPECT_EQ(body_, R"({"data":{"group":{"b":1,"c":1}}})");
}

}  // namespace
}  // namespace millrace::graphql
