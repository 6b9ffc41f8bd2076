// Writers that note what became of each append, to be compared with what the storage holds after something went wrong.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "document/store.hpp"
#include "io/loop.hpp"

namespace millrace::store::postgres {

class Load {
 public:
  /// Makes the document that every append changes.
  static void prepare(document::Store& store) {
    io::Loop loop;
    std::vector<document::Append> appends;
    appends.push_back({.id = kShared, .payload = R"({"n":2})"});
    const auto made = loop.block_on(store.append(std::move(appends)));
    ASSERT_TRUE(made) << made.error().message;
  }

  /// Appends pairs of documents, each with a change of the shared one or under ids that are new, on several coroutines until `enough` says
  /// so. Any thread.
  void run(document::Store& store, std::string_view name, const std::function<bool()>& enough) {
    io::Loop loop;
    std::vector<Task<void>> tasks;
    for (int i = 0; i < 8; ++i) tasks.push_back(append_pairs(store, fmt::format("{}.{}{}", name, i, i % 2 == 0 ? "" : kNew), enough));
    (void)loop.block_on(when_all(std::move(tasks)));
  }

  std::size_t acknowledged() const { return count("ok"); }
  std::size_t count(std::string_view outcome) const {
    const std::lock_guard lock(mutex_);
    std::size_t found = 0;
    for (const auto& [id, what] : outcomes_) found += what == outcome;
    return found;
  }

  /// All that was acknowledged is there once, whole, and nothing of what was refused; what could not be confirmed may be either.
  void check(document::Store& store) const {
    io::Loop loop;
    const auto changes = loop.block_on(store.changes(0, 1'000'000));
    ASSERT_TRUE(changes) << changes.error().message;
    std::map<std::string, int> there;
    std::uint64_t shared = 0;
    for (std::size_t i = 0; i < changes->size(); ++i) {
      EXPECT_EQ(changes->envelope(i).position, i + 1);
      if (changes->id(i) != kShared) {
        ++there[changes->id(i)];
        continue;
      }
      EXPECT_EQ(changes->envelope(i).version, ++shared);
      const std::string_view text = changes->text(i);
      const std::size_t by = text.find(R"("by":")");
      if (by != std::string_view::npos) ++there[std::string(text.substr(by + 6, text.find('"', by + 6) - by - 6)) + "s"];
    }
    for (const auto& [id, outcome] : outcomes_) {
      const int copies = there[id + "a"];
      EXPECT_EQ(copies, there[id + "b"]) << id;
      if (!id.contains(kNew)) EXPECT_EQ(copies, there[id + "s"]) << id;
      if (outcome == "store.unconfirmed") EXPECT_LE(copies, 1) << id;
      if (outcome != "store.unconfirmed") EXPECT_EQ(copies, outcome == "ok" ? 1 : 0) << id << ": " << outcome;
    }
    // The index holds what the table holds.
    const auto filter =
        document::Filter::compare(document::FieldPath::parse("n"), document::Comparison::equal, document::Operand::value("1"));
    const std::vector<document::Query> queries = {{.filter = &filter}};
    const auto counts = loop.block_on(store.count(queries, {}));
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(counts->at(0), changes->size() - shared);
  }

 private:
  static constexpr const char* kShared = "shared";
  static constexpr const char* kNew = ".new";  // in the names of those whose ids are

  Task<void> append_pairs(document::Store& store, std::string name, const std::function<bool()>& enough) {
    const bool is_new = name.contains(kNew);
    for (int i = 0; !enough(); ++i) {
      const std::string id = fmt::format("{}.{}", name, i);
      std::vector<document::Append> appends;
      appends.push_back({.id = id + "a", .payload = R"({"n":1})", .has_new_id = is_new});
      appends.push_back({.id = id + "b", .payload = R"({"n":1})", .has_new_id = is_new});
      if (!is_new) {
        appends.push_back({.operation = document::Operation::replace, .id = kShared, .payload = fmt::format(R"({{"by":"{}","n":2}})", id)});
      }
      auto receipts = co_await store.append(std::move(appends));
      note(id, std::string(receipts ? "ok" : receipts.error().code));
      if (!receipts) {
        // As a client does that was told to try again later.
        io::Completion<void> waited;
        io::Loop::current()->after(std::chrono::milliseconds(50), [&waited] { waited.complete_here({}); });
        Result<> over = co_await waited;
        (void)over;
      }
    }
    co_return {};
  }

  void note(const std::string& id, std::string outcome) {
    const std::lock_guard lock(mutex_);
    outcomes_[id] = std::move(outcome);
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string> outcomes_;  // GUARDED_BY(mutex_)
};

}  // namespace millrace::store::postgres
