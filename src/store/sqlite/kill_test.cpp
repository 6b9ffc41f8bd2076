// What was acknowledged is there after kill -9, whatever the writer was doing.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <set>

#include "io/loop.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_folder_test.hpp"

namespace millrace::store::sqlite {
namespace {

using document::Append;
using document::Operation;
using document::Receipt;
using document::Store;

constexpr std::size_t kTasks = 8;
constexpr std::size_t kAcknowledged = 150;

std::unique_ptr<Store> open(const std::filesystem::path& file) {
  auto store = open_store({.file = file, .collection = "events", .indexes = {document::FieldPath::parse("n")}});
  return store ? *std::move(store) : nullptr;
}

/// Appends two documents at a time without end, and writes the name of each pair when it is acknowledged.
Task<> append_for_ever(Store& store, std::string name, int pipe) {
  for (std::size_t i = 0;; ++i) {
    const std::string id = fmt::format("{}.{}", name, i);
    std::vector<Append> appends;
    appends.push_back({.operation = Operation::create, .id = id + "a", .payload = R"({"n":1})"});
    appends.push_back({.operation = Operation::create,
                       .id = id + "b",
                       .payload = R"({"n":1})",
                       .idempotency = document::Idempotency{.key = id, .fingerprint = "f"}});
    Result<std::vector<Receipt>> receipts = co_await store.append(std::move(appends));
    if (!receipts) co_return Failure(receipts.error());
    const std::string line = id + '\n';
    if (::write(pipe, line.data(), line.size()) != static_cast<ssize_t>(line.size())) co_return {};
  }
}

/// Counts a record up without end, and writes the name of each round when it is acknowledged.
Task<> count_for_ever(Store& store, std::string name, int pipe) {
  const std::string record = "counter/" + name;
  std::uint64_t revision = 0;
  while (true) {
    CO_TRY(revision, co_await store.ledger().put(record, std::to_string(revision + 1), revision));
    const std::string line = fmt::format("={} {}\n", record, revision);
    if (::write(pipe, line.data(), line.size()) != static_cast<ssize_t>(line.size())) co_return {};
  }
}

[[noreturn]] void run_child(const std::filesystem::path& file, int round, int pipe) {
  const std::unique_ptr<Store> store = open(file);
  if (store == nullptr) ::_exit(1);
  io::Loop loop;
  std::vector<Task<>> tasks;
  for (std::size_t i = 0; i < kTasks; ++i) tasks.push_back(append_for_ever(*store, fmt::format("{}.{}", round, i), pipe));
  tasks.push_back(count_for_ever(*store, std::to_string(round), pipe));
  for (Task<>& task : tasks) {
    auto shared = std::make_shared<Task<>>(std::move(task));
    loop.post([shared] { start(std::move(*shared), [](const Result<>&) { ::_exit(2); }); });
  }
  loop.run();
  ::_exit(3);
}

/// Reads until so many lines have come, or the end.
void read_lines(int pipe, std::string& lines, std::size_t wanted) {
  char buffer[4096];
  while (static_cast<std::size_t>(std::ranges::count(lines, '\n')) < wanted) {
    const ssize_t size = ::read(pipe, buffer, sizeof buffer);
    if (size <= 0) return;
    lines.append(buffer, static_cast<std::size_t>(size));
  }
}

/// Lets a child append, kills it, and gives what it had acknowledged.
std::string run_and_kill(const std::filesystem::path& file, int round) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) run_child(file, round, ends[1]);
  ::close(ends[1]);
  std::string lines;
  read_lines(ends[0], lines, kAcknowledged);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  read_lines(ends[0], lines, SIZE_MAX);
  ::close(ends[0]);
  return lines;
}

/// Under each key stands the document that was created with it: creating it again appends nothing.
void check_keys(Store& store, io::Loop& loop, const std::set<std::string>& ids) {
  std::vector<Append> appends;
  for (const std::string& id : ids) {
    if (!id.ends_with('b')) continue;
    appends.push_back({.operation = Operation::create,
                       .id = id,
                       .payload = R"({"n":1})",
                       .idempotency = document::Idempotency{.key = id.substr(0, id.size() - 1), .fingerprint = "f"}});
  }
  const auto receipts = loop.block_on(store.append(std::move(appends)));
  ASSERT_TRUE(receipts) << receipts.error().message;
  for (const Receipt& receipt : *receipts) EXPECT_TRUE(receipt.repeated && ids.contains(receipt.id));
}

/// What a record was when that was acknowledged, or something later.
void check_record(Store& store, io::Loop& loop, std::string_view line) {
  const std::size_t space = line.find(' ');
  const auto record = loop.block_on(store.ledger().get(line.substr(1, space - 1)));
  ASSERT_TRUE(record);
  std::uint64_t acknowledged = 0;
  std::from_chars(line.data() + space + 1, line.data() + line.size(), acknowledged);
  EXPECT_GT(acknowledged, 0u);
  EXPECT_GE(record->revision, acknowledged);
  EXPECT_EQ(record->value, std::to_string(record->revision));
}

void check_all_there(const std::filesystem::path& file, std::string_view acknowledged) {
  const std::unique_ptr<Store> store = open(file);
  ASSERT_NE(store, nullptr);
  io::Loop loop;
  const auto changes = loop.block_on(store->changes(0, SIZE_MAX));
  ASSERT_TRUE(changes);
  std::set<std::string> ids;
  for (std::size_t i = 0; i < changes->size(); ++i) {
    EXPECT_EQ(changes->envelope(i).position, i + 1);
    ids.insert(changes->id(i));
  }
  EXPECT_EQ(ids.size() % 2, 0u) << "half of a pair is there";
  while (!acknowledged.empty()) {
    const std::size_t end = acknowledged.find('\n');
    if (end == std::string_view::npos) break;
    const std::string id(acknowledged.substr(0, end));
    if (id.starts_with('=')) check_record(*store, loop, id);
    if (!id.starts_with('=')) EXPECT_TRUE(ids.contains(id + "a") && ids.contains(id + "b")) << id;
    acknowledged.remove_prefix(end + 1);
  }
  check_keys(*store, loop, ids);
  // The index holds what the table holds.
  const auto filter =
      document::Filter::compare(document::FieldPath::parse("n"), document::Comparison::equal, document::Operand::value("1"));
  const std::vector<document::Query> queries = {{.filter = &filter}};
  EXPECT_EQ(loop.block_on(store->find(queries, {}))->at(0).size(), ids.size());
}

TEST(Kill, WhatWasAcknowledgedIsThere) {
  const TemporaryFolder folder;
  std::string acknowledged;
  for (int round = 0; round < 4; ++round) {
    acknowledged += run_and_kill(folder / "store.db", round);
    check_all_there(folder / "store.db", acknowledged);
  }
  EXPECT_GE(static_cast<std::size_t>(std::ranges::count(acknowledged, '\n')), 4 * kAcknowledged);
}

}  // namespace
}  // namespace millrace::store::sqlite
