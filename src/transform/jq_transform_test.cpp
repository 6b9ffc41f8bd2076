#include "transform/jq_transform.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "transform/events_test.hpp"

namespace millrace::transform {
namespace {

using namespace std::chrono_literals;
using processing::Classified;
using processing::Transformed;
using ::testing::HasSubstr;
using Kind = Transformed::Kind;

/// A transform that lives on a loop of its own.
class Jq {
 public:
  explicit Jq(JqPrograms programs, JqOptions options = {}) {
    options.programs = std::move(programs);
    transform_ = std::make_unique<JqTransform>(loop_, std::move(options));
  }
  ~Jq() { transform_.reset(); }

  std::vector<Transformed> run(const std::vector<std::string>& payloads) {
    return loop_.block_on(processing::run_to_end(*transform_, make_events(payloads))).value();
  }
  std::vector<Classified> classify(const std::vector<std::string>& payloads) {
    return loop_.block_on(transform_->classify(make_events(payloads))).value();
  }
  JqTransform& transform() { return *transform_; }
  io::Loop& loop() { return loop_; }

 private:
  io::Loop loop_;
  std::unique_ptr<JqTransform> transform_;
};

std::string one(Jq& jq, const std::string& payload) {
  return jq.run({payload}).front().text;
}

const std::string kLogin = R"({"name":"user_login","data":{"user_id":"u1","ip":"10.0.0.1"}})";

TEST(Jq, GivesWhatTheProgramMakesOfTheDocumentAsRestShowsIt) {
  Jq jq({.transform = "{processed_data: (.data + {risk_score: 0.1}), of: .id}"});
  const auto made = jq.run({kLogin, R"({"name":"x"})"});
  EXPECT_EQ(made[0].kind, Kind::result);
  EXPECT_EQ(made[0].text, R"({"processed_data":{"user_id":"u1","ip":"10.0.0.1","risk_score":0.1},"of":"e0"})");
  EXPECT_GT(made[0].run_time, 0us);
  EXPECT_EQ(made[1].text, R"({"processed_data":{"risk_score":0.1},"of":"e1"})");
}

TEST(Jq, ClassifiesByWhereAndKey) {
  Jq jq({.where = ".name == \"user_login\"", .key = ".data.user_id"});
  const auto found = jq.classify({kLogin, R"({"name":"other"})", R"({"name":"user_login"})",
                                  R"({"name":"user_login","data":{"user_id":7}})", R"({"name":"user_login","data":{"user_id":[1,"a"]}})",
                                  R"({"name":"user_login","data":"text"})", R"({"name":"user_login","data":{"user_id":false}})",
                                  R"({"name":"user_login","data":{"user_id":12345678901234567890}})"});
  EXPECT_TRUE(found[0].is_meant);
  EXPECT_EQ(found[0].key, "u1");
  EXPECT_FALSE(found[1].is_meant);
  EXPECT_EQ(found[2].key, "e2");
  EXPECT_EQ(found[3].key, "7");
  EXPECT_EQ(found[4].key, R"([1,"a"])");
  EXPECT_TRUE(found[5].is_meant);
  EXPECT_THAT(found[5].error, HasSubstr("key failed: Cannot index string with"));
  EXPECT_EQ(found[6].key, "false");
  EXPECT_EQ(found[7].key, "12345678901234567890");
}

TEST(Jq, WhatIsNoObjectFailsAndSaysSo) {
  const auto failure = [](const std::string& program) {
    Jq jq({.transform = program});
    const auto made = jq.run({kLogin, kLogin});
    EXPECT_EQ(made[0].kind, Kind::failed);
    EXPECT_EQ(made[1].kind, Kind::failed);
    return made[0].text;
  };
  EXPECT_EQ(failure("empty"), "transform gave no value.");
  EXPECT_EQ(failure("{}, {}"), "transform gave more than one value.");
  EXPECT_EQ(failure("repeat({})"), "transform gave more than one value.");
  EXPECT_EQ(failure("[]"), "transform gave no object: array.");
  EXPECT_EQ(failure("null"), "transform gave no object: null.");
  EXPECT_EQ(failure("error(null)"), "transform gave no value.");
  EXPECT_EQ(failure("error({a: 1})"), "transform failed: {\"a\":1}");
  EXPECT_EQ(failure("{}, error(\"late\")"), "transform failed: late");
  EXPECT_EQ(failure("halt"), "transform failed: halt is not for programs that run here.");
  EXPECT_EQ(failure("{}, halt"), "transform failed: halt is not for programs that run here.");
  EXPECT_EQ(failure("\"x\" | halt_error"), "transform failed: halt is not for programs that run here.");
  EXPECT_EQ(failure("input"), "transform failed: there is no other input.");
  EXPECT_THAT(failure("@sh"), HasSubstr("can not be escaped for shell"));
  EXPECT_THAT(failure("\"a\" | modulemeta"), HasSubstr("module not found"));
}

TEST(Jq, ProgramsSeeNothingButTheEvent) {
  ::setenv("MILLRACE_SECRET", "hush", 1);
  Jq jq({.transform =
             "{env: env, more: $ENV, inputs: [inputs], name: input_filename, here: $__loc__, list: get_search_list} | debug | stderr"});
  EXPECT_EQ(one(jq, kLogin), R"({"env":{},"more":{},"inputs":[],"name":null,"here":{"file":"<top-level>","line":1},"list":[]})");
}

TEST(Jq, AnEventThatTakesTooLongFailsAndTheOthersOfItsBatchDoNot) {
  JqOptions options{.timeout = 100ms};
  Jq jq({.transform = "if .slow then [limit(1000000000; repeat(1))] else {a} end"}, options);
  const auto made = jq.run({R"({"a":1})", R"({"slow":true})", R"({"a":2})"});
  EXPECT_EQ(made[0].text, R"({"a":1})");
  EXPECT_EQ(made[1].kind, Kind::failed);
  EXPECT_EQ(made[1].text, "transform took longer than 100 ms.");
  EXPECT_EQ(made[2].text, R"({"a":2})");
}

TEST(Jq, WhatTakesLongGoesOnAsideWhileOthersPass) {
  JqOptions options{.timeout = 500ms};
  Jq jq({.transform = "if .slow then [limit(1000000000; repeat(1))] else {a} end"}, options);
  const auto events = make_events({R"({"slow":true})", R"({"a":1})", R"({"slow":true})", R"({"a":2})"});
  const auto made = jq.loop().block_on(jq.transform().run(events)).value();
  EXPECT_EQ(made[0].kind, Kind::late);
  EXPECT_EQ(made[1].text, R"({"a":1})");
  EXPECT_EQ(made[2].kind, Kind::late);
  EXPECT_EQ(made[3].text, R"({"a":2})");
  for (const std::size_t slow : {2u, 0u}) {
    const auto rest = jq.loop().block_on(jq.transform().run({events[slow]})).value();
    EXPECT_EQ(rest.front().text, "transform took longer than 500 ms.");
    EXPECT_EQ(rest.front().run_time, 500ms);
  }
  EXPECT_EQ(one(jq, R"({"a":3})"), R"({"a":3})");
}

TEST(Jq, MoreLongEventsThanGoAsideHaveTheirOutcomesAsWell) {
  JqOptions options{.timeout = 100ms};
  Jq jq({.transform = "if .slow then [limit(1000000000; repeat(1))] else {a} end"}, options);
  std::vector<std::string> payloads(12, R"({"slow":true})");
  payloads.insert(payloads.begin() + 6, R"({"a":1})");
  const auto made = jq.run(payloads);
  for (std::size_t i = 0; i < made.size(); ++i) EXPECT_EQ(made[i].text, i == 6 ? R"({"a":1})" : "transform took longer than 100 ms.") << i;
}

TEST(Jq, WhatIsLateAndNobodyAsksForIsGivenUp) {
  Jq jq({.transform = "if .slow then [limit(1000000000; repeat(1))] else {a} end"});
  const auto events = make_events({R"({"slow":true})", R"({"a":1})"});
  EXPECT_EQ(jq.loop().block_on(jq.transform().run(events)).value()[0].kind, Kind::late);
  EXPECT_GE(jq.transform().processes().size(), 2u);
  jq.transform().give_up();
  EXPECT_TRUE(jq.transform().processes().empty());
}

TEST(Jq, NumbersThatAreOnlyMovedKeepTheirDigits) {
  Jq jq({.transform = ". as $e | {moved: .n, all: [.m[]], calculated: (.n + 1), text: (.n | tostring)}"});
  EXPECT_EQ(one(jq, R"({"n":12345678901234567891,"m":[0.1,1.50,1e400,-9007199254740993,100000000000000000000,9007199254740992]})"),
            R"({"moved":12345678901234567891,"all":[0.1,1.5,1e400,-9007199254740993,1e+20,9007199254740992],)"
            R"("calculated":12345678901234567891,"text":"12345678901234567000"})");
  // Two numbers that are one double: which is meant is not known.
  EXPECT_EQ(one(jq, R"({"n":9007199254740993,"m":[9007199254740992.5]})"),
            R"({"moved":9007199254740992,"all":[9007199254740992],"calculated":9007199254740992,"text":"9007199254740992"})");
}

TEST(Jq, TextGoesThroughAsItIs) {
  Jq jq({.transform = "{data}"});
  for (const std::string data : {R"("\u0000\u001f\"\\\n")", R"("é€😀")", R"({"":{"a b":[[],{},null,true,false,-0.5]}})", R"("")"}) {
    const std::string payload = "{\"data\":" + data + "}";
    EXPECT_EQ(one(jq, payload), payload);
  }
}

TEST(Jq, BoundsItsOutput) {
  Jq jq({.transform = "{a: (.a * 100)}"}, {.output_max = 1'000});
  EXPECT_EQ(one(jq, R"({"a":"123456789"})").size(), 908);
  EXPECT_EQ(one(jq, R"({"a":"1234567890"})"), "transform gave more than 1000 bytes.");
  Jq deep({.transform = "reduce range(300) as $i ({}; {a: .})"});
  EXPECT_EQ(one(deep, "{}"), "transform gave a value that is nested too deeply.");
}

TEST(Jq, RunsManyCallsOnSeveralChildren) {
  Jq jq({.transform = "{n}"}, {.workers = 3});
  const auto many = [](JqTransform& transform) -> Task<std::size_t> {
    std::vector<Task<std::vector<Transformed>>> calls;
    for (std::size_t i = 0; i < 50; ++i) calls.push_back(transform.run(make_events({fmt::format(R"({{"n":{}}})", i), R"({"n":0})"})));
    CO_TRY(const auto all, co_await when_all(std::move(calls)));
    std::size_t right = 0;
    for (std::size_t i = 0; i < all.size(); ++i) right += (*all[i])[0].text == fmt::format(R"({{"n":{}}})", i) ? 1 : 0;
    co_return right;
  };
  EXPECT_EQ(jq.loop().block_on(many(jq.transform())).value(), 50);
  EXPECT_EQ(jq.transform().processes().size(), 3);
}

TEST(Jq, AChildThatSomebodyKillsIsReplacedAndNoEventIsHarmed) {
  Jq jq({.transform = "if .slow then reduce range(300000) as $i (0; . + 1) | {n: .} else {n} end"});
  EXPECT_EQ(one(jq, R"({"n":1})"), R"({"n":1})");
  const int killed = jq.transform().processes().front();
  // While it is idle, and in the middle of an event.
  ::kill(killed, SIGKILL);
  EXPECT_EQ(one(jq, R"({"n":2})"), R"({"n":2})");
  const int second = jq.transform().processes().front();
  EXPECT_NE(second, killed);
  jq.loop().post([second] { ::kill(second, SIGKILL); });
  const auto made = jq.run({R"({"n":1})", R"({"slow":true})", R"({"n":3})"});
  EXPECT_EQ(made[0].text, R"({"n":1})");
  EXPECT_EQ(made[1].text, R"({"n":300000})");
  EXPECT_EQ(made[2].text, R"({"n":3})");
}

TEST(Jq, AnEventThatEndsItsChildTwiceHasFailedAndNoOther) {
  // Values that are nested so deeply overflow the stack of who frees them.
  Jq jq({.transform = "if .deep then reduce range(3000000) as $i ([]; [.]) | {n: length} else {n} end"}, {.timeout = 60s});
  const auto made = jq.run({R"({"n":1})", R"({"deep":true})", R"({"n":3})"});
  EXPECT_EQ(made[0].text, R"({"n":1})");
  EXPECT_EQ(made[1].kind, Kind::failed);
  EXPECT_THAT(made[1].text, HasSubstr("transform cannot be run for this event"));
  EXPECT_EQ(made[2].text, R"({"n":3})");
}

TEST(Jq, AClassificationThatTakesTooLongIsTheEventsError) {
  Jq jq({.where = "if .slow then last(repeat(1)) else true end"}, {.timeout = 50ms});
  const auto found = jq.classify({R"({"slow":true})", R"({"n":1})"});
  EXPECT_EQ(found[0].error, "where or key took longer than 50 ms.");
  EXPECT_EQ(found[0].key, "e0");
  EXPECT_TRUE(found[1].is_meant);
  EXPECT_EQ(found[1].error, "");
}

TEST(Jq, WithoutWhereAndKeyNoChildIsAsked) {
  Jq jq({.transform = "."});
  EXPECT_EQ(jq.classify({kLogin}).front().key, "e0");
  EXPECT_TRUE(jq.transform().processes().empty());
}

TEST(Jq, WhoGivesUpWaitsForNothing) {
  Jq jq({.where = "true", .transform = "last(range(1e12))"}, {.timeout = 1h});
  const auto later = [](JqTransform& transform) -> Task<bool> {
    auto made = co_await transform.run(make_events({"{}", "{}"}));
    co_return !made && made.error().code == "transform.stopped";
  };
  // Once the child has begun, and once more when there is none.
  jq.loop().after(100ms, [&jq] { jq.transform().give_up(); });
  EXPECT_TRUE(jq.loop().block_on(later(jq.transform())).value());
  EXPECT_TRUE(jq.transform().processes().empty());
  EXPECT_TRUE(jq.loop().block_on(later(jq.transform())).value());
}

}  // namespace
}  // namespace millrace::transform
