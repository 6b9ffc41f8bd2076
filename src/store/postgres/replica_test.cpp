// Streaming replicas: what they are asked, that one which is behind never answers wrongly, and that one which is away or hangs is done
// without.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <random>

#include "io/fault_proxy_test.hpp"
#include "io/loop.hpp"
#include "store/postgres/connector.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/postgres/server_test.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/table.hpp"

namespace millrace::store::postgres {
namespace {

using document::Append;
using document::FieldPath;
using document::Filter;
using document::Query;
using document::Store;

class Replicas : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    primary_ = new TestServer();
    replica_ = new TestServer(TestServer::ReplicaOf{*primary_});
  }
  static void TearDownTestSuite() {
    delete replica_;
    delete primary_;
  }

  std::unique_ptr<Store> open(const std::string& replica) {
    auto store = open_store({.uri = primary_->uri(),
                             .collection = collection_,
                             .replicas = {replica},
                             .indexes = {FieldPath::parse("n")},
                             .timeout = std::chrono::milliseconds(2'000),
                             .connect_timeout = std::chrono::milliseconds(2'000),
                             .open_max = std::chrono::seconds(10)});
    EXPECT_TRUE(store) << (store ? "" : store.error().message);
    return store ? *std::move(store) : nullptr;
  }

  template <class T>
  T value(Task<T> task) {
    Result<T> result = loop_.block_on(std::move(task));
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? *std::move(result) : T{};
  }

  /// Writes a version of a document; the instant of it.
  Instant put(Store& store, const std::string& id, std::int64_t n) {
    std::vector<Append> appends;
    const bool is_new = versions_[id].empty();
    appends.push_back({.operation = is_new ? document::Operation::create : document::Operation::replace,
                       .id = id,
                       .payload = fmt::format(R"({{"n":{}}})", n)});
    const document::Receipt receipt = value(store.append(std::move(appends))).at(0);
    versions_[id].push_back({receipt.recorded_at, n});
    return receipt.recorded_at;
  }

  /// What every document's n is at an instant, as it was written.
  std::map<std::string, std::int64_t> expected(Instant at) const {
    std::map<std::string, std::int64_t> state;
    for (const auto& [id, versions] : versions_) {
      for (const auto& [recorded_at, n] : versions) {
        if (recorded_at <= at) state[id] = n;
      }
    }
    return state;
  }

  /// What reads, lists and counts say of it.
  void check(Store& store, Instant at) {
    const std::map<std::string, std::int64_t> state = expected(at);
    std::vector<std::string_view> ids;
    for (const auto& [id, versions] : versions_) ids.push_back(id);
    const auto read = value(store.read(ids, {at}));
    std::size_t more = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto known = state.find(std::string(ids[i]));
      ASSERT_EQ(read.found(i), known != state.end());
      if (read.found(i)) EXPECT_TRUE(read.text(i).contains(fmt::format(R"("n":{})", known->second))) << read.text(i);
      more += known != state.end() && known->second >= 50;
    }
    const Filter filter = Filter::compare(FieldPath::parse("n"), document::Comparison::greater_or_equal, document::Operand::value("50"));
    const std::vector<Query> queries = {{.filter = &filter}};
    EXPECT_EQ(value(store.count(queries, {at})).at(0), more);
    EXPECT_EQ(value(store.find(queries, {at})).at(0).size(), more);
  }

  /// Longer than a connection rests that has failed once.
  void check_for_a_while(Store& store, Instant at) {
    check(store, at);
    const auto end = std::chrono::steady_clock::now() + 3 * Connector::Options().backoff_min;
    while (std::chrono::steady_clock::now() < end) check(store, at);
  }

  static std::int64_t ask_replica(const std::string& sql) {
    const Log log = {};
    const auto session = Session::open({replica_->uri()}, &log, std::chrono::seconds(5));
    CHECK(session.has_value());
    Exchange question;
    question.add(sql);
    const auto asked = (*session)->run(question, std::chrono::seconds(5));
    CHECK(asked.has_value());
    return question.rows[0].size() == 0 ? 0 : question.rows[0].integer(0, 0);
  }

  void wait_until_followed(std::int64_t position) const {
    while (ask_replica("SELECT count(*) FROM pg_class WHERE relname = '" + collection_ + ":head'") == 0) Session::pause(kMoment);
    while (ask_replica(fmt::format("SELECT position FROM {}", Table(collection_).head)) < position) Session::pause(kMoment);
  }

  static std::string next_collection() {
    static int count = 0;
    return fmt::format("replicas {} {}", ::getpid(), ++count);
  }

  static constexpr std::chrono::milliseconds kMoment{10};
  static inline TestServer* primary_ = nullptr;
  static inline TestServer* replica_ = nullptr;
  const std::string collection_ = next_collection();
  std::map<std::string, std::vector<std::pair<Instant, std::int64_t>>> versions_;
  io::Loop loop_;
};

TEST_F(Replicas, OneThatIsBehindNeverAnswersWrongly) {
  const auto store = open(replica_->uri());
  std::mt19937 random(11);
  std::vector<Instant> instants;
  bool is_paused = false;
  for (int step = 0; step < 300; ++step) {
    if (random() % 20 == 0) {
      ask_replica(std::exchange(is_paused, !is_paused) ? "SELECT 1::bigint FROM pg_wal_replay_resume()"
                                                       : "SELECT 1::bigint FROM pg_wal_replay_pause()");
    }
    instants.push_back(put(*store, std::to_string(random() % 5), static_cast<std::int64_t>(random() % 100)));
    check(*store, instants.back());
    check(*store, instants[random() % instants.size()]);
    check(*store, kNewest);
  }
  if (is_paused) ask_replica("SELECT 1::bigint FROM pg_wal_replay_resume()");
}

TEST_F(Replicas, OneThatIsAwayOrHangsIsDoneWithout) {
  io::FaultProxy proxy(replica_->port());
  const auto store = open(fmt::format("postgresql://millrace:secret@127.0.0.1:{}/postgres", proxy.port()));
  const Instant at = put(*store, "a", 1);
  put(*store, "b", 60);
  wait_until_followed(2);
  check(*store, at);
  EXPECT_EQ(proxy.connections(), 1u);
  // It hangs: nothing of what is said to it arrives. The first question waits for it; then it is left alone.
  proxy.set({.delay_min = std::chrono::hours(1), .delay_max = std::chrono::hours(1)});
  check_for_a_while(*store, at);
  EXPECT_EQ(proxy.connections(), 1u);
  // A store that finds it so.
  const auto other = open(fmt::format("postgresql://millrace:secret@127.0.0.1:{}/postgres", proxy.port()));
  check_for_a_while(*other, at);
  EXPECT_EQ(proxy.connections(), 2u);
  // One that refuses.
  const auto third = open(fmt::format("postgresql://millrace:secret@127.0.0.1:{}/postgres", free_port()));
  check_for_a_while(*third, at);
}

TEST_F(Replicas, AnswerForInstantsThatTheyHavePassedWhileThePrimaryIsAway) {
  const auto store = open(replica_->uri());
  const Instant at = put(*store, "a", 70);
  put(*store, "b", 60);
  wait_until_followed(2);
  primary_->kill();
  check(*store, at);
  EXPECT_EQ(value(store->history("a", {at}, 0, 10)).size(), 1u);
  const std::string_view id = "a";
  const auto newest = loop_.block_on(store->read(std::span(&id, 1), {}));
  ASSERT_FALSE(newest);
  EXPECT_EQ(newest.error().code, "store.unavailable");
  primary_->start();
}

}  // namespace
}  // namespace millrace::store::postgres
