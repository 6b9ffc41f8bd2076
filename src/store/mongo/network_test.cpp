// What was acknowledged is there once, whatever the network does: it cuts connections, holds pieces back, loses a commit or its answer, and
// brings a client's work a second time.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "base/id.hpp"
#include "document/ledger_load_test.hpp"
#include "io/fault_proxy_test.hpp"
#include "store/mongo/load_test.hpp"
#include "store/mongo/server_test.hpp"

namespace millrace::store::mongo {
namespace {

using Faults = io::FaultProxy::Faults;

/// In the one request that makes a single append visible: it gives the lease back.
const std::string kCommit("lease\0\0\0\0\0\0\0\0\0", 14);

std::string through(const io::FaultProxy& proxy) {
  return fmt::format("mongodb://127.0.0.1:{}/millrace_test?directConnection=true", proxy.port());
}

Faults faults_of(int round) {
  switch (round % 4) {
    case 0: return {.request_bytes_max = 20'000};
    case 1: return {.answer_bytes_max = 12'000};
    case 2: return {.request_bytes_max = 20'000, .answer_bytes_max = 12'000, .delay_max = std::chrono::milliseconds(4)};
    default: return {.request_bytes_max = 20'000, .answer_bytes_max = 12'000, .replay_bytes_max = 8'000};
  }
}

class NetworkFaults : public testing::TestWithParam<TestServer::Kind> {
 protected:
  NetworkFaults() : server_(TestServer::own(GetParam())), direct_(open_faulty(server_.uri(), collection_)) { create_shared(*direct_); }

  Result<std::vector<document::Receipt>> append(Store& store, const std::string& name) {
    io::Loop loop;
    auto receipts = loop.block_on(store.append(pair(name)));
    if (receipts) acknowledged_.insert(name);
    return receipts;
  }

  TestServer& server_;
  const std::string collection_ = make_uuid7();
  const std::unique_ptr<Store> direct_;
  std::set<std::string> acknowledged_;
};

TEST_P(NetworkFaults, ConnectionsAreCutHeldAndSentAgain) {
  std::size_t replays = 0;
  // The driver looks for a server that it lost twice a second at most, so that every cut takes its time.
  for (int round = 0; round < kRounds / 4; ++round) {
    SCOPED_TRACE(round);
    io::FaultProxy proxy(server_.port(), static_cast<unsigned>(round + 1));
    const auto store = open_faulty(through(proxy), collection_);
    proxy.set(faults_of(round));
    const std::size_t before = acknowledged_.size();
    for (int i = 0; proxy.cuts() < 2 || acknowledged_.size() < before + 5; ++i) {
      const auto receipts = append(*store, fmt::format("{}.{}.", round, i));
      if (receipts) continue;
      EXPECT_NE(receipts.error().code, "store.unconfirmed") << "it can be found out";
      ::poll(nullptr, 0, 50);
    }
    replays += proxy.replays();
  }
  EXPECT_GE(replays, 1u);
  check(*direct_, acknowledged_);
}

TEST_P(NetworkFaults, ACommitIsLost) {
  io::FaultProxy proxy(server_.port());
  const auto store = open_faulty(through(proxy), collection_);
  ASSERT_TRUE(append(*store, "before"));
  proxy.set({.lost_request = kCommit});
  EXPECT_TRUE(append(*store, "lost"));
  EXPECT_EQ(proxy.cuts(), 1u);
  check(*direct_, acknowledged_);
}

TEST_P(NetworkFaults, TheAnswerToACommitIsLost) {
  io::FaultProxy proxy(server_.port());
  const auto store = open_faulty(through(proxy), collection_);
  ASSERT_TRUE(append(*store, "before"));
  proxy.set({.lost_answer = kCommit});
  EXPECT_TRUE(append(*store, "lost"));
  EXPECT_EQ(proxy.cuts(), 1u);
  check(*direct_, acknowledged_);
}

TEST_P(NetworkFaults, AServerThatIsGoneAfterACommitLeavesItUnconfirmed) {
  io::FaultProxy proxy(server_.port());
  const auto store = open_faulty(through(proxy), collection_, {.resolve = std::chrono::milliseconds(1500)});
  ASSERT_TRUE(append(*store, "before"));
  proxy.set({.lost_answer = kCommit, .goes_away = true});
  const auto receipts = append(*store, "lost");
  ASSERT_FALSE(receipts);
  EXPECT_EQ(receipts.error().code, "store.unconfirmed");
  proxy.set({});
  while (!append(*store, "after")) ::poll(nullptr, 0, 50);
  acknowledged_.insert("lost");  // it was made
  check(*direct_, acknowledged_);
}

TEST_P(NetworkFaults, WritesOfRecordsAreCutAndLost) {
  std::uint64_t steps = 0;
  for (int round = 0; round < kRounds / 4; ++round) {
    SCOPED_TRACE(round);
    io::FaultProxy proxy(server_.port(), static_cast<unsigned>(round + 1));
    const auto store = open_faulty(through(proxy), collection_);
    Faults faults = faults_of(round);
    (round % 2 == 0 ? faults.lost_answer : faults.lost_request) = "writer";
    proxy.set(faults);
    while (proxy.cuts() < 1) {
      io::Loop loop;
      const auto codes = loop.block_on(document::suite::count_record(store->ledger(), 5));
      ASSERT_TRUE(codes);
      EXPECT_EQ(std::ranges::count(*codes, "store.unconfirmed"), 0);
      EXPECT_EQ(std::ranges::count(*codes, "ledger.revision"), 0) << "there is nobody else";
      steps += 5;
    }
  }
  io::Loop loop;
  const auto record = loop.block_on(direct_->ledger().get("counter"));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->value, std::to_string(steps));
}

TEST_P(NetworkFaults, WhoeverIsSlowIsATimeoutAndWritesNothing) {
  io::FaultProxy proxy(server_.port());
  const auto store =
      open_faulty(through(proxy), collection_, {.resolve = std::chrono::milliseconds(100), .timeout = std::chrono::milliseconds(200)});
  ASSERT_TRUE(append(*store, "before"));
  proxy.set({.delay_min = std::chrono::milliseconds(2000), .delay_max = std::chrono::milliseconds(2000)});
  const auto receipts = append(*store, "slow");
  ASSERT_FALSE(receipts);
  EXPECT_EQ(receipts.error().kind, ErrorKind::unavailable);
  io::Loop loop;
  const std::string_view id = "shared";
  const auto read = loop.block_on(store->read(std::span(&id, 1), {}));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::unavailable);
  proxy.set({});
  while (!append(*store, "after")) ::poll(nullptr, 0, 50);
  check(*direct_, acknowledged_);
}

INSTANTIATE_TEST_SUITE_P(Mongo, NetworkFaults, testing::Values(TestServer::Kind::secantus, TestServer::Kind::java),
                         [](const auto& each) { return each.param == TestServer::Kind::java ? "java" : "secantus"; });

}  // namespace
}  // namespace millrace::store::mongo
