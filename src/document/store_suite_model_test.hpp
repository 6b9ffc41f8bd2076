// What the store suite compares a store with: a plain list of versions, and random documents, appends and filters to ask both.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/json/canonical.hpp"
#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "document/document.hpp"
#include "document/filter.hpp"
#include "document/store.hpp"

namespace millrace::document::suite {

struct ModelVersion {
  std::string id;
  std::string payload;
  Envelope envelope;
  std::string author = {};
};

/// What becomes of an append: the version that its receipt tells of, by its place among all.
struct Outcome {
  std::size_t version = 0;
  bool repeated = false;
  std::optional<Instant> recorded_at = {};  // elsewhere
};

/// Every version in order. The simplest thing that could be right.
struct Model {
  /// A create under an idempotency key.
  struct FirstUse {
    std::size_t version = 0;
    std::string fingerprint;
  };
  std::vector<ModelVersion> versions;
  std::map<std::string, FirstUse> keys;

  /// The newest version of an id at an instant, tombstones included.
  const ModelVersion* newest(std::string_view id, Instant at) const {
    const ModelVersion* newest = nullptr;
    for (const ModelVersion& version : versions) {
      if (version.id == id && version.envelope.recorded_at <= at) newest = &version;
    }
    return newest;
  }

  /// What a read shows at an instant, newest position first.
  std::vector<const ModelVersion*> visible(Instant at) const {
    std::map<std::string_view, const ModelVersion*> by_id;
    for (const ModelVersion& version : versions) {
      if (version.envelope.recorded_at <= at) by_id[version.id] = &version;
    }
    std::vector<const ModelVersion*> shown;
    for (const auto& [id, version] : by_id) {
      if (!version->envelope.deleted) shown.push_back(version);
    }
    std::ranges::sort(shown, std::greater(), [](const ModelVersion* version) { return version->envelope.position; });
    return shown;
  }

  /// What becomes of the appends: "" and they are there (recorded_at still to be set) with their outcomes, or "CODE at /I" and nothing has
  /// changed.
  std::string append(const std::vector<Append>& appends, std::vector<Outcome>& outcomes) {
    const std::size_t before = versions.size();
    const auto keys_before = keys;
    for (std::size_t i = 0; i < appends.size(); ++i) {
      const ModelVersion* head = newest(appends[i].id, kNewest);
      const FirstUse* first = first_use(appends[i]);
      const std::string code = first != nullptr ? refusal(appends[i], *first) : refusal(appends[i], head);
      if (!code.empty()) {
        versions.resize(before);
        keys = keys_before;
        return code + " at /" + std::to_string(i);
      }
      outcomes.push_back({.version = first != nullptr ? first->version : versions.size(),
                          .repeated = first != nullptr,
                          .recorded_at = appends[i].recorded_at});
      if (first != nullptr) continue;
      note_keys(appends[i]);
      const Envelope envelope{.version = head == nullptr ? 1 : head->envelope.version + 1,
                              .position = versions.size() + 1,
                              .recorded_at = {},
                              .deleted = appends[i].operation == Operation::remove};
      versions.push_back({appends[i].id, appends[i].payload, envelope, std::string(appends[i].author)});
    }
    return "";
  }

 private:
  const FirstUse* first_use(const Append& append) const {
    if (!append.idempotency) return nullptr;
    const auto known = keys.find(append.idempotency->key);
    return known == keys.end() ? nullptr : &known->second;
  }

  /// A create takes its key, a removal lets those of its document go.
  void note_keys(const Append& append) {
    if (append.idempotency) keys[append.idempotency->key] = {.version = versions.size(), .fingerprint = append.idempotency->fingerprint};
    if (append.operation != Operation::remove) return;
    std::erase_if(keys, [&](const auto& entry) { return versions[entry.second.version].id == append.id; });
  }

  static std::string refusal(const Append& append, const FirstUse& first) {
    return append.idempotency->fingerprint == first.fingerprint ? "" : "idempotency.mismatch";
  }

  static std::string refusal(const Append& append, const ModelVersion* head) {
    const bool present = head != nullptr && !head->envelope.deleted;
    if (append.operation == Operation::create && present) return "document.exists";
    if (append.operation != Operation::create && !present) return "document.not_found";
    const std::uint64_t version = head == nullptr ? 0 : head->envelope.version;
    if (append.expected_version && *append.expected_version != version) return "document.version";
    return "";
  }
};

/// The order of values in lists, written a second time and as plainly as it can be said.
class ValueOrder {
 public:
  static int compare(std::string_view a, std::string_view b) {
    const int kinds = rank(a) - rank(b);
    if (kinds != 0 || rank(a) == 0) return kinds;
    switch (json::kind_of(a)) {
      case json::Kind::number: return sign(json::compare_numbers(a, b));
      case json::Kind::string: return json::decode_string(a).compare(json::decode_string(b));
      case json::Kind::boolean: return (a == "true") - (b == "true");
      case json::Kind::array: return compare_lists(parts<json::Elements>(a), parts<json::Elements>(b));
      case json::Kind::object: return compare_lists(members(a), members(b));
      case json::Kind::null: break;
    }
    return 0;
  }

  /// A document's value at a path through objects; empty when there is none.
  static std::string_view value_at(const FieldPath& path, std::string_view text) {
    if (path.root == FieldPath::Root::id) return json::member(text, R"("id")");
    for (const std::string& key : path.keys) text = text.empty() ? text : json::member(text, key);
    return text;
  }

 private:
  /// A member's value stands twice: its kind counts before its name.
  struct Part {
    int kind = 0;
    std::string name = {};
    std::string_view value = {};
  };

  static int rank(std::string_view value) {
    if (value.empty()) return 0;
    switch (json::kind_of(value)) {
      case json::Kind::null: return 0;
      case json::Kind::number: return 1;
      case json::Kind::string: return 2;
      case json::Kind::object: return 3;
      case json::Kind::array: return 4;
      case json::Kind::boolean: return 5;
    }
    return 6;
  }
  static int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0; }

  template <class Walk>
  static std::vector<Part> parts(std::string_view text) {
    std::vector<Part> all;
    Walk walk(text);
    for (std::string_view value; walk.next(value);) all.push_back({.value = value});
    return all;
  }
  static std::vector<Part> members(std::string_view text) {
    std::vector<Part> all;
    json::Members walk(text);
    for (std::string_view key, value; walk.next(key, value);) all.push_back({rank(value), json::decode_string(key), value});
    return all;
  }
  static int compare_lists(const std::vector<Part>& a, const std::vector<Part>& b) {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
      if (a[i].kind != b[i].kind) return a[i].kind - b[i].kind;
      if (a[i].name != b[i].name) return a[i].name.compare(b[i].name);
      if (const int values = compare(a[i].value, b[i].value); values != 0) return values;
    }
    return static_cast<int>(a.size()) - static_cast<int>(b.size());
  }
};

/// Random documents over few keys and values, so that filters meet them; among the values are those that stores get wrong.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(std::size_t percent) { return below(100) < percent; }

  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }

  std::string id() {
    static const std::vector<std::string> kIds = {"1",
                                                  "2",
                                                  "a",
                                                  "A",
                                                  "it's",
                                                  "\"quoted\"",
                                                  "`tick`",
                                                  "x;--",
                                                  "naïve",
                                                  "日本",
                                                  "\n",
                                                  "a b",
                                                  "a\\u0000b",
                                                  "%_",
                                                  std::string("nul\0nul", 7),
                                                  std::string("nul\0", 4),
                                                  "nul",
                                                  "💧"};
    return one_of(kIds);
  }

  std::string scalar() {
    static const std::vector<std::string> kScalars = {"null",
                                                      "true",
                                                      "false",
                                                      "0",
                                                      "-0",
                                                      "1",
                                                      "1.0",
                                                      "1e0",
                                                      "10",
                                                      "2",
                                                      "2.5",
                                                      "-3",
                                                      "45.20",
                                                      "12345678901234567890",
                                                      "12345678901234567891",
                                                      "1e400",
                                                      "-1e400",
                                                      "1e-400",
                                                      R"("")",
                                                      R"("a")",
                                                      R"("A")",
                                                      R"("ab")",
                                                      R"("abc")",
                                                      R"("1")",
                                                      R"("é")",
                                                      R"("zebra")",
                                                      R"("𝄞")",
                                                      R"("a\u0000b")",
                                                      R"("a\u0000")",
                                                      R"("it's \"it\" & <that>`")",
                                                      R"("\n")",
                                                      R"("true")",
                                                      R"("%")",
                                                      R"("\\")",
                                                      long_text("x"),
                                                      long_text("y"),
                                                      long_text("")};
    return one_of(kScalars);
  }

  std::string value(std::size_t depth) {
    const std::size_t kind = below(10);
    if (depth == 0 || kind < 6) return scalar();
    if (kind < 8) return array(depth - 1);
    return object(depth - 1);
  }

  std::string array(std::size_t depth) {
    std::string text = "[";
    for (std::size_t left = below(4); left > 0; --left) text += (text.size() > 1 ? "," : "") + value(depth);
    return text + "]";
  }

  std::string object(std::size_t depth) {
    std::string text = "{";
    for (const char* key : {R"("a")", R"("b")", R"("0")", R"("it's")"}) {
      if (chance(45)) text += (text.size() > 1 ? "," : "") + std::string(key) + ":" + value(depth);
    }
    return text + "}";
  }

  std::string payload() { return object(3); }

  Append append() {
    Append append{
        .operation = one_of<Operation>({Operation::create, Operation::create, Operation::replace, Operation::replace, Operation::remove}),
        .id = id(),
        .payload = {}};
    if (append.operation != Operation::remove) append.payload = payload();
    if (chance(10)) append.expected_version = below(4);
    append.author = author();
    name_sometimes(append);
    return append;
  }

  /// It lives for ever.
  std::string_view author() {
    static const std::vector<std::string> kAuthors = {"", R"({"sub":"it's \"me\", 日本","address":"::1"})", R"({"trace":"00aa"})"};
    return one_of(kAuthors);
  }

  /// Gives some creates an idempotency key, one of few.
  void name_sometimes(Append& append) {
    append.idempotency.reset();
    if (append.operation != Operation::create || chance(60)) return;
    append.idempotency = Idempotency{.key = one_of<std::string>({"k", "K", "it's \"a\" key", "\u00e9"}),
                                     .fingerprint = one_of<std::string>({std::string("a\0b\xff", 4), std::string("a\0b\xff", 4), "other"})};
  }

  /// Mostly one key or two, some of them over values of every kind.
  Order order() {
    static const std::vector<std::string> kPaths = {"id", "a", "a", "a.b", "b", "it's", "a.0", "nowhere"};
    Order order;
    for (std::size_t left = 1 + below(3); left > 0; --left) order.push_back({FieldPath::parse(one_of(kPaths)), chance(50)});
    return order;
  }

  /// Documents (their text) among whose values filters look for operands.
  void show(std::vector<std::string> documents) { shown_ = std::move(documents); }

  /// A filter over the paths that documents have; `arguments` gets what its parameters stand for, some of them not given.
  Filter filter(std::vector<std::string>& arguments, std::size_t depth = 2) {
    if (depth == 0 || chance(50)) return comparison(arguments);
    Filter filter{.kind = one_of<Filter::Kind>({Filter::Kind::all, Filter::Kind::all, Filter::Kind::any, Filter::Kind::none})};
    for (std::size_t left = below(4); left > 0; --left) filter.children.push_back(this->filter(arguments, depth - 1));
    return filter;
  }

 private:
  static std::string long_text(std::string_view tail) { return '"' + std::string(kKeyTextMax, 'l') + std::string(tail) + '"'; }

  Filter comparison(std::vector<std::string>& arguments) {
    static const std::vector<std::string> kPaths = {"id",  "a",     "a",   "a",    "b", "b",       "a.b",      "a.a",
                                                    "a.0", "a.0.b", "b.1", "it's", "0", "nowhere", "nowhere.b"};
    static const std::vector<Comparison> kComparisons = {Comparison::equal,   Comparison::equal,
                                                         Comparison::equal,   Comparison::not_equal,
                                                         Comparison::less,    Comparison::less_or_equal,
                                                         Comparison::greater, Comparison::greater_or_equal,
                                                         Comparison::in,      Comparison::in,
                                                         Comparison::not_in,  Comparison::prefix,
                                                         Comparison::regex,   Comparison::exists};
    const FieldPath path = FieldPath::parse(one_of(kPaths));
    const Comparison comparison = one_of(kComparisons);
    std::string operand = this->operand(path, comparison);
    if (comparison == Comparison::regex || chance(60)) return Filter::compare(path, comparison, Operand::value(std::move(operand)));
    arguments.push_back(chance(10) ? "" : std::move(operand));
    return Filter::compare(path, comparison, Operand::argument(static_cast<std::uint32_t>(arguments.size() - 1)));
  }

  std::string operand(const FieldPath& path, Comparison comparison) {
    switch (comparison) {
      case Comparison::in:
      case Comparison::not_in: {
        std::string list = "[";
        for (std::size_t left = below(4); left > 0; --left) list += (list.size() > 1 ? "," : "") + likely_value(path);
        return list + "]";
      }
      case Comparison::prefix:
        return one_of<std::string>({R"("")", R"("a")", R"("ab")", R"("a\u0000")", R"("it's")", R"("é")", long_text("x"), "1"});
      case Comparison::regex: return one_of<std::string>({R"("a")", R"("^a.?b")", R"("(?i)ZEB")", R"("\\d")", R"("x$")"});
      case Comparison::exists: return one_of<std::string>({"true", "false"});
      default: return likely_value(path);
    }
  }

  /// A value that some shown document has at the path, or any.
  std::string likely_value(const FieldPath& path) {
    std::vector<std::string> values;
    if (!shown_.empty() && chance(60)) {
      visit_values(path, one_of(shown_), [&values](std::string_view value) { values.emplace_back(value); });
    }
    if (!values.empty()) return one_of(values);
    if (path.root == FieldPath::Root::id) return json::quoted(id());
    return chance(90) ? scalar() : value(2);
  }

  std::mt19937_64 random_;
  std::vector<std::string> shown_;
};

}  // namespace millrace::document::suite
