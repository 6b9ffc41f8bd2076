// What was acknowledged is there once, and what was refused is not, whatever goes away meanwhile: the server, the client, the connection.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <thread>

#include "document/ledger_load_test.hpp"
#include "document/store_suite_source_test.hpp"
#include "io/fault_proxy_test.hpp"
#include "store/postgres/connector.hpp"
#include "store/postgres/load_test.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/postgres/server_test.hpp"
#include "store/postgres/session.hpp"

namespace millrace::store::postgres {
namespace {

using document::FieldPath;
using document::Store;

constexpr int kRounds = 20;

std::string next_collection() {
  static int count = 0;
  return fmt::format("faults {} {}", ::getpid(), ++count);
}

Result<std::unique_ptr<Store>> open(const std::string& uri, const std::string& collection,
                                    std::chrono::milliseconds resolve_max = std::chrono::seconds(30)) {
  return open_store({.uri = uri,
                     .collection = collection,
                     .indexes = {FieldPath::parse("n")},
                     .timeout = std::chrono::milliseconds(5000),
                     .resolve_max = resolve_max,
                     .open_max = std::chrono::milliseconds(10'000)});
}

TEST(Faults, TheServerIsKilledUnderLoad) {
  TestServer server;
  const std::string collection = next_collection();
  auto store = open(server.uri(), collection);
  ASSERT_TRUE(store) << store.error().message;
  Load load;
  Load::prepare(**store);
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<bool> is_over = false;
    // The server ends with the thread that starts it, so that is this one.
    std::jthread writer([&] { load.run(**store, std::to_string(round), [&is_over] { return is_over.load(); }); });
    ::poll(nullptr, 0, 30 + 17 * (round % 7));
    server.kill();
    server.start();
    ::poll(nullptr, 0, 150);
    is_over = true;
  }
  load.check(**store);
  EXPECT_GT(load.acknowledged(), 100u);
  EXPECT_EQ(load.count("store.unconfirmed"), 0u);
}

TEST(Faults, TheServerEndsConnectionsUnderLoad) {
  TestServer& server = TestServer::own();
  const std::string collection = next_collection();
  auto store = open(server.uri(), collection);
  ASSERT_TRUE(store) << store.error().message;
  Load load;
  Load::prepare(**store);
  const Log log = {};
  const auto session = Session::open({server.uri()}, &log, std::chrono::seconds(5));
  ASSERT_TRUE(session);
  std::int64_t ended = 0;
  std::atomic<bool> is_over = false;
  std::jthread writer([&] { load.run(**store, "one", [&is_over] { return is_over.load(); }); });
  for (std::size_t round = 1; round <= kRounds; ++round) {
    const std::size_t before = load.acknowledged();
    while (load.acknowledged() < before + 10) Session::pause(std::chrono::milliseconds(1));
    Exchange end;
    end.add(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'millrace' AND pid <> pg_backend_pid()");
    EXPECT_TRUE((*session)->run(end, std::chrono::seconds(5)));
    ended += end.rows[0].integer(0, 0);
  }
  is_over = true;
  writer.join();
  load.check(**store);
  EXPECT_GE(ended, kRounds);
  EXPECT_EQ(load.count("store.unconfirmed"), 0u);
}

Task<void> moment() {
  io::Completion<void> waited;
  io::Loop::current()->after(std::chrono::milliseconds(1), [&waited] { waited.complete_here({}); });
  Result<> over = co_await waited;
  co_return over;
}

// As firewalls and restarts of the server end connections: whoever comes next need not be told to try again.
TEST(Faults, ConnectionsThatWereOpenForAWhileComeBackAtOnce) {
  TestServer& server = TestServer::own();
  const auto store = open_store({.uri = server.uri(), .collection = next_collection()});
  ASSERT_TRUE(store) << store.error().message;
  io::Loop loop;
  for (const char* id : {"before", "after"}) {
    std::vector<document::Append> appends;
    appends.push_back({.id = id, .payload = "{}"});
    const auto appended = loop.block_on((*store)->append(std::move(appends)));
    EXPECT_TRUE(appended) << id;
    EXPECT_TRUE(loop.block_on((*store)->changes(0, 1))) << id;
    if (id == std::string_view("after")) break;
    Session::pause(Connector::Options().backoff_max + std::chrono::milliseconds(100));
    const Log log = {};
    const auto session = Session::open({server.uri()}, &log, std::chrono::seconds(5));
    ASSERT_TRUE(session);
    for (bool is_alone = false; !is_alone;) {
      Exchange end;
      end.add(
          "SELECT count(pg_terminate_backend(pid)) = 0 FROM pg_stat_activity WHERE application_name = 'millrace' AND pid <> "
          "pg_backend_pid()");
      ASSERT_TRUE((*session)->run(end, std::chrono::seconds(5)));
      is_alone = end.rows[0].boolean(0, 0);
      (void)loop.block_on(moment());
    }
  }
}

/// A database that lets everybody in who comes: what is sent there again is not refused at the door.
std::string open_database(TestServer& server) {
  const Log log = {};
  const auto session = Session::open({server.uri()}, &log, std::chrono::seconds(5));
  Exchange make;
  make.add(fmt::format("CREATE DATABASE {}", TestServer::kOpenDatabase));
  if (session) (void)(*session)->run(make, std::chrono::seconds(10));
  return server.uri("millrace", "secret", TestServer::kOpenDatabase);
}

std::string through(const io::FaultProxy& proxy, const char* database) {
  return fmt::format("postgresql://millrace:secret@127.0.0.1:{}/{}?sslmode=disable", proxy.port(), database);
}

/// What a round does to connections.
io::FaultProxy::Faults faults_of(int round) {
  switch (round % 4) {
    case 0: return {.request_bytes_max = 60'000};
    case 1: return {.answer_bytes_max = 12'000};
    case 2: return {.request_bytes_max = 60'000, .answer_bytes_max = 12'000, .delay_max = std::chrono::milliseconds(4)};
    default: return {.request_bytes_max = 60'000, .answer_bytes_max = 12'000, .replay_bytes_max = 20'000};
  }
}

// Requests are cut, answers are lost after the work was done, so that it is tried again, pieces come late, and a connection's whole work
// comes a second time over another one while the first is still there, as from a mirror of the traffic. The server takes all of that for
// good: only the positions that a batch names, and the question after them, keep it from being there twice.
TEST(Faults, ConnectionsAreCutHeldAndSentAgain) {
  TestServer& server = TestServer::own();
  const std::string collection = next_collection();
  auto direct = open(open_database(server), collection);
  ASSERT_TRUE(direct) << direct.error().message;
  Load load;
  Load::prepare(**direct);
  std::size_t replays = 0;
  std::string replay_answers;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    io::FaultProxy proxy(server.port(), static_cast<unsigned>(round + 1));
    auto store = open(through(proxy, TestServer::kOpenDatabase), collection);
    ASSERT_TRUE(store) << store.error().message;
    proxy.set(faults_of(round));
    const std::size_t before = load.acknowledged();
    const auto enough = [&] { return (proxy.cuts() >= 4 && load.acknowledged() >= before + 20) || load.acknowledged() > before + 20'000; };
    {
      std::jthread other([&] { load.run(**store, fmt::format("{} other", round), enough); });
      load.run(**store, fmt::format("{} one", round), enough);
    }
    EXPECT_GE(proxy.cuts(), 4u);
    replays += proxy.replays();
    replay_answers += proxy.replay_answers();
  }
  load.check(**direct);
  EXPECT_EQ(load.count("store.unconfirmed"), 0u);
  // Some of what came again was a batch, and was refused for its positions.
  EXPECT_GE(replays, 5u);
  EXPECT_TRUE(replay_answers.contains("23505"));
}

// Where the server asks for a password by SCRAM, as ours do else, nobody gets in by what another has said.
TEST(Faults, WhatIsSentAgainIsRefusedAtTheDoor) {
  TestServer& server = TestServer::own();
  io::FaultProxy proxy(server.port());
  const std::string collection = next_collection();
  auto store = open(through(proxy, "postgres"), collection);
  ASSERT_TRUE(store) << store.error().message;
  Load load;
  Load::prepare(**store);
  proxy.set({.replay_bytes_max = 4'000});
  auto again = open(through(proxy, "postgres"), collection);
  ASSERT_TRUE(again) << again.error().message;
  load.run(**again, "again", [&proxy] { return proxy.replays() >= 2; });
  load.check(**again);
  EXPECT_TRUE(proxy.replay_answers().contains("Nonce does not match")) << proxy.replay_answers();
  EXPECT_FALSE(proxy.replay_answers().contains("23505"));
}

// --- The commit itself is lost, or its answer ---

struct LostCommit {
  const char* name;
  bool is_bulk;         // append_all
  bool is_done;         // the server has committed; only the answer is lost
  bool goes_away;       // and nobody can ask it for longer than one wants to wait
  const char* outcome;  // what the client is told
  std::size_t there;    // how much of it is there
  bool is_new = false;  // ids that are new: all goes in one exchange
};

class LostCommits : public testing::TestWithParam<LostCommit> {};

constexpr int kAppends = 10;

TEST_P(LostCommits, IsLookedUp) {
  const LostCommit& lost = GetParam();
  TestServer& server = TestServer::own();
  io::FaultProxy proxy(server.port());
  const std::string collection = next_collection();
  auto store = open(through(proxy, "postgres"), collection, lost.goes_away ? std::chrono::milliseconds(600) : std::chrono::seconds(30));
  ASSERT_TRUE(store) << store.error().message;
  Load::prepare(**store);
  io::FaultProxy::Faults faults{.goes_away = lost.goes_away};
  (lost.is_done ? faults.lost_answer : faults.lost_request) = lost.is_new ? "WITH moved" : "COMMIT";
  proxy.set(faults);
  std::vector<document::Append> appends;
  for (int i = 0; i < kAppends; ++i) appends.push_back({.id = std::to_string(i), .payload = R"({"n":1})", .has_new_id = lost.is_new});
  io::Loop loop;
  Result<> outcome;
  if (lost.is_bulk) {
    document::suite::ThreeAtATime source(std::move(appends));
    outcome = loop.block_on((*store)->append_all(source));
  } else {
    const auto receipts = loop.block_on((*store)->append(std::move(appends)));
    if (!receipts) outcome = Failure(receipts.error());
    for (std::size_t i = 0; receipts && i < receipts->size(); ++i) EXPECT_EQ((*receipts)[i].position, i + 2);
  }
  EXPECT_EQ(outcome ? "ok" : outcome.error().code, lost.outcome);
  EXPECT_EQ(proxy.cuts(), 1u);
  const auto direct = open(server.uri(), collection);
  ASSERT_TRUE(direct);
  const auto changes = loop.block_on((*direct)->changes(1, 1'000));
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->size(), lost.there);
  for (std::size_t i = 0; i < changes->size(); ++i) EXPECT_EQ(changes->id(i), std::to_string(i));
}

INSTANTIATE_TEST_SUITE_P(Faults, LostCommits,
                         testing::Values(LostCommit{"answer", false, true, false, "ok", kAppends},
                                         LostCommit{"request", false, false, false, "ok", kAppends},
                                         LostCommit{"answer_for_long", false, true, true, "store.unconfirmed", kAppends},
                                         LostCommit{"request_for_long", false, false, true, "store.unconfirmed", 0},
                                         LostCommit{"answer_to_new", false, true, false, "ok", kAppends, true},
                                         LostCommit{"request_of_new", false, false, false, "ok", kAppends, true},
                                         LostCommit{"answer_to_new_for_long", false, true, true, "store.unconfirmed", kAppends, true},
                                         LostCommit{"request_of_new_for_long", false, false, true, "store.unconfirmed", 0, true},
                                         LostCommit{"answer_to_all", true, true, false, "ok", kAppends},
                                         LostCommit{"request_of_all", true, false, false, "store.unavailable", 0},
                                         LostCommit{"answer_to_all_for_long", true, true, true, "store.unconfirmed", kAppends},
                                         LostCommit{"request_of_all_for_long", true, false, true, "store.unconfirmed", 0}),
                         [](const auto& each) { return std::string(each.param.name); });

// --- Records ---

TEST(Faults, WritesOfRecordsAreCutAndLost) {
  TestServer& server = TestServer::own();
  const std::string collection = next_collection();
  auto direct = open(open_database(server), collection);
  ASSERT_TRUE(direct) << direct.error().message;
  std::uint64_t steps = 0;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    io::FaultProxy proxy(server.port(), static_cast<unsigned>(round + 1));
    auto store = open(through(proxy, TestServer::kOpenDatabase), collection);
    ASSERT_TRUE(store) << store.error().message;
    io::FaultProxy::Faults faults{.request_bytes_max = 4'000, .answer_bytes_max = 2'000, .replay_bytes_max = round % 2 == 0 ? 2'000u : 0u};
    (round % 3 == 0 ? faults.lost_answer : faults.lost_request) = "writer";
    proxy.set(faults);
    io::Loop loop;
    while (proxy.cuts() < 3) {
      const auto codes = loop.block_on(document::suite::count_record((*store)->ledger(), 5));
      ASSERT_TRUE(codes);
      EXPECT_EQ(std::ranges::count(*codes, "store.unconfirmed"), 0);
      EXPECT_EQ(std::ranges::count(*codes, "ledger.revision"), 0) << "there is nobody else";
      steps += 5;
    }
  }
  io::Loop loop;
  const auto record = loop.block_on((*direct)->ledger().get("counter"));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->value, std::to_string(steps));
}

TEST(Faults, ARecordWhoseServerIsGoneIsUnconfirmed) {
  TestServer& server = TestServer::own();
  io::FaultProxy proxy(server.port());
  auto store = open(through(proxy, "postgres"), next_collection(), std::chrono::milliseconds(600));
  ASSERT_TRUE(store) << store.error().message;
  io::Loop loop;
  ASSERT_TRUE(loop.block_on((*store)->ledger().put("a", "one", 0)));
  proxy.set({.lost_answer = "writer", .goes_away = true});
  const auto lost = loop.block_on((*store)->ledger().put("a", "two", 1));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, "store.unconfirmed");
}

/// Appends for ever and writes the name of each pair that was acknowledged.
[[noreturn]] void run_child(const std::string& uri, const std::string& collection, int round, int pipe) {
  auto store = open(uri, collection);
  if (!store) ::_exit(1);
  io::Loop loop;
  const auto append = [](Store& to, std::string name, int out) -> Task<void> {
    for (int i = 0;; ++i) {
      const std::string id = fmt::format("{}.{}\n", name, i);
      std::vector<document::Append> appends;
      appends.push_back({.id = id + "a", .payload = R"({"n":1})"});
      appends.push_back({.id = id + "b", .payload = R"({"n":1})"});
      CO_TRY_OK(co_await to.append(std::move(appends)));
      if (::write(out, id.data(), id.size()) != static_cast<ssize_t>(id.size())) co_return {};
    }
  };
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(append(**store, fmt::format("{}.{}", round, i), pipe));
  (void)loop.block_on(when_all(std::move(tasks)));
  ::_exit(2);
}

TEST(Faults, TheClientIsKilledUnderLoad) {
  const std::string uri = TestServer::shared().uri();
  const std::string collection = next_collection();
  std::set<std::string> acknowledged;
  for (int round = 0; round < kRounds; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) run_child(uri, collection, round, ends[1]);
    ::close(ends[1]);
    std::string lines;
    char buffer[4096];
    while (std::ranges::count(lines, '\n') < 60) {
      const ssize_t size = ::read(ends[0], buffer, sizeof buffer);
      if (size <= 0) break;
      lines.append(buffer, static_cast<std::size_t>(size));
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
    for (ssize_t size = 1; (size = ::read(ends[0], buffer, sizeof buffer)) > 0;) lines.append(buffer, static_cast<std::size_t>(size));
    ::close(ends[0]);
    for (std::size_t end = 0; (end = lines.find('\n')) != std::string::npos; lines.erase(0, end + 1)) {
      acknowledged.insert(lines.substr(0, end + 1));
    }
  }
  auto store = open(uri, collection);
  ASSERT_TRUE(store);
  io::Loop loop;
  const auto changes = loop.block_on((*store)->changes(0, 1'000'000));
  ASSERT_TRUE(changes);
  std::set<std::string> there;
  for (std::size_t i = 0; i < changes->size(); ++i) {
    EXPECT_EQ(changes->envelope(i).position, i + 1);
    EXPECT_TRUE(there.insert(changes->id(i)).second);
  }
  EXPECT_EQ(there.size() % 2, 0u);
  EXPECT_GE(acknowledged.size(), 60u * kRounds);
  for (const std::string& id : acknowledged) EXPECT_TRUE(there.contains(id + "a") && there.contains(id + "b")) << id;
}

}  // namespace
}  // namespace millrace::store::postgres
