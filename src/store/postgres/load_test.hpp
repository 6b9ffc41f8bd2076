// Writers that note what became of each append, to be compared with what the storage holds after something went wrong.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "document/store.hpp"
#include "io/loop.hpp"

namespace millrace::store::postgres {

class Load {
 public:
  /// Appends pairs of documents on several coroutines until `enough` says so.
  void run(document::Store& store, std::string_view name, const std::function<bool()>& enough) {
    io::Loop loop;
    std::vector<Task<void>> tasks;
    for (int i = 0; i < 8; ++i) tasks.push_back(append_pairs(store, fmt::format("{}.{}", name, i), enough));
    (void)loop.block_on(when_all(std::move(tasks)));
  }

  std::size_t acknowledged() const { return count("ok"); }
  std::size_t count(std::string_view outcome) const {
    std::size_t found = 0;
    for (const auto& [id, what] : outcomes_) found += what == outcome;
    return found;
  }

  /// All that was acknowledged is there once, in pairs, and nothing of what was refused; what could not be confirmed may be either.
  void check(document::Store& store) const {
    io::Loop loop;
    const auto changes = loop.block_on(store.changes(0, 1'000'000));
    ASSERT_TRUE(changes) << changes.error().message;
    std::map<std::string, int> there;
    for (std::size_t i = 0; i < changes->size(); ++i) {
      EXPECT_EQ(changes->envelope(i).position, i + 1);
      ++there[changes->id(i)];
    }
    for (const auto& [id, outcome] : outcomes_) {
      const int first = there.contains(id + "a") ? there[id + "a"] : 0;
      const int second = there.contains(id + "b") ? there[id + "b"] : 0;
      EXPECT_EQ(first, second) << id;
      if (outcome != "store.unconfirmed") EXPECT_EQ(first, outcome == "ok" ? 1 : 0) << id << ": " << outcome;
    }
    // The index holds what the table holds.
    const auto filter =
        document::Filter::compare(document::FieldPath::parse("n"), document::Comparison::equal, document::Operand::value("1"));
    const std::vector<document::Query> queries = {{.filter = &filter}};
    const auto counts = loop.block_on(store.count(queries, {}));
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(counts->at(0), changes->size());
  }

 private:
  Task<void> append_pairs(document::Store& store, std::string name, const std::function<bool()>& enough) {
    for (int i = 0; !enough(); ++i) {
      const std::string id = fmt::format("{}.{}", name, i);
      std::vector<document::Append> appends;
      appends.push_back({.id = id + "a", .payload = R"({"n":1})"});
      appends.push_back({.id = id + "b", .payload = R"({"n":1})"});
      auto receipts = co_await store.append(std::move(appends));
      outcomes_[id] = receipts ? "ok" : receipts.error().code;
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

  std::map<std::string, std::string> outcomes_;
};

}  // namespace millrace::store::postgres
