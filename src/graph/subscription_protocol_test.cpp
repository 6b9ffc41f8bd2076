#include "graph/subscription_protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace millrace::graph {
namespace {

using Kind = SubscriptionProtocol::Action::Kind;
using testing::HasSubstr;

constexpr std::string_view kInit = R"({"type":"connection_init"})";

std::string subscribe(std::string_view id) {
  return fmt::format(R"({{"type":"subscribe","id":"{}","payload":{{"query":"{{a}}"}}}})", id);
}
std::string complete(std::string_view id) {
  return fmt::format(R"({{"type":"complete","id":"{}"}})", id);
}

class SubscriptionProtocolTest : public testing::Test {
 protected:
  void greet() { ASSERT_EQ(protocol_.receive(kInit).kind, Kind::greet); }

  SubscriptionProtocol protocol_{{.operations_max = 3}};
};

TEST_F(SubscriptionProtocolTest, GreetsOnceAndShowsThePayload) {
  const auto action = protocol_.receive(R"({"type":"connection_init","payload":{"Authorization":"Bearer x"}})");
  EXPECT_EQ(action.kind, Kind::greet);
  EXPECT_EQ(action.text, R"({"type":"connection_ack"})");
  EXPECT_EQ(action.payload->find("Authorization")->string(), "Bearer x");
  const auto again = protocol_.receive(kInit);
  EXPECT_EQ(again.kind, Kind::close);
  EXPECT_EQ(again.code, 4429);
}

TEST_F(SubscriptionProtocolTest, TakesAPayloadThatIsMissingOrNull) {
  for (const std::string_view text : {kInit, std::string_view(R"({"type":"connection_init","payload":null})")}) {
    SubscriptionProtocol protocol({});
    const auto action = protocol.receive(text);
    EXPECT_EQ(action.kind, Kind::greet) << text;
    EXPECT_FALSE(action.payload) << text;
  }
}

TEST_F(SubscriptionProtocolTest, ClosesWhereNothingWasSaidInTime) {
  const auto action = protocol_.no_init();
  EXPECT_EQ(action.kind, Kind::close);
  EXPECT_EQ(action.code, 4408);
  greet();
  EXPECT_EQ(protocol_.no_init().kind, Kind::nothing);
}

TEST_F(SubscriptionProtocolTest, AnswersPingsBeforeAndAfterTheGreeting) {
  for (int i = 0; i < 2; ++i) {
    for (const std::string_view text :
         {R"({"type":"ping"})", R"({"type":"ping","payload":{"a":1}})", R"({"type":"ping","payload":null})"}) {
      const auto action = protocol_.receive(text);
      EXPECT_EQ(action.kind, Kind::send) << text;
      EXPECT_EQ(action.text, R"({"type":"pong"})") << text;
    }
    EXPECT_EQ(protocol_.receive(R"({"type":"pong"})").kind, Kind::nothing);
    if (i == 0) greet();
  }
}

TEST_F(SubscriptionProtocolTest, BeginsWhatIsAskedFor) {
  greet();
  const auto action = protocol_.receive(R"({"type":"subscribe","id":"1","payload":{"query":"{a}","variables":{"v":[1]}}})");
  EXPECT_EQ(action.kind, Kind::begin);
  EXPECT_EQ(action.id, "1");
  EXPECT_EQ(action.payload->find("variables")->text(), R"({"v":[1]})");
  EXPECT_EQ(protocol_.next("1", R"({"data":null})"), R"({"type":"next","id":"1","payload":{"data":null}})");
  EXPECT_EQ(protocol_.complete("1"), R"({"type":"complete","id":"1"})");
  EXPECT_EQ(protocol_.next("1", "{}"), "");
  EXPECT_EQ(protocol_.complete("1"), "");
  EXPECT_EQ(protocol_.fail("1", R"({"errors":[]})"), "");
  EXPECT_EQ(protocol_.receive(subscribe("1")).kind, Kind::begin) << "the id is free again";
}

TEST_F(SubscriptionProtocolTest, SaysErrorsAsAList) {
  greet();
  protocol_.receive(subscribe(R"(\"]\u00e9)"));
  EXPECT_EQ(protocol_.fail("\"]é", R"({"errors":[{"message":"no ] here"}]})"),
            R"({"type":"error","id":"\"]é","payload":[{"message":"no ] here"}]})");
  EXPECT_EQ(protocol_.operations(), 0u);
}

TEST_F(SubscriptionProtocolTest, EndsWhatTheClientHasEnoughOf) {
  greet();
  protocol_.receive(subscribe("1"));
  const auto action = protocol_.receive(complete("1"));
  EXPECT_EQ(action.kind, Kind::end);
  EXPECT_EQ(action.id, "1");
  EXPECT_EQ(protocol_.receive(complete("1")).kind, Kind::nothing) << "both sides may end it";
  EXPECT_EQ(protocol_.receive(complete("never")).kind, Kind::nothing);
}

TEST_F(SubscriptionProtocolTest, RefusesOneOperationTooManyAndGoesOn) {
  greet();
  for (const std::string_view id : {"1", "2", "3"}) EXPECT_EQ(protocol_.receive(subscribe(id)).kind, Kind::begin);
  const auto action = protocol_.receive(subscribe("4"));
  EXPECT_EQ(action.kind, Kind::send);
  EXPECT_THAT(action.text,
              HasSubstr(R"({"type":"error","id":"4","payload":[{"message":"A connection has at most 3 operations at a time.")"));
  EXPECT_TRUE(json::parse(action.text));
  EXPECT_EQ(protocol_.receive(subscribe("3")).code, 4409) << "an id in use breaks the protocol all the same";
}

struct Break {
  std::string_view text;
  std::uint16_t code;
};

TEST_F(SubscriptionProtocolTest, ClosesOverWhatBreaksIt) {
  greet();
  protocol_.receive(subscribe("used"));
  const Break breaks[] = {
      {"", 4400},
      {"{", 4400},
      {"\xff", 4400},
      {"[]", 4400},
      {R"("ping")", 4400},
      {R"({"type":"ping"} x)", 4400},
      {R"({})", 4400},
      {R"({"type":1})", 4400},
      {R"({"type":"next","id":"1","payload":{}})", 4400},
      {R"({"type":"connection_ack"})", 4400},
      {R"({"type":"ping","payload":1})", 4400},
      {R"({"type":"pong","payload":[]})", 4400},
      {R"({"type":"complete"})", 4400},
      {R"({"type":"complete","id":""})", 4400},
      {R"({"type":"complete","id":1})", 4400},
      {R"({"type":"subscribe","payload":{"query":"{a}"}})", 4400},
      {R"({"type":"subscribe","id":"","payload":{"query":"{a}"}})", 4400},
      {R"({"type":"subscribe","id":"1"})", 4400},
      {R"({"type":"subscribe","id":"1","payload":"{a}"})", 4400},
      {R"({"type":"subscribe","id":"1","payload":{}})", 4400},
      {R"({"type":"subscribe","id":"1","payload":{"query":1}})", 4400},
      {R"({"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}})", 4400},
      {R"({"type":"subscribe","id":"1","payload":{"query":"{a}","operationName":1}})", 4400},
      {R"({"type":"subscribe","id":"1","payload":{"query":"{a}","extensions":""}})", 4400},
      {R"({"type":"connection_init","payload":"x"})", 4400},
      {R"({"type":"subscribe","id":"used","payload":{"query":"{a}"}})", 4409},
  };
  for (const Break& each : breaks) {
    const auto action = protocol_.receive(each.text);
    EXPECT_EQ(action.kind, Kind::close) << each.text;
    EXPECT_EQ(action.code, each.code) << each.text;
    EXPECT_FALSE(action.text.empty()) << each.text;
  }
  EXPECT_EQ(protocol_.receive(R"({"type":"ping"})", false).code, 4400) << "binary";
  EXPECT_EQ(SubscriptionProtocol({}).receive(subscribe("1")).code, 4401) << "before the greeting";
}

/// Random messages against what the protocol says in a few lines: a set of ids, and whether the client was greeted.
TEST_F(SubscriptionProtocolTest, KeepsToTheModel) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    SubscriptionProtocol protocol({.operations_max = 3});
    std::set<std::string> running;
    bool is_greeted = false;
    for (int i = 0; i < 60; ++i) {
      const std::string id = std::to_string(random() % 5);
      switch (random() % 6) {
        case 0: {
          if (is_greeted && random() % 10 != 0) break;
          const auto action = protocol.receive(kInit);
          ASSERT_EQ(action.code, is_greeted ? 4429 : 0);
          is_greeted = true;
          break;
        }
        case 1:
        case 2: {
          const auto action = protocol.receive(subscribe(id));
          const bool is_used = running.contains(id);
          ASSERT_EQ(action.code, !is_greeted ? 4401 : is_used ? 4409 : 0);
          if (action.kind == Kind::close) break;
          ASSERT_EQ(action.kind, running.size() < 3 ? Kind::begin : Kind::send);
          if (action.kind == Kind::begin) running.insert(id);
          break;
        }
        case 3: ASSERT_EQ(protocol.receive(complete(id)).kind, running.erase(id) ? Kind::end : Kind::nothing); break;
        case 4: ASSERT_EQ(protocol.next(id, "{}").empty(), !running.contains(id)); break;
        case 5:
          ASSERT_EQ((random() % 2 ? protocol.complete(id) : protocol.fail(id, R"({"errors":[]})")).empty(), !running.erase(id));
          break;
      }
      ASSERT_EQ(protocol.operations(), running.size());
    }
  }
}

}  // namespace
}  // namespace millrace::graph
