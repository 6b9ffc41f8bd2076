// A guard against a model: random rules, documents and askers; and what single cases must be.
#include "access/guard.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>

#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"
#include "document/change.hpp"
#include "document/feed.hpp"
#include "document/filter_parser.hpp"
#include "document/incoming.hpp"
#include "io/loop.hpp"
#include "store/memory/memory_store.hpp"

namespace millrace::access {
namespace {

using document::Append;
using document::Documents;
using document::Operation;
using document::View;
using testing::ElementsAre;
using testing::HasSubstr;

using namespace std::chrono_literals;

constexpr std::uint32_t kAll = (1u << kRights) - 1;

Rule rule_of(std::vector<std::string> roles, std::uint32_t rights, std::string_view where = "{}",
             std::optional<std::vector<std::string>> fields = {}) {
  return *with_condition({.roles = std::move(roles), .rights = rights, .fields = std::move(fields)}, where, {});
}
constexpr std::uint32_t bit(Right right) {
  return 1u << static_cast<unsigned>(right);
}

class GuardTest : public testing::Test {
 protected:
  template <class T>
  T value(Task<T> task) {
    Result<T> result = loop_.block_on(std::move(task));
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? *std::move(result) : T{};
  }
  template <class T>
  std::string outcome(Task<T> task) {
    Result<T> result = loop_.block_on(std::move(task));
    return result ? "ok" : std::string(result.error().code);
  }
  void put(std::string id, std::string payload) { value(store_->append({{.id = std::move(id), .payload = std::move(payload)}})); }
  void use(Rules rules) {
    rules_ = with_tokens(std::move(rules));
    guard_.emplace(*store_, rules_, std::nullopt, Grain{0ms});
  }
  std::string text(std::string_view id, View view) {
    const std::string_view ids[] = {id};
    const Documents read = value(guard_->read(ids, view));
    return read.found(0) ? std::string(read.text(0)) : "none";
  }
  std::vector<std::string> list(View view, std::string_view filter = "{}", document::Order order = {}, document::Page page = {}) {
    const auto parsed = document::parse_filter(filter, "");
    const document::Query query{.filter = &*parsed, .page = page, .order = order};
    std::vector<std::string> texts;
    auto found = loop_.block_on(guard_->find({&query, 1}, view));
    if (!found) return {std::string(found.error().code)};
    for (std::size_t i = 0; i < found->front().size(); ++i) texts.emplace_back(found->front().text(i));
    return texts;
  }

  io::Loop loop_;
  std::unique_ptr<document::Store> store_ = store::memory::make_store();
  Rules rules_;
  std::optional<Guard> guard_;
  const Principal ada_{.subject = "ada", .roles = {"r"}, .claims = R"({"team":"a"})"};
  const Principal bob_{.subject = "bob", .claims = R"({"team":"b"})"};
};

// --- The model -------------------------------------------------------------------------------------------------------------------------

struct Seen {
  std::string source;  // empty: none
  std::string owner;
};
using Meets = std::function<bool(const Seen&, const Principal*)>;
struct Template {
  const char* where;
  Meets meets;
};

std::vector<std::string> strings(const Principal* principal, std::string_view claim) {
  if (principal == nullptr) return {};
  const std::string_view found = json::member(principal->claims, json::quoted(claim));
  if (found.starts_with('"')) return {json::decode_string(found)};
  std::vector<std::string> all;
  if (!found.starts_with('[')) return all;
  json::Elements elements(found);
  for (std::string_view one; elements.next(one);) all.push_back(one == "null" ? "" : json::decode_string(one));
  return all;
}
bool is_text(const Principal* principal, std::string_view claim) {
  return principal != nullptr && json::member(principal->claims, json::quoted(claim)).starts_with('"');
}
bool fits_list(const Principal* principal, std::string_view claim) {
  const auto all = strings(principal, claim);
  return principal != nullptr && !json::member(principal->claims, json::quoted(claim)).empty() &&
         json::member(principal->claims, json::quoted(claim)) != "null" && std::ranges::find(all, "") == all.end();
}
bool has(const Principal* principal, std::string_view claim, const std::string& text) {
  const auto all = strings(principal, claim);
  return !text.empty() && std::ranges::find(all, text) != all.end();
}

const std::vector<Template>& templates() {
  static const std::vector<Template> all = {
      {"{}", [](const Seen&, const Principal*) { return true; }},
      {R"({"payload.source":"${claims.team}"})",
       [](const Seen& s, const Principal* p) { return is_text(p, "team") && has(p, "team", s.source); }},
      {R"({"source":{"$ne":"${claims.team}"}})",
       [](const Seen& s, const Principal* p) { return is_text(p, "team") && !has(p, "team", s.source); }},
      {R"({"source":{"$in":"${claims.teams}"}})",
       [](const Seen& s, const Principal* p) { return fits_list(p, "teams") && has(p, "teams", s.source); }},
      {R"({"source":{"$nin":"${claims.teams}"}})",
       [](const Seen& s, const Principal* p) { return fits_list(p, "teams") && !has(p, "teams", s.source); }},
      {R"({"$or":[{"owner":"${sub}"},{"source":"a"}]})",
       [](const Seen& s, const Principal* p) { return p != nullptr && (s.owner == p->subject || s.source == "a"); }},
      {R"({"$nor":[{"source":"${claims.team}"},{"owner":"bob"}]})",
       [](const Seen& s, const Principal* p) { return is_text(p, "team") && !has(p, "team", s.source) && s.owner != "bob"; }},
  };
  return all;
}

struct ModelRule {
  std::vector<std::string> roles;
  std::uint32_t rights;
  std::size_t condition;
};

bool is_for(const ModelRule& rule, const Principal* p) {
  for (const std::string& role : rule.roles) {
    if (role == "*" || (role == "anonymous" && p == nullptr) || (role == "authenticated" && p != nullptr)) return true;
    if (p != nullptr && std::ranges::find(p->roles, role) != p->roles.end()) return true;
  }
  return false;
}

bool may(const std::vector<ModelRule>& rules, Right right, const Principal* p, const Seen& document) {
  for (const ModelRule& rule : rules)
    if ((rule.rights & bit(right)) != 0 && is_for(rule, p)) return templates()[rule.condition].meets(document, p);
  return false;
}

constexpr std::string_view kAuthor = R"({"sub":"ada"})";

class RandomGuardTest : public GuardTest {
 protected:
  std::size_t below(std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most - 1)(random_); }
  Seen document() {
    const char* const sources[] = {"a", "b", "c", ""};
    const char* const owners[] = {"ada", "bob", "eve"};
    return {sources[below(4)], owners[below(3)]};
  }
  static std::string payload(const Seen& document) {
    return document.source.empty() ? fmt::format(R"({{"owner":"{}"}})", document.owner)
                                   : fmt::format(R"({{"source":"{}","owner":"{}"}})", document.source, document.owner);
  }
  std::vector<ModelRule> rules() {
    const std::vector<std::vector<std::string>> roles = {{"*"}, {"anonymous"}, {"authenticated"}, {"r"}, {"q", "r"}, {"nobody"}};
    std::vector<ModelRule> all(below(4));
    for (ModelRule& rule : all) rule = {roles[below(roles.size())], static_cast<std::uint32_t>(below(kAll + 1)), below(templates().size())};
    return all;
  }
  /// An entity with two versions of each document.
  void fill() {
    store_ = store::memory::make_store();
    model_ = rules();
    Rules own;
    for (const ModelRule& rule : model_) own.rules.push_back(rule_of(rule.roles, rule.rights, templates()[rule.condition].where));
    use(std::move(own));
    documents_.assign(8, {});
    for (const auto operation : {Operation::create, Operation::replace})
      for (std::size_t i = 0; i < documents_.size(); ++i) {
        documents_[i].push_back(document());
        value(store_->append(
            {{.operation = operation, .id = fmt::format("d{}", i), .payload = payload(documents_[i].back()), .author = kAuthor}}));
      }
  }

  void check_reads(const Principal* p) {
    const View view{.principal = p};
    std::size_t visible = 0;
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      const std::string id = fmt::format("d{}", i);
      const bool reads = may(model_, Right::read, p, documents_[i].back());
      visible += reads ? 1 : 0;
      ASSERT_EQ(text(id, view) != "none", reads) << id;
      std::size_t versions = 0;
      for (const Seen& version : documents_[i]) versions += may(model_, Right::history, p, version) ? 1 : 0;
      ASSERT_EQ(value(guard_->history(id, view, 0, 100)).size(), versions) << id;
    }
    ASSERT_EQ(list(view).size(), visible);
    const document::Filter everything;
    const document::Query query{.filter = &everything};
    ASSERT_THAT(value(guard_->count({&query, 1}, view)), ElementsAre(visible));
    const Documents changes = value(guard_->changes(0, 100, view));
    ASSERT_EQ(changes.size(), 2 * documents_.size());
    for (std::size_t k = 0; k < changes.size(); ++k) {
      const Seen& version = documents_[k % documents_.size()][k / documents_.size()];
      const bool is_seen = may(model_, Right::feed, p, version);
      ASSERT_EQ(changes.found(k), is_seen) << k;
      ASSERT_EQ(changes.author(k), is_seen && may(model_, Right::history, p, version) ? kAuthor : "") << k;
    }
  }

  bool denies(Right right, const Principal* p) const {
    return std::ranges::none_of(model_, [&](const ModelRule& rule) { return (rule.rights & bit(right)) != 0 && is_for(rule, p); });
  }

  /// Writes change what is there: one of each, checked against the model as it goes.
  void check_writes(std::size_t i, const Principal* p) {
    const std::string id = fmt::format("d{}", i);
    const Seen before = documents_[i].back(), after = document();
    const std::string updated =
        outcome(document::append_one(*guard_, {.operation = Operation::replace, .id = id, .payload = payload(after), .principal = p}));
    const std::string wanted = denies(Right::update, p)                 ? "access.denied"
                               : !may(model_, Right::update, p, before) ? "document.not_found"
                               : !may(model_, Right::update, p, after)  ? "access.denied"
                                                                        : "ok";
    ASSERT_EQ(updated, wanted) << id;
    const bool removes = may(model_, Right::remove, p, updated == "ok" ? after : before);
    const std::string removed = outcome(document::append_one(*guard_, {.operation = Operation::remove, .id = id, .principal = p}));
    ASSERT_EQ(removed, denies(Right::remove, p) ? "access.denied" : removes ? "ok" : "document.not_found");
    const std::string created = outcome(document::append_one(*guard_, {.id = "new" + id, .payload = payload(after), .principal = p}));
    ASSERT_EQ(created, may(model_, Right::create, p, after) ? "ok" : "access.denied") << id;
  }

  std::mt19937 random_{20241};
  std::vector<ModelRule> model_;
  std::vector<std::vector<Seen>> documents_;  // their versions
};

TEST_F(RandomGuardTest, AgreesWithTheModel) {
  const std::vector<Principal> principals = {{.subject = "ada", .roles = {"r"}, .claims = R"({"team":"a","teams":["a","b"]})"},
                                             {.subject = "bob", .roles = {"q"}, .claims = R"({"team":"b","teams":"c"})"},
                                             {.subject = "eve", .claims = R"({"team":null,"teams":[]})"},
                                             {.subject = "dan", .roles = {"q", "r"}, .claims = R"({"team":["a"],"teams":["a",null]})"}};
  for (int round = 0; round < 150 && !HasFatalFailure(); ++round) {
    SCOPED_TRACE(round);
    fill();
    for (const Principal& principal : principals) check_reads(&principal);
    check_reads(nullptr);
    for (std::size_t i = 0; i < documents_.size(); ++i) check_writes(i, below(5) == 4 ? nullptr : &principals[below(4)]);
  }
}

// --- Single cases ----------------------------------------------------------------------------------------------------------------------

TEST_F(GuardTest, WhoForgetsToSayWhoAsksIsNobody) {
  put("1", R"({"n":1})");
  use({.rules = {rule_of({"authenticated"}, kAll)}});
  EXPECT_EQ(text("1", {}), "none");
  EXPECT_EQ(text("1", {.principal = &ada_}), R"({"id":"1","n":1})");
}

TEST_F(GuardTest, HiddenFieldsAreLeftOutOrRenamed) {
  put("1", R"({"name":"x","secret":7})");
  use({.rules = {rule_of({"*"}, kAll, "{}", {{R"("name")", R"("status")"}})}});
  EXPECT_EQ(text("1", {}), R"({"id":"1","name":"x"})");
  EXPECT_EQ(text("1", {.hidden = document::Hidden::renamed}), R"({"id":"1","name":"x","#secret":7,"status":null,"#hidden":true})");
  EXPECT_THAT(list({}), ElementsAre(R"({"id":"1","name":"x"})"));
  EXPECT_THAT(list({}, R"({"secret":7})"), ElementsAre("access.field"));
  EXPECT_THAT(list({}, R"({"$or":[{"name":"x"},{"secret.deep":{"$exists":true}}]})"), ElementsAre("access.field"));
  EXPECT_THAT(list({}, R"({"#secret":7})"), ElementsAre("access.field"));
  EXPECT_THAT(list({}, "{}", {{document::FieldPath::parse("secret")}}), ElementsAre("access.field"));
  EXPECT_THAT(list({}, R"({"name":"x","id":"1"})", {{document::FieldPath::parse("id")}}), ElementsAre(HasSubstr("name")));
}

TEST_F(GuardTest, HiddenFieldsStayWhatTheyWere) {
  put("1", R"({"name":"x","secret":7})");
  use({.rules = {rule_of({"*"}, kAll, "{}", {{R"("name")"}})}});
  const auto change = [this](Append append) { return outcome(document::append_one(*guard_, std::move(append))); };
  EXPECT_EQ(change({.operation = Operation::replace, .id = "1", .payload = R"({"name":"y"})"}), "ok");
  EXPECT_EQ(change({.operation = Operation::replace, .id = "1", .payload = R"({"name":"z","secret":7})"}), "access.field");
  EXPECT_EQ(change({.id = "2", .payload = R"({"secret":8})"}), "access.field");
  const std::string_view ids[] = {"1"};
  EXPECT_EQ(value(store_->read(ids, {})).text(0), R"({"id":"1","name":"y","secret":7})");
  const auto patch = [this](std::string text) {
    return loop_.block_on(
        document::change_newest(*guard_, {.operation = Operation::replace, .id = "1", .payload = {}, .patch = text},
                                [text](const Documents& newest) { return document::patch_version(newest, text, nullptr, 1000); }));
  };
  const auto patched = patch(R"({"name":"q"})");
  ASSERT_TRUE(patched);
  EXPECT_EQ(patched->payload, R"({"name":"q","secret":7})");
  EXPECT_EQ(patched->receipt.seen, R"({"name":"q"})");
  EXPECT_EQ(patch(R"({"secret":null})").error().code, "access.field");
  EXPECT_EQ(patch(R"({"secret":7})").error().code, "access.field");
}

TEST_F(GuardTest, ACursorToWhatIsHiddenIsOneToNowhere) {
  put("1", R"({"n":1,"t":"a"})");
  put("2", R"({"n":2,"t":"b"})");
  put("3", R"({"n":3,"t":"a"})");
  use({.rules = {rule_of({"*"}, kAll, R"({"t":"a"})")}});
  const document::Order order = {{document::FieldPath::parse("n")}};
  EXPECT_THAT(list({}, "{}", order, {.after = 1}), ElementsAre(R"({"id":"3","n":3,"t":"a"})"));
  EXPECT_THAT(list({}, "{}", order, {.after = 2}), ElementsAre("list.cursor"));
  EXPECT_THAT(list({}, "{}", order, {.until = 2}), ElementsAre("list.cursor"));
  EXPECT_THAT(list({}, "{}", order, {.after = 17}), ElementsAre("list.cursor"));
}

TEST_F(GuardTest, WhatIsNotYoursIsNotThere) {
  put("1", R"({"t":"b"})");
  use({.rules = {rule_of({"*"}, kAll, R"({"t":"${claims.team}"})")}});
  for (const auto operation : {Operation::replace, Operation::remove}) {
    for (const std::optional<std::uint64_t> expected : {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(9)}) {
      const auto error = [&](std::string id) {
        std::vector<Append> appends = {{.operation = operation,
                                        .id = id,
                                        .payload = operation == Operation::replace ? R"({"t":"a"})" : "",
                                        .expected_version = expected,
                                        .principal = &ada_}};
        Error error = loop_.block_on(guard_->append(appends)).error();
        return fmt::format("{} {}", error.code, error.message);
      };
      EXPECT_EQ(error("1"), R"(document.not_found There is no document with the id "1".)");
      EXPECT_EQ(error("7"), R"(document.not_found There is no document with the id "7".)");
    }
  }
  EXPECT_EQ(outcome(document::append_one(*guard_, {.operation = Operation::remove, .id = "1", .expected_version = 9, .principal = &bob_})),
            "document.version");
}

TEST_F(GuardTest, AnIdempotencyKeyIsItsSendersOwn) {
  use({.rules = {rule_of({"*"}, kAll)}});
  const auto create = [this](std::string id, std::string fingerprint, const Principal* principal) {
    return loop_.block_on(document::append_one(*guard_, {.id = std::move(id),
                                                         .payload = "{}",
                                                         .idempotency = document::Idempotency{"key", std::move(fingerprint)},
                                                         .principal = principal}));
  };
  EXPECT_FALSE(create("1", "f", &ada_)->repeated);
  EXPECT_FALSE(create("2", "f", &bob_)->repeated);
  EXPECT_FALSE(create("3", "other", nullptr)->repeated);
  EXPECT_EQ(create("4", "f", &ada_)->id, "1");
  EXPECT_EQ(create("5", "other", &ada_).error().code, "idempotency.mismatch");
}

TEST_F(GuardTest, TokensAreKeptAndNeverShown) {
  use({.rules = {rule_of({"*"}, kAll)}, .has_tokens = true});
  EXPECT_EQ(outcome(document::append_one(*guard_, {.id = "1", .payload = R"({"n":1})", .principal = &ada_})), "ok");
  EXPECT_EQ(outcome(document::append_one(*guard_, {.id = "2", .payload = R"({"authorized_tokens":["bob"]})", .principal = &ada_})),
            "access.field");
  EXPECT_EQ(text("1", {.principal = &ada_}), R"({"id":"1","n":1})");
  EXPECT_EQ(text("1", {.principal = &bob_}), "none");
  EXPECT_EQ(text("1", {.principal = &ada_, .hidden = document::Hidden::renamed}), R"({"id":"1","n":1})");
  EXPECT_EQ(
      outcome(document::append_one(*guard_, {.operation = Operation::replace, .id = "1", .payload = R"({"n":2})", .principal = &ada_})),
      "ok");
  EXPECT_EQ(text("1", {.principal = &bob_}), "none");
  const std::string_view ids[] = {"1"};
  EXPECT_EQ(value(store_->read(ids, {})).text(0), R"({"id":"1","n":2,"authorized_tokens":["ada"]})");
  EXPECT_THAT(list({.principal = &ada_}, R"({"authorized_tokens":"ada"})"), ElementsAre("access.field"));
  EXPECT_THAT(value(guard_->history("1", {.principal = &bob_}, 0, 9)).size(), 0);
  EXPECT_THAT(value(guard_->history("1", {.principal = &ada_}, 0, 9)).text(0), R"({"id":"1","n":2})");
}

TEST_F(GuardTest, RemovalsAreSeenByThoseWhoSawWhatWasRemoved) {
  put("1", R"({"t":"a"})");
  put("2", R"({"t":"b"})");
  for (const char* id : {"1", "2"}) value(store_->append({{.operation = Operation::remove, .id = id}}));
  use({.rules = {rule_of({"*"}, kAll, R"({"t":"${claims.team}"})")}});
  const Documents changes = value(guard_->changes(0, 9, {.principal = &ada_}));
  ASSERT_EQ(changes.size(), 4);
  EXPECT_TRUE(changes.found(0) && !changes.found(1) && changes.found(2) && !changes.found(3));
  EXPECT_EQ(changes.envelope(3).position, 4);
  EXPECT_EQ(value(guard_->history("1", {.principal = &ada_}, 0, 9)).size(), 2);
  EXPECT_EQ(value(guard_->history("2", {.principal = &ada_}, 0, 9)).size(), 0);
}

TEST_F(GuardTest, PagesAndBytesCountWhatIsSeenAlone) {
  for (int i = 0; i < 40; ++i)
    put(fmt::format("{}", i), fmt::format(R"({{"t":"{}","pad":"{}"}})", i % 4 == 0 ? "a" : "b", std::string(50, 'x')));
  use({.rules = {rule_of({"*"}, kAll, R"({"t":"a"})")}});
  EXPECT_EQ(list({}, "{}", {}, {.limit = 7}).size(), 7);
  std::vector<std::string> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(fmt::format("{}", i));
  const std::vector<std::string_view> views(ids.begin(), ids.end());
  const Documents all = value(guard_->read(views, {.bytes_max = 1000}));
  EXPECT_FALSE(all.is_cut());
  EXPECT_EQ(all.size(), 40);
  EXPECT_TRUE(value(guard_->read(views, {.bytes_max = 300})).is_cut());
}

TEST_F(GuardTest, AFollowerIsShownWhatItMaySee) {
  document::Feed whole(*store_, {});
  use({.rules = {rule_of({"authenticated"}, kAll, R"({"t":"${claims.team}"})")}});
  document::Feed feed(whole, *guard_);
  for (const char* team : {"a", "b", "a"})
    put(fmt::format("{}", team) + std::to_string(value(store_->last_position())), fmt::format(R"({{"t":"{}"}})", team));
  auto follower = feed.follow(0, {.principal = std::make_shared<const Principal>(ada_)});
  ASSERT_TRUE(follower);
  const document::Changes changes = value(follower->next(std::chrono::milliseconds(100)));
  ASSERT_EQ(changes.size(), 3);
  EXPECT_EQ(changes.until, 3);
  EXPECT_TRUE(changes.documents->found(0) && !changes.documents->found(1) && changes.documents->found(2));
  EXPECT_EQ(feed.follow(0).error().code, "access.denied");
  EXPECT_EQ(*guard_->feed_scope(&ada_), *guard_->feed_scope(&ada_));
  EXPECT_NE(*guard_->feed_scope(&ada_), *guard_->feed_scope(&bob_));
}

TEST_F(GuardTest, AuthorsBelongToTheRightHistory) {
  value(store_->append({{.id = "1", .payload = R"({"n":1})", .author = kAuthor}}));
  value(store_->append({{.operation = Operation::remove, .id = "1", .author = kAuthor}}));
  const auto feed_only = bit(Right::read) | bit(Right::feed) | bit(Right::lifecycle);
  use({.rules = {rule_of({"r"}, kAll, "{}", {{}}), rule_of({"*"}, feed_only)}});
  Guard lifecycle(*store_, rules_, Right::lifecycle, Grain{0ms});
  for (const Principal* who : {&ada_, &bob_}) {
    const View view{.principal = who};
    const Documents fed = value(guard_->changes(0, 10, view));
    const Documents told = value(lifecycle.history("1", view, 0, 10));
    ASSERT_EQ(fed.size(), 2);
    ASSERT_EQ(told.size(), 2);
    for (const std::size_t i : {0, 1}) {
      EXPECT_EQ(fed.author(i), who == &ada_ ? kAuthor : "") << i;
      EXPECT_EQ(told.author(i), fed.author(i)) << i;
    }
  }
  EXPECT_EQ(value(guard_->history("1", {.principal = &ada_}, 0, 10)).author(0), kAuthor);
}

TEST_F(GuardTest, WhatMayLeaveSomethingOutIsGivenAtAGrain) {
  using Clock = std::chrono::steady_clock;
  put("of b", R"({"t":"b"})");
  use({.rules = {rule_of({"*"}, kAll, R"({"t":"${claims.team}"})")}});
  Guard guard(*store_, rules_, std::nullopt, Grain{20ms});
  const View view{.principal = &ada_};
  const document::Filter all = *document::parse_filter("{}", "");
  const document::Query query{.filter = &all};
  for (const std::string_view id : {"of b", "of nobody"}) {
    const Append removal{.operation = Operation::remove, .id = std::string(id), .principal = &ada_};
    const std::pair<const char*, std::function<void()>> asked[] = {
        {"read", [&] { value(guard.read({&id, 1}, view)); }},
        {"history", [&] { value(guard.history(id, view, 0, 10)); }},
        {"append", [&] { EXPECT_EQ(outcome(guard.append({removal})), "document.not_found"); }},
        {"find", [&] { value(guard.find({&query, 1}, view)); }},
        {"count", [&] { value(guard.count({&query, 1}, view)); }},
    };
    for (const auto& [what, ask] : asked) {
      const Clock::time_point begun = Clock::now();
      ask();
      EXPECT_GE(Clock::now() - begun, 20ms) << what << " of " << id;
    }
  }
}

TEST_F(GuardTest, BulkCreatesAreCheckedEach) {
  class Source final : public document::AppendSource {
   public:
    explicit Source(std::vector<Append> appends) : appends_(std::move(appends)) {}
    Result<std::vector<Append>> next() override { return std::exchange(appends_, {}); }
    void appended(std::span<const document::Receipt>) override {}

   private:
    std::vector<Append> appends_;
  };
  use({.rules = {rule_of({"*"}, kAll, R"({"t":"${claims.team}"})")}});
  Source right({{.id = "1", .payload = R"({"t":"a"})", .principal = &ada_}});
  EXPECT_EQ(outcome(guard_->append_all(right)), "ok");
  Source wrong({{.id = "2", .payload = R"({"t":"a"})", .principal = &ada_}, {.id = "3", .payload = R"({"t":"b"})", .principal = &ada_}});
  EXPECT_EQ(outcome(guard_->append_all(wrong)), "access.denied");
  EXPECT_EQ(text("2", {.principal = &ada_}), "none");
}

}  // namespace
}  // namespace millrace::access
