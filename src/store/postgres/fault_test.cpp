// What was acknowledged is there once, and what was refused is not, whatever goes away meanwhile: the server, the client, the connection.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <thread>

#include "store/postgres/cutting_proxy_test.hpp"
#include "store/postgres/load_test.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/postgres/server_test.hpp"

namespace millrace::store::postgres {
namespace {

using document::FieldPath;
using document::Store;

constexpr int kRounds = 20;

std::string next_collection() {
  static int count = 0;
  return fmt::format("faults {} {}", ::getpid(), ++count);
}

Result<std::unique_ptr<Store>> open(const std::string& uri, const std::string& collection) {
  return open_store({.uri = uri,
                     .collection = collection,
                     .indexes = {FieldPath::parse("n")},
                     .timeout = std::chrono::milliseconds(5000),
                     .open_max = std::chrono::milliseconds(10'000)});
}

TEST(Faults, TheServerIsKilledUnderLoad) {
  TestServer server;
  const std::string collection = next_collection();
  auto store = open(server.uri(), collection);
  ASSERT_TRUE(store) << store.error().message;
  Load load;
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<bool> is_over = false;
    // The server ends with the thread that starts it, so that is this one.
    std::jthread writer([&] { load.run(**store, std::to_string(round), [&is_over] { return is_over.load(); }); });
    ::poll(nullptr, 0, 30 + 17 * (round % 7));
    server.kill();
    server.start();
    ::poll(nullptr, 0, 300);
    is_over = true;
  }
  load.check(**store);
  EXPECT_GT(load.acknowledged(), 100u);
  EXPECT_EQ(load.count("store.unconfirmed"), 0u);
}

TEST(Faults, ConnectionsAreCutAnywhere) {
  TestServer& server = TestServer::shared();
  if (server.port() == 0) GTEST_SKIP() << "the server is not ours";
  CuttingProxy proxy(server.port(), 60'000);
  const std::string uri = fmt::format("postgresql://millrace:secret@127.0.0.1:{}/postgres", proxy.port());
  const std::string collection = next_collection();
  auto direct = open(server.uri(), collection);
  ASSERT_TRUE(direct) << direct.error().message;
  auto store = open(uri, collection);
  ASSERT_TRUE(store) << store.error().message;
  Load load;
  load.run(**store, "cut", [&proxy, &load] { return proxy.cuts() >= 60 || load.acknowledged() > 20'000; });
  load.check(**direct);
  EXPECT_GE(proxy.cuts(), 60u);
  EXPECT_GT(load.acknowledged(), 100u);
  EXPECT_EQ(load.count("store.unconfirmed"), 0u);
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
