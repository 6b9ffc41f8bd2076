// The limits of a request as its sender sees them, and its time, on a clock that the test turns.
#include <gmock/gmock.h>

#include "graphql/execution/engine.hpp"
#include "graphql/execution/introspection_query.hpp"

namespace millrace::graphql {
namespace {

using testing::HasSubstr;
using Outcome = EngineResponse::Outcome;

/// A resolver that answers when the test says so.
class SlowResolver : public Resolver {
 public:
  struct Gate {
    std::vector<std::coroutine_handle<>>& waiting;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiter) const { waiting.push_back(awaiter); }
    void await_resume() const noexcept {}
  };

  Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) override {
    ++calls_;
    Gate gate{waiting_};
    co_await gate;
    std::vector<Resolved> answers;
    for (const FieldCall& call : calls) {
      Resolved& answer = answers.emplace_back();
      // The arguments are the request's own text or variables: they must be there still.
      auto text = std::make_shared<std::string>(fmt::format(R"({{"id":{}}})", call.arguments.find("id")));
      answer.keep(text);
      const std::uint32_t value = answer.add_value(*text);
      for (std::size_t parent = 0; parent < call.parents; ++parent) answer.give_value(value);
    }
    co_return std::move(answers);
  }
  void answer_all() {
    for (std::coroutine_handle<> waiting : std::exchange(waiting_, {})) waiting.resume();
  }
  int calls() const { return calls_; }

 private:
  std::vector<std::coroutine_handle<>> waiting_;
  int calls_ = 0;
};

class LimitsTest : public testing::Test {
 protected:
  LimitsTest()
      : schema_(*build_schema("type T { id: String t(id: String): T } type Query { t(id: String): T } type Mutation { t(id: String): T }",
                              "test.graphql")) {
    for (std::string_view type : {"Query", "Mutation", "T"}) bindings_.bind(type, "t", resolver_);
  }

  void make_engine(EngineOptions options = {}) {
    options.timeout = std::chrono::milliseconds(100);
    options.now = [this] { return std::chrono::steady_clock::time_point(now_); };
    options.after = [this](std::chrono::milliseconds delay, std::move_only_function<void()> work) {
      timers_.emplace_back(now_ + delay, std::move(work));
    };
    engine_ = std::make_unique<Engine>(schema_, bindings_, std::move(options));
  }
  void pass(std::chrono::milliseconds time) {
    now_ += time;
    for (auto& [due, work] : timers_)
      if (due <= now_ && work) std::exchange(work, nullptr)();
  }
  /// Starts a request whose text and variables end with this call.
  void ask(std::string query) {
    response_.reset();
    auto text = std::make_unique<std::string>(std::move(query));
    auto done = [this](Result<EngineResponse> response) { response_ = *std::move(response); };
    start(engine_->execute({*text}), done);
  }
  std::string answer(std::string query) {
    ask(std::move(query));
    EXPECT_TRUE(response_.has_value());
    return response_ ? response_->body : std::string();
  }

  const std::shared_ptr<const Schema> schema_;
  SlowResolver resolver_;
  Bindings bindings_;
  std::chrono::steady_clock::duration now_{0};
  std::vector<std::pair<std::chrono::steady_clock::duration, std::move_only_function<void()>>> timers_;
  std::unique_ptr<Engine> engine_;
  std::optional<EngineResponse> response_;
};

TEST_F(LimitsTest, HaveTheirCodes) {
  EngineOptions options{.query_bytes_max = 200, .cost_max = 4};
  options.parse.tokens_max = 30;
  options.validation = {.depth_max = 4, .aliases_max = 1, .fields_max = 5};
  make_engine(options);
  EXPECT_THAT(answer("{ t { id } } #" + std::string(200, 'x')), HasSubstr(R"("extensions":{"code":"graphql.bytes"})"));
  EXPECT_THAT(answer("{ t { id id id id id id id id id id id id id id id id id id id id id id id id id id } }"),
              HasSubstr(R"("extensions":{"code":"graphql.tokens"})"));
  EXPECT_THAT(answer("{ t { t { t { t { id } } } } }"), HasSubstr(R"("extensions":{"code":"graphql.depth"})"));
  EXPECT_THAT(answer("{ a: __typename b: __typename }"), HasSubstr(R"("extensions":{"code":"graphql.aliases"})"));
  EXPECT_THAT(answer("{ t { id } ...F ...F } fragment F on Query { t { id } }"), HasSubstr(R"("extensions":{"code":"graphql.fields"})"));
  EXPECT_THAT(answer("{ t { t { id a: id  __typename } } }"), HasSubstr(R"("extensions":{"code":"graphql.cost"})"));
  EXPECT_EQ(response_->outcome, Outcome::request_error);
  EXPECT_EQ(resolver_.calls(), 0);
  EXPECT_EQ(answer("{ a: __typename }"), R"({"data":{"a":"Query"}})");
}

TEST_F(LimitsTest, LetIntrospectionPass) {
  make_engine();
  EXPECT_THAT(answer(std::string(kIntrospectionQuery)), testing::StartsWith(R"({"data":{"__schema")"));
}

TEST_F(LimitsTest, AnswersInTime) {
  make_engine();
  ask(R"({ t(id: "a") { id } })");
  pass(std::chrono::milliseconds(99));
  EXPECT_FALSE(response_.has_value());
  resolver_.answer_all();
  EXPECT_EQ(response_->body, R"({"data":{"t":{"id":"a"}}})");
  pass(std::chrono::milliseconds(99));
  EXPECT_EQ(engine_->running(), 0u);
}

TEST_F(LimitsTest, ARequestThatTakesTooLongIsAnsweredAndLetGo) {
  make_engine();
  ask(R"({ t(id: "a text that is too long to be kept inside of a string") { id t { id } } })");
  pass(std::chrono::milliseconds(100));
  ASSERT_TRUE(response_.has_value());
  EXPECT_EQ(response_->outcome, Outcome::timed_out);
  EXPECT_EQ(response_->body, R"({"errors":[{"message":"The request took longer than 100 ms, the limit. Ask for less, or for fewer rows.",)"
                             R"("extensions":{"code":"graphql.timed_out"}}]})");
  EXPECT_EQ(engine_->running(), 1u);
  resolver_.answer_all();
  EXPECT_EQ(engine_->running(), 0u);
  EXPECT_EQ(resolver_.calls(), 1) << "the level below must not be asked any more";
  EXPECT_EQ(response_->outcome, Outcome::timed_out);
}

TEST_F(LimitsTest, TimeIsLookedAtBetweenLevelsWithoutATimer) {
  make_engine();
  ask(R"({ t(id: "a") { t { id } } })");
  timers_.clear();
  pass(std::chrono::milliseconds(150));
  resolver_.answer_all();
  ASSERT_TRUE(response_.has_value());
  EXPECT_EQ(response_->outcome, Outcome::timed_out);
  EXPECT_EQ(resolver_.calls(), 1);
}

TEST_F(LimitsTest, WhatIsCompleteIsGivenEvenLate) {
  make_engine();
  ask(R"({ t(id: "a") { id } })");
  timers_.clear();
  pass(std::chrono::milliseconds(150));
  resolver_.answer_all();
  EXPECT_EQ(response_->body, R"({"data":{"t":{"id":"a"}}})");
}

TEST_F(LimitsTest, NoFurtherMutationBeginsAfterTheTime) {
  make_engine();
  ask(R"(mutation { a: t(id: "a") { id } b: t(id: "b") { id } })");
  pass(std::chrono::milliseconds(100));
  EXPECT_THAT(response_->body, HasSubstr("What it has begun to write may still be written."));
  resolver_.answer_all();
  EXPECT_EQ(resolver_.calls(), 1);
}

}  // namespace
}  // namespace millrace::graphql
