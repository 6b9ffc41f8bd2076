// The suite that every store must pass: random operations compared with a plain list of versions, reads at earlier times included.
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreSuite, testing::Values(StoreSetup{"memory", [] { return std::make_unique<MemoryUnderTest>(); }}),
//                            setup_name);
//
// and DurableStoreSuite as well where the storage keeps what it holds.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <ranges>
#include <set>
#include <span>
#include <thread>

#include "document/store.hpp"
#include "document/store_suite_model_test.hpp"
#include "document/store_suite_setup_test.hpp"
#include "document/store_suite_source_test.hpp"
#include "io/loop.hpp"

namespace millrace::document::suite {

class StoreSuite : public testing::TestWithParam<StoreSetup> {
 protected:
  StoreSuite() : storage_(GetParam().make()), store_(storage_->open(indexes())) {}

  static std::vector<FieldPath> indexes() { return {FieldPath::parse("a"), FieldPath::parse("a.b"), FieldPath::parse("it's")}; }

  void reopen(const std::vector<FieldPath>& paths) {
    store_.reset();
    store_ = storage_->open(paths);
  }

  template <class T>
  Result<T> wait(Task<T> task) {
    return loop_.block_on(std::move(task));
  }

  template <class T>
  T value(Task<T> task) {
    Result<T> result = wait(std::move(task));
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? *std::move(result) : T{};
  }

  // Both sides of every comparison are text: one line a version.
  static std::string line(std::string_view text, const Envelope& envelope, std::string_view author = {}) {
    return fmt::format("{} v{} p{} t{}{}{}{}\n", text, envelope.version, envelope.position, envelope.recorded_at.microseconds,
                       envelope.deleted ? " deleted" : "", author.empty() ? "" : " by ", author);
  }
  static std::string lines(const Documents& documents) {
    std::string text;
    for (std::size_t i = 0; i < documents.size(); ++i) {
      text += documents.found(i) ? line(documents.text(i), documents.envelope(i), documents.author(i)) : "missing\n";
    }
    return text;
  }
  static std::string line(const ModelVersion* version) {
    if (version == nullptr || version->envelope.deleted) return "missing\n";
    return line(document(*version), version->envelope);
  }
  /// As histories and feeds show it.
  static std::string line_with_deleted(const ModelVersion& version) { return line(document(version), version.envelope, version.author); }
  static std::string document(const ModelVersion& version) {
    Documents one;
    one.add(version.id, version.payload, version.envelope);
    return std::string(one.text(0));
  }

  /// Appends to both and compares what became of it.
  void append(std::vector<Append> appends) {
    std::vector<Outcome> outcomes;
    const std::string expected = model_.append(appends, outcomes);
    const auto receipts = append_either_way(std::move(appends));
    if (!receipts) {
      const Error& error = receipts.error();
      ASSERT_EQ(error.details.size(), 1u) << error.message;
      EXPECT_EQ(std::string(error.code) + " at " + error.details[0].path, expected);
      return;
    }
    ASSERT_EQ(expected, "");
    ASSERT_EQ(receipts->size(), outcomes.size());
    for (std::size_t i = 0; i < receipts->size(); ++i) take_receipt((*receipts)[i], outcomes[i]);
  }

  /// Every other time from a source: what becomes of it is the same.
  Result<std::vector<Receipt>> append_either_way(std::vector<Append> appends) {
    from_source_ = !from_source_;
    if (!from_source_) return wait(store_->append(std::move(appends)));
    ThreeAtATime source(std::move(appends));
    TRY_OK(wait(store_->append_all(source)));
    return source.receipts();
  }

  void take_receipt(const Receipt& receipt, Outcome outcome) {
    const std::size_t index = outcome.version;
    Envelope& envelope = model_.versions[index].envelope;
    EXPECT_EQ(receipt.repeated, outcome.repeated);
    EXPECT_EQ(receipt.id, outcome.repeated ? model_.versions[index].id : "");
    if (outcome.repeated) EXPECT_TRUE(envelope.recorded_at == Instant{} || receipt.recorded_at == envelope.recorded_at);
    EXPECT_EQ(receipt.version, envelope.version);
    EXPECT_EQ(receipt.position, envelope.position);
    envelope.recorded_at = receipt.recorded_at;
    const Instant last = index > 0 ? model_.versions[index - 1].envelope.recorded_at : Instant{};
    EXPECT_GE(receipt.recorded_at, last);
    if (outcome.recorded_at && !outcome.repeated) EXPECT_EQ(receipt.recorded_at, std::max(last, *outcome.recorded_at));
  }

  static Append named_create(std::string id, std::string key, std::string fingerprint) {
    return {.operation = Operation::create,
            .id = std::move(id),
            .payload = R"({"a":1})",
            .idempotency = Idempotency{.key = std::move(key), .fingerprint = std::move(fingerprint)}};
  }

  void append_random(Generator& generator, std::size_t batches) {
    for (std::size_t i = 0; i < batches && !HasFailure(); ++i) {
      std::vector<Append> appends;
      for (std::size_t left = 1 + generator.below(4); left > 0; --left) appends.push_back(likely_append(generator));
      append(std::move(appends));
    }
  }

  /// An append that mostly fits what is there.
  Append likely_append(Generator& generator) const {
    Append append = generator.append();
    const ModelVersion* newest = model_.newest(append.id, kNewest);
    const bool present = newest != nullptr && !newest->envelope.deleted;
    if (generator.chance(10) || present == (append.operation != Operation::create)) return append;
    append.operation = present ? Operation::replace : Operation::create;
    generator.name_sometimes(append);
    append.expected_version.reset();
    if (append.payload.empty()) append.payload = generator.payload();
    return append;
  }

  /// Now, the time of a version, or just before it.
  Instant random_instant(Generator& generator) const {
    if (model_.versions.empty() || generator.chance(40)) return kNewest;
    const Instant recorded_at = model_.versions[generator.below(model_.versions.size())].envelope.recorded_at;
    return generator.chance(50) ? recorded_at : recorded_at + std::chrono::microseconds(-1);
  }

  void compare_reads(Generator& generator) {
    std::vector<std::string> ids;
    for (int i = 0; i < 8; ++i) ids.push_back(generator.id());
    const std::vector<std::string_view> views(ids.begin(), ids.end());
    const Instant at = random_instant(generator);
    std::string expected;
    for (const std::string& id : ids) expected += line(model_.newest(id, at));
    EXPECT_EQ(lines(value(store_->read(views, {at}))), expected) << "at " << at.microseconds;
  }

  void compare_history(Generator& generator) {
    const std::string id = generator.id();
    const Instant at = random_instant(generator);
    const Position before = generator.chance(70) ? 0 : generator.below(model_.versions.size() + 2);
    const std::size_t limit = generator.one_of<std::size_t>({0, 1, 2, SIZE_MAX});
    std::string expected;
    std::size_t left = limit;
    for (const ModelVersion& version : model_.versions | std::views::reverse) {
      const Envelope& envelope = version.envelope;
      const bool is_meant = version.id == id && envelope.recorded_at <= at && (before == 0 || envelope.position < before);
      if (is_meant && left > 0) expected += line_with_deleted(version);
      if (is_meant && left > 0) --left;
    }
    EXPECT_EQ(lines(value(store_->history(id, {at}, before, limit))), expected) << id << " at " << at.microseconds;
  }

  void compare_changes(Generator& generator) {
    const Position after = generator.below(model_.versions.size() + 2);
    const std::size_t limit = generator.one_of<std::size_t>({0, 1, 5, 1000});
    std::string expected;
    for (std::size_t i = after; i < model_.versions.size() && i < after + limit; ++i) expected += line_with_deleted(model_.versions[i]);
    EXPECT_EQ(lines(value(store_->changes(after, limit))), expected) << "after " << after << " limit " << limit;
  }

  Page random_page(Generator& generator) const {
    Page page;
    if (generator.chance(40)) page.limit = generator.below(6);
    if (generator.chance(30)) page.offset = generator.below(4);
    if (generator.chance(30)) page.after = 1 + generator.below(model_.versions.size());
    if (generator.chance(20)) page.until = 1 + generator.below(model_.versions.size());
    page.from_end = generator.chance(20);
    return page;
  }

  /// Whether one version stands before another in a list.
  static bool is_before(std::span<const OrderKey> order, const ModelVersion& a, const ModelVersion& b) {
    const std::string left = document(a);
    const std::string right = document(b);
    for (const OrderKey& key : order) {
      const int compared = ValueOrder::compare(ValueOrder::value_at(key.path, left), ValueOrder::value_at(key.path, right));
      if (compared != 0) return key.descending ? compared > 0 : compared < 0;
    }
    return a.envelope.position > b.envelope.position;
  }

  std::vector<const ModelVersion*> matching(const Query& query, Instant at) const {
    std::vector<const ModelVersion*> versions = model_.visible(at);
    std::erase_if(versions, [&](const ModelVersion* each) { return !matches(*query.filter, query.arguments, document(*each)); });
    return versions;
  }

  std::string expected_find(const Query& query, Instant at) const {
    const Page& page = query.page;
    std::vector<const ModelVersion*> versions = matching(query, at);
    std::ranges::sort(versions, [&](const ModelVersion* a, const ModelVersion* b) { return is_before(query.order, *a, *b); });
    std::erase_if(versions, [&](const ModelVersion* each) {
      return (page.after != 0 && !is_before(query.order, model_.versions[page.after - 1], *each)) ||
             (page.until != 0 && !is_before(query.order, *each, model_.versions[page.until - 1]));
    });
    if (page.from_end) std::ranges::reverse(versions);
    versions.erase(versions.begin(), versions.begin() + static_cast<std::ptrdiff_t>(std::min(page.offset, versions.size())));
    if (versions.size() > page.limit) versions.resize(page.limit);
    if (page.from_end) std::ranges::reverse(versions);
    std::string expected;
    for (const ModelVersion* version : versions) expected += line(version);
    return expected;
  }

  void compare_find(Generator& generator) {
    const std::size_t count = 1 + generator.below(3);
    std::vector<Filter> filters(count);
    std::vector<std::vector<std::string>> arguments(count);
    std::vector<Order> orders(count);
    std::vector<Query> queries;
    for (std::size_t i = 0; i < count; ++i) {
      filters[i] = generator.filter(arguments[i]);
      if (generator.chance(50)) orders[i] = generator.order();
      queries.push_back({.filter = &filters[i],
                         .arguments = {arguments[i].begin(), arguments[i].end()},
                         .page = random_page(generator),
                         .order = orders[i]});
    }
    const Instant at = random_instant(generator);
    const std::vector<Documents> found = value(store_->find(queries, {at}));
    const std::vector<std::uint64_t> counts = value(store_->count(queries, {at}));
    ASSERT_EQ(found.size(), count);
    ASSERT_EQ(counts.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(lines(found[i]), expected_find(queries[i], at)) << describe(queries[i]) << " at " << at.microseconds;
      EXPECT_EQ(counts[i], matching(queries[i], at).size()) << describe(queries[i]) << " at " << at.microseconds;
    }
  }

  static std::string describe(const Query& query) {
    std::string text = describe(*query.filter, query.arguments);
    for (const OrderKey& key : query.order) text += fmt::format(" by {}{}", key.descending ? "-" : "", key.path.to_string());
    const Page& page = query.page;
    return text + fmt::format(" limit {} offset {} after {} until {}{}", page.limit, page.offset, page.after, page.until,
                              page.from_end ? " from the end" : "");
  }

  static std::string describe(const Filter& filter, const std::vector<std::string_view>& arguments) {
    if (filter.kind == Filter::Kind::compare) {
      const bool literal = filter.operand.is_literal();
      return fmt::format("({} #{} {}{})", filter.path.to_string(), static_cast<int>(filter.comparison), literal ? "" : "argument ",
                         literal ? std::string_view(filter.operand.literal) : arguments[filter.operand.parameter]);
    }
    std::string text = filter.kind == Filter::Kind::all ? "all[" : filter.kind == Filter::Kind::any ? "any[" : "none[";
    for (const Filter& child : filter.children) text += describe(child, arguments);
    return text + "]";
  }

  void compare_random(Generator& generator, std::size_t rounds) {
    std::vector<std::string> documents;
    for (const ModelVersion* version : model_.visible(kNewest)) documents.push_back(document(*version));
    generator.show(std::move(documents));
    for (std::size_t i = 0; i < rounds && !HasFailure(); ++i) {
      compare_reads(generator);
      compare_history(generator);
      compare_changes(generator);
      for (int find = 0; find < 4; ++find) compare_find(generator);
    }
  }

  std::unique_ptr<StoreUnderTest> storage_;
  std::unique_ptr<Store> store_;
  io::Loop loop_;
  bool from_source_ = false;
  Model model_;
};

TEST_P(StoreSuite, RandomOperationsAreThoseOfTheModel) {
  for (std::uint64_t seed = 1; seed <= 4 && !HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Generator generator(seed);
    append_random(generator, 40);
    compare_random(generator, 40);
  }
}

/// For storages that still hold what was appended when they are opened again.
class DurableStoreSuite : public StoreSuite {};

// A storage that keeps nothing does not instantiate it.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DurableStoreSuite);

TEST_P(DurableStoreSuite, OpeningAgainKeepsEverything) {
  Generator generator(11);
  append_random(generator, 60);
  reopen(indexes());
  compare_random(generator, 30);
  append_random(generator, 20);
  compare_random(generator, 30);
}

TEST_P(DurableStoreSuite, KeysAreKeptAndLetGoAcrossOpenings) {
  append({named_create("a", "k", "f"), named_create("b", "l", "f")});
  reopen(indexes());
  append({named_create("c", "k", "f")});
  append({named_create("c", "k", "other")});
  append({{.operation = Operation::remove, .id = "a", .payload = {}}});
  reopen(indexes());
  append({named_create("c", "k", "other"), named_create("d", "l", "f")});
  EXPECT_EQ(model_.versions.size(), 4u);
}

TEST_P(DurableStoreSuite, AnIndexMadeLaterHoldsWhatWasThereBefore) {
  Generator generator(12);
  append_random(generator, 60);
  reopen({FieldPath::parse("b"), FieldPath::parse("a.0")});
  compare_random(generator, 40);
  append_random(generator, 30);
  // "a" was not asked for in between: what was written then must be found through it all the same.
  reopen(indexes());
  compare_random(generator, 40);
}

TEST_P(StoreSuite, NothingIsAppendedWhenOneElementCannotBe) {
  append({{.operation = Operation::create, .id = "a", .payload = R"({"a":1})"}});
  append({{.operation = Operation::create, .id = "b", .payload = "{}"},
          {.operation = Operation::replace, .id = "b", .payload = R"({"a":2})"},
          {.operation = Operation::create, .id = "a", .payload = "{}"}});
  append({{.operation = Operation::replace, .id = "nobody", .payload = "{}"}});
  append({{.operation = Operation::remove, .id = "a", .payload = {}, .expected_version = 7}});
  EXPECT_EQ(value(store_->changes(0, 100)).size(), 1u);
  append({});
  EXPECT_EQ(value(store_->changes(0, 100)).size(), 1u);
}

TEST_P(StoreSuite, ASourceThatFailsLeavesNothingBehind) {
  class Failing : public AppendSource {
   public:
    Result<std::vector<Append>> next() override {
      if (++calls_ == 10) return Failure(Error{ErrorKind::unavailable, "test.source", "It broke."});
      std::vector<Append> batch;
      for (int i = 0; i < 100; ++i) batch.push_back({.id = fmt::format("{}-{}", calls_, i), .payload = R"({"a":1})"});
      return batch;
    }
    void appended(std::span<const Receipt>) override {}

   private:
    int calls_ = 0;
  };
  append({{.id = "before", .payload = "{}"}});
  Failing source;
  const auto failed = wait(store_->append_all(source));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, "test.source");
  append({{.id = "after", .payload = "{}"}});
  EXPECT_EQ(value(store_->changes(0, 100)).size(), 2u);
}

TEST_P(StoreSuite, VersionsOfOneBatchAreVersionsInOrder) {
  append({{.operation = Operation::create, .id = "a", .payload = R"({"a":1})"},
          {.operation = Operation::replace, .id = "a", .payload = R"({"a":2})"},
          {.operation = Operation::remove, .id = "a", .payload = {}},
          {.operation = Operation::create, .id = "a", .payload = R"({"a":4})", .expected_version = 3},
          {.operation = Operation::create, .id = "b", .payload = R"({"a":[1,4,"4"]})"}});
  ASSERT_EQ(model_.versions.size(), 5u);
  Generator generator(13);
  compare_random(generator, 20);
  const Filter filter = Filter::compare(FieldPath::parse("a"), Comparison::equal, Operand::value("4"));
  const std::vector<Query> queries = {{.filter = &filter}};
  EXPECT_EQ(value(store_->find(queries, {})).at(0).size(), 2u);
}

TEST_P(StoreSuite, AKeyStandsForOneCreateWhileItsDocumentLives) {
  append({named_create("a", "k", "f"), named_create("b", "k", "f")});  // within a call
  append({named_create("c", "k", "f")});                               // and after it
  ASSERT_EQ(model_.versions.size(), 1u);
  append({named_create("c", "other", "f"), named_create("d", "k", "g")});  // another document: nothing is appended
  append({named_create("a", "other", "f")});                               // the id is taken, whatever the key
  append({{.operation = Operation::replace, .id = "a", .payload = R"({"a":2})"}});
  append({named_create("c", "k", "f")});
  ASSERT_EQ(model_.versions.size(), 2u);
  // A removal lets the key go, within a call as well; so does the removal of a document created in that call.
  append({{.operation = Operation::remove, .id = "a", .payload = {}}, named_create("c", "k", "g"), named_create("d", "k", "g")});
  append({named_create("e", "m", "f"), {.operation = Operation::remove, .id = "e", .payload = {}}, named_create("f", "m", "g")});
  append({named_create("g", "m", "f")});
  EXPECT_EQ(model_.versions.size(), 7u);
}

TEST_P(StoreSuite, WritersThatRaceWithOneKeyCreateOneDocument) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 15;
  std::vector<std::vector<Receipt>> receipts(kThreads);
  std::latch begin(kThreads);
  const auto run = [&](int thread) {
    io::Loop loop;
    begin.arrive_and_wait();
    for (int round = 0; round < kRounds; ++round) {
      std::vector<Append> appends;
      appends.push_back(named_create(fmt::format("{}.{}", thread, round), fmt::format("k{}", round), "f"));
      const auto result = loop.block_on(store_->append(std::move(appends)));
      if (result) receipts[thread].push_back(result->at(0));
    }
  };
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) threads.emplace_back(run, thread);
  threads.clear();
  const Documents changes = value(store_->changes(0, SIZE_MAX));
  ASSERT_EQ(changes.size(), static_cast<std::size_t>(kRounds));
  for (int round = 0; round < kRounds; ++round) {
    int first = 0;
    for (int thread = 0; thread < kThreads; ++thread) {
      const Receipt& receipt = receipts[thread].at(round);
      const std::string id = receipt.repeated ? receipt.id : fmt::format("{}.{}", thread, round);
      EXPECT_EQ(changes.id(receipt.position - 1), id);
      EXPECT_EQ(changes.envelope(receipt.position - 1).recorded_at, receipt.recorded_at);
      first += receipt.repeated ? 0 : 1;
    }
    EXPECT_EQ(first, 1) << round;
  }
}

TEST_P(StoreSuite, ListsAreInOrderOverValuesOfEveryKind) {
  std::vector<Append> appends;
  const std::vector<std::string> values = {"true", "[1]",   "{\"k\":1}", "\"b\"", "10", "9.5", "null", "[]",
                                           "{}",   "false", "\"a\"",     "\"é\"", "-1", "1e1", "[[]]", "{\"k\":\"x\"}"};
  for (const std::string& text : values) {
    appends.push_back({.operation = Operation::create, .id = std::to_string(appends.size()), .payload = "{\"a\":" + text + "}"});
  }
  appends.push_back({.operation = Operation::create, .id = "none", .payload = "{}"});
  append(std::move(appends));
  const Filter everything;
  const Order order = {{FieldPath::parse("a"), false}};
  const std::vector<Query> queries = {{.filter = &everything, .order = order}};
  const std::vector<Documents> answers = value(store_->find(queries, {}));
  const Documents& found = answers.at(0);
  std::string text;
  for (std::size_t i = 0; i < found.size(); ++i) text += std::string(ValueOrder::value_at(order[0].path, found.text(i))) + " ";
  EXPECT_EQ(text, R"( null -1 9.5 1e1 10 "a" "b" "é" {} {"k":1} {"k":"x"} [] [1] [[]] false true )");
}

TEST_P(StoreSuite, CursorOfNoVersionIsRefusedInAnOrder) {
  append({{.operation = Operation::create, .id = "a", .payload = "{}"}});
  const Filter everything;
  const Order order = {{FieldPath::parse("a"), false}};
  const std::vector<Query> queries = {{.filter = &everything, .page = {.after = 99}, .order = order}};
  const auto refused = wait(store_->find(queries, {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "list.cursor");
}

TEST_P(StoreSuite, ReadsEndWhereTheyWouldGiveTooMuch) {
  const std::string payload = R"({"a":")" + std::string(1000, 'x') + R"("})";
  for (const char* id : {"a", "b"}) append({{.operation = Operation::create, .id = id, .payload = payload}});
  append({{.operation = Operation::replace, .id = "a", .payload = payload}});
  const Filter everything;
  const Order order = {{FieldPath::parse("a"), false}};
  for (const auto& [bytes, count] : {std::pair(std::size_t{2100}, 2u), std::pair(std::size_t{1}, 1u)}) {
    const View view{.bytes_max = bytes};
    for (const Query& query :
         {Query{&everything, {}, {.offset = 0}, order}, Query{&everything}, Query{&everything, {}, {.from_end = true}}}) {
      const std::vector<Documents> found = value(store_->find(std::vector<Query>{query, query}, view));
      EXPECT_EQ(found.at(0).size(), count);
      EXPECT_EQ(found.at(0).is_cut(), count < 2);
      EXPECT_EQ(found.at(1).size(), count - 1);  // there is one bound for all
    }
    EXPECT_EQ(value(store_->history("a", view, 0, SIZE_MAX)).size(), count);
    EXPECT_EQ(value(store_->read(std::vector<std::string_view>{"a", "none", "b"}, view)).is_cut(), count < 2);
  }
}

TEST_P(StoreSuite, LongTextsThatDifferLateAreToldApart) {
  const std::string base(kKeyTextMax, 'x');
  std::vector<Append> appends;
  for (const char* tail : {"", "a", "b", "ba"}) {
    appends.push_back({.operation = Operation::create, .id = std::string("id") + tail, .payload = R"({"a":")" + base + tail + R"("})"});
  }
  append(std::move(appends));
  const std::string b = json::quoted(base + "b");
  const auto count = [&](Comparison comparison, const std::string& operand) {
    const Filter filter = Filter::compare(FieldPath::parse("a"), comparison, Operand::value(operand));
    const std::vector<Query> queries = {{.filter = &filter}};
    return value(store_->find(queries, {})).at(0).size();
  };
  EXPECT_EQ(count(Comparison::equal, b), 1u);
  EXPECT_EQ(count(Comparison::in, "[" + b + "]"), 1u);
  EXPECT_EQ(count(Comparison::prefix, b), 2u);
  EXPECT_EQ(count(Comparison::less, b), 2u);
  EXPECT_EQ(count(Comparison::less_or_equal, b), 3u);
  EXPECT_EQ(count(Comparison::greater, b), 1u);
  EXPECT_EQ(count(Comparison::greater_or_equal, b), 2u);
}

TEST_P(StoreSuite, ManyThreadsAppendAndEveryVersionIsThereOnce) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kEach = 60;
  std::vector<std::vector<Receipt>> receipts(kThreads);
  const auto run = [this, &receipts](std::size_t thread) {
    io::Loop loop;
    std::vector<Task<std::vector<Receipt>>> tasks;
    for (std::size_t i = 0; i < kEach; ++i) {
      std::vector<Append> appends;
      appends.push_back({.operation = Operation::create, .id = fmt::format("{}/{}", thread, i), .payload = R"({"a":1})"});
      tasks.push_back(store_->append(std::move(appends)));
    }
    const auto results = loop.block_on(when_all(std::move(tasks)));
    for (const auto& result : *results) {
      if (result) receipts[thread].push_back(result->at(0));
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread) threads.emplace_back(run, thread);
  threads.clear();

  const Documents changes = value(store_->changes(0, SIZE_MAX));
  ASSERT_EQ(changes.size(), kThreads * kEach);
  std::set<std::string> ids;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    ids.insert(changes.id(i));
    EXPECT_EQ(changes.envelope(i).position, i + 1);
    if (i > 0) EXPECT_GE(changes.envelope(i).recorded_at, changes.envelope(i - 1).recorded_at);
  }
  EXPECT_EQ(ids.size(), kThreads * kEach);
  std::set<Position> positions;
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    for (std::size_t i = 0; i < receipts[thread].size(); ++i) {
      const Receipt& receipt = receipts[thread][i];
      EXPECT_EQ(changes.id(receipt.position - 1), fmt::format("{}/{}", thread, i));
      positions.insert(receipt.position);
    }
  }
  EXPECT_EQ(positions.size(), kThreads * kEach);
}

/// Reads the newest version of "counter" and appends the next if nobody was faster. Gives whether it was so.
inline Task<bool> count_up(Store& store) {
  const std::vector<std::string_view> ids = {"counter"};
  CO_TRY(const Documents documents, co_await store.read(ids, {}));
  std::vector<Append> appends;
  appends.push_back({.operation = Operation::replace, .id = "counter", .payload = "{}", .expected_version = documents.envelope(0).version});
  auto receipts = co_await store.append(std::move(appends));
  if (!receipts && receipts.error().code != "document.version") co_return std::unexpected(receipts.error());
  co_return receipts.has_value();
}

TEST_P(StoreSuite, WritersThatRaceNeverOverwriteEachOther) {
  append({{.operation = Operation::create, .id = "counter", .payload = "{}"}});
  std::atomic<std::uint64_t> won = 0;
  std::atomic<std::uint64_t> failed = 0;
  std::latch begin(4);
  const auto run = [&] {
    io::Loop loop;
    begin.arrive_and_wait();
    for (int i = 0; i < 25; ++i) {
      const Result<bool> counted = loop.block_on(count_up(*store_));
      counted ? won += * counted : failed += 1;
    }
  };
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) threads.emplace_back(run);
  threads.clear();
  EXPECT_EQ(failed, 0u);
  EXPECT_GE(won, 25u);  // in every round of all, somebody wins
  EXPECT_EQ(value(store_->history("counter", {}, 0, SIZE_MAX)).size(), 1 + won);
}

TEST_P(StoreSuite, WhatWasAcknowledgedIsVisibleAtOnce) {
  const Filter filter = Filter::compare(FieldPath::parse("a"), Comparison::equal, Operand::argument(0));
  for (int i = 0; i < 30; ++i) {
    const std::string id = std::to_string(i);
    append({{.operation = Operation::create, .id = id, .payload = fmt::format(R"({{"a":{}}})", i)}});
    const std::vector<std::string_view> ids = {id};
    EXPECT_TRUE(value(store_->read(ids, {})).found(0));
    const std::vector<Query> queries = {{.filter = &filter, .arguments = {id}}};
    EXPECT_EQ(value(store_->find(queries, {})).at(0).size(), 1u);
  }
  EXPECT_TRUE(wait(store_->ping()));
}

}  // namespace millrace::document::suite
