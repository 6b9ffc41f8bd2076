// What was acknowledged is there once, and batches are there whole, whoever is killed meanwhile: the server or a writer.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "base/id.hpp"
#include "io/loop.hpp"
#include "store/mongo/batch.hpp"
#include "store/mongo/load_test.hpp"
#include "store/mongo/server_test.hpp"

namespace millrace::store::mongo {
namespace {

/// Appends for ever and writes the name of each pair that was acknowledged.
[[noreturn]] void run_child(const std::string& uri, const std::string& collection, int round, int pipe) {
  const auto store = open_faulty(uri, collection);
  io::Loop loop;
  for (int i = 0;; ++i) {
    const std::string name = fmt::format("{}.{}\n", round, i);
    if (!loop.block_on(store->append(pair(name)))) ::_exit(1);
    if (::write(pipe, name.data(), name.size()) != static_cast<ssize_t>(name.size())) ::_exit(2);
  }
}

class WriterFaults : public testing::TestWithParam<TestServer::Kind> {};

TEST_P(WriterFaults, AWriterIsKilledAnywhere) {
  const std::string uri = TestServer::shared(GetParam()).uri();
  const std::string collection = make_uuid7();
  create_shared(*open_faulty(uri, collection));
  std::set<std::string> acknowledged;
  for (int round = 0; round < kRounds; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) run_child(uri, collection, round, ends[1]);
    ::close(ends[1]);
    std::string lines;
    char buffer[4096];
    while (std::ranges::count(lines, '\n') < 5 + round) {
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
    for (std::size_t end = 0; (end = lines.find('\n')) != std::string::npos; lines.erase(0, end + 1))
      acknowledged.insert(lines.substr(0, end + 1));
  }
  const auto store = open_faulty(uri, collection);
  EXPECT_GE(acknowledged.size(), 5u * kRounds);
  check(*store, acknowledged);
}

INSTANTIATE_TEST_SUITE_P(Mongo, WriterFaults, testing::Values(TestServer::Kind::secantus, TestServer::Kind::java),
                         [](const auto& each) { return each.param == TestServer::Kind::java ? "java" : "secantus"; });

/// Three that know nothing of each other append at once; the names of what was acknowledged.
std::set<std::string> race(const std::string& uri, const std::string& collection, std::chrono::milliseconds lease, int count) {
  std::mutex mutex;
  std::set<std::string> acknowledged;
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 3; ++writer) {
    writers.emplace_back([&, writer] {
      const auto store = open_faulty(uri, collection, {.lease = lease});
      io::Loop loop;
      for (int i = 0; i < count; ++i) {
        const std::string name = fmt::format("{}.{}.", writer, i);
        if (!loop.block_on(store->append(pair(name)))) continue;
        const std::lock_guard lock(mutex);
        acknowledged.insert(name);
      }
    });
  }
  writers.clear();
  return acknowledged;
}

TEST_P(WriterFaults, WritersTakeTurns) {
  const std::string uri = TestServer::shared(GetParam()).uri();
  const std::string collection = make_uuid7();
  const auto store = open_faulty(uri, collection);
  create_shared(*store);
  const auto acknowledged = race(uri, collection, std::chrono::milliseconds(20'000), 30);
  EXPECT_EQ(acknowledged.size(), 3u * 30);
  check(*store, acknowledged);
}

/// Each takes the others for dead in the middle of what they do.
TEST_P(WriterFaults, WhoIsBuriedAliveChangesNothing) {
  const std::string uri = TestServer::shared(GetParam()).uri();
  const std::string collection = make_uuid7();
  const auto store = open_faulty(uri, collection);
  create_shared(*store);
  const auto acknowledged = race(uri, collection, std::chrono::milliseconds(1), 25);
  EXPECT_GT(acknowledged.size(), 0u);
  check(*store, acknowledged);
}

/// The one that was taken for dead reads what the others have committed since, which its own horizon does not show.
TEST_P(WriterFaults, WhoIsBuriedAliveWritesOverNothing) {
  const std::string uri = TestServer::shared(GetParam()).uri();
  const std::string collection = make_uuid7();
  const auto store = open_faulty(uri, collection, {.lease = std::chrono::milliseconds(1)});
  create_shared(*store);
  const auto pool = Pool::make({uri, {}}, {}, {}, {});
  ASSERT_TRUE(pool);
  Client client(**pool);
  const Taker buried{.collection = collection,
                     .owner = "buried",
                     .lease = std::chrono::seconds(20),
                     .resolve = std::chrono::seconds(20),
                     .pause = [](std::chrono::microseconds) { return true; }};
  const auto mine = take_head(client, buried, nullptr);
  ASSERT_TRUE(mine);
  io::Loop loop;
  ASSERT_TRUE(loop.block_on(store->append(pair("living"))));
  const Names names{.newest = collection, .history = collection + "_history"};
  Batch batch(client, names, *mine, mine->committed, mine->recorded_at, now());
  const Append late = {.operation = document::Operation::replace, .id = "shared", .payload = R"({"n":3})"};
  const Append* const appends[] = {&late};
  const auto loaded = batch.load(appends, false);
  ASSERT_TRUE(loaded);
  EXPECT_FALSE(*loaded);
  check(*store, {"living"});
}

TEST(ServerFaults, TheServerIsKilledUnderLoad) {
  TestServer server(TestServer::Kind::secantus);
  const std::string collection = make_uuid7();
  const auto store = open_faulty(server.uri(), collection);
  create_shared(*store);
  std::set<std::string> acknowledged;
  int count = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<bool> is_over = false;
    // The server ends with the thread that starts it, so that is this one.
    std::jthread writer([&] {
      io::Loop loop;
      while (!is_over) {
        const std::string name = fmt::format("{}.", ++count);
        if (loop.block_on(store->append(pair(name)))) acknowledged.insert(name);
      }
    });
    ::poll(nullptr, 0, 30 + 17 * (round % 7));
    server.kill();
    server.start();
    ::poll(nullptr, 0, 300);
    is_over = true;
  }
  EXPECT_GT(acknowledged.size(), 20u);
  check(*store, acknowledged);
}

}  // namespace
}  // namespace millrace::store::mongo
