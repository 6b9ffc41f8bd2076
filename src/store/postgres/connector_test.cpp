// A name server that does not answer holds up nothing but the connections that need it.
#include "store/postgres/connector.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <unistd.h>

#include "store/postgres/postgres_store.hpp"
#include "store/postgres/server_test.hpp"
#include "store/postgres/session.hpp"

namespace {

constexpr std::string_view kName = "postgres.test";
std::mutex names_mutex;
std::condition_variable names_changed;
bool names_are_held = false;  // GUARDED_BY(names_mutex)
int names_waiting = 0;        // GUARDED_BY(names_mutex)
int names_given_up = 0;       // GUARDED_BY(names_mutex)

}  // namespace

/// What libpq calls: our name is this machine, once it may be told.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** result) {
  static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name == nullptr || name != kName) return real(name, service, hints, result);
  std::unique_lock lock(names_mutex);
  ++names_waiting;
  // A test that fails is to end all the same.
  names_given_up += !names_changed.wait_for(lock, std::chrono::seconds(10), [] { return !names_are_held; });
  --names_waiting;
  return real("127.0.0.1", service, hints, result);
}

namespace millrace::store::postgres {
namespace {

void hold_names(bool held) {
  const std::lock_guard lock(names_mutex);
  names_are_held = held;
  names_changed.notify_all();
}

int waiting() {
  const std::lock_guard lock(names_mutex);
  return names_waiting;
}

int given_up() {
  const std::lock_guard lock(names_mutex);
  return names_given_up;
}

Task<void> moment() {
  io::Completion<void> waited;
  io::Loop::current()->after(std::chrono::milliseconds(1), [&waited] { waited.complete_here({}); });
  Result<> over = co_await waited;
  co_return over;
}

/// Turns of the loop, up to a number, until a name is waited for.
Task<int> turns_until_waiting() {
  for (int turn = 0; turn < 200; ++turn) {
    if (waiting() > 0) co_return turn;
    CO_TRY_OK(co_await moment());
  }
  co_return -1;
}

TEST(Connector, ANameServerThatDoesNotAnswerHoldsUpNoLoop) {
  TestServer& server = TestServer::own();
  const std::string uri = fmt::format("postgresql://millrace:secret@{}:{}/postgres", kName, server.port());
  const auto store = open_store({.uri = uri,
                                 .collection = fmt::format("names {}", ::getpid()),
                                 .connect_timeout = std::chrono::milliseconds(500),
                                 .open_max = std::chrono::seconds(10)});
  ASSERT_TRUE(store) << store.error().message;
  io::Loop loop;
  const document::Filter all = document::Filter::everything();
  const std::vector<document::Query> queries = {{.filter = &all}};
  ASSERT_TRUE(loop.block_on((*store)->ping()));
  hold_names(true);
  const Log log = {};
  const auto session = Session::open({server.uri()}, &log, std::chrono::seconds(5));
  Exchange end;
  end.add("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace' AND pid <> pg_backend_pid()");
  ASSERT_TRUE(session && (*session)->run(end, std::chrono::seconds(5)));
  // A connection is wanted, and its name is asked for; meanwhile the loop turns, and who waits is told in time.
  std::vector<Task<std::vector<std::uint64_t>>> reads;
  for (int i = 0; i < 3; ++i) reads.push_back((*store)->count(queries, {}));
  const auto results = loop.block_on(when_all(std::move(reads)));
  EXPECT_GE(*loop.block_on(turns_until_waiting()), 0);
  EXPECT_EQ(waiting(), 1);
  ASSERT_TRUE(results);
  for (const auto& read : *results) EXPECT_TRUE(!read && read.error().code == "store.unavailable");
  const auto refused = loop.block_on((*store)->count(queries, {}));
  EXPECT_FALSE(refused);
  EXPECT_EQ(given_up(), 0);
  hold_names(false);
  while (!loop.block_on((*store)->ping())) (void)loop.block_on(moment());
  EXPECT_TRUE(loop.block_on((*store)->count(queries, {})));
}

}  // namespace
}  // namespace millrace::store::postgres
