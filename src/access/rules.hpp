// Rules: who may do what with the documents of one entity (specification section 10).
//
//   { roles = [analyst], may = [read, feed], where = { "payload.source": "${claims.team}" }, fields = [id, name, status] }
//
// The first rule that is for who asks and names what they ask for decides; where none does, the answer is no. A rule's condition is a
// Filter whose arguments come from who asks, as values: no claim can change what it asks. When a claim that it uses is not there, or is no
// such value, nothing meets the condition (an argument that is not given is otherwise no condition at all: here it must be the opposite).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/principal.hpp"
#include "base/problem.hpp"
#include "document/filter.hpp"
#include "document/store.hpp"

namespace millrace::access {

enum class Right : std::uint8_t {
  read,       // a document, lists, counts, queries, relations
  feed,       // changes, subscriptions, consumers
  history,    // the versions of a document
  lifecycle,  // what became of a document; of results: being told of
  create,
  update,
  remove,
};
inline constexpr std::size_t kRights = 7;
/// As a config names them: by number; `delete` is the last.
extern const std::string_view kRightNames[kRights];

/// A value that a condition takes from who asks.
struct Bound {
  enum class Source : std::uint8_t { claim, subject, roles, tokens };
  Source source = Source::claim;
  std::string path = {};  // of a claim: "team", "org.unit"
  bool is_list = false;   // below $in or $nin: what is no list is one of one; else a list fits nowhere
};

struct Rule {
  std::vector<std::string> roles = {};  // "*": everybody; `anonymous`: who has no credentials; `authenticated`: all others
  std::uint32_t rights = 0;             // a bit for each
  document::Filter where = {};
  std::vector<Bound> bound = {};                        // by parameter of `where`
  std::optional<std::vector<std::string>> fields = {};  // quoted keys of the payload; nothing: all

  bool may(Right right) const { return (rights >> static_cast<unsigned>(right) & 1u) != 0; }
  bool is_for(const Principal* principal) const;
  /// Whether a member of the payload, by its quoted key, may be seen and written.
  bool shows(std::string_view quoted_key) const;
};

struct Rules {
  std::vector<Rule> rules = {};
  /// Whether documents carry the subject of who created them, and are seen by that one alone (those that carry none: by everybody).
  bool has_tokens = false;
};

/// The member of the payload that holds the subjects. No client sees it, or sets it.
inline constexpr std::string_view kTokensKey = R"("authorized_tokens")";

/// What a config says of one rule's condition: {"payload.source": "${claims.team}"}, canonical JSON. Every problem is reported, at `where`.
Checked<Rule> with_condition(Rule rule, std::string_view json, const Place& where);

/// The rules with what tokens add to each.
Rules with_tokens(Rules rules);

/// What somebody may do at one asking.
struct Decision {
  const Rule* rule = nullptr;       // null: nothing. Of the rules that it was made by
  bool is_met_by_none = false;      // a value of the condition is missing
  std::vector<std::string> values;  // of the condition's parameters: canonical JSON

  bool sees_any() const { return rule != nullptr && !is_met_by_none; }
  /// Whether there may be documents that the condition hides.
  bool is_narrow() const;
  /// Whether the condition and the fields let everything through.
  bool sees_all(bool has_tokens) const;
  bool is_met_by(std::string_view text) const;
};
/// What a write takes, and the answer to who may not.
Right right_of(document::Operation operation);
Error denied(document::Operation operation, const Principal* principal);

Decision decide(const Rules& rules, Right right, const Principal* principal);

/// The value that the condition is to be given; empty: there is none.
std::string value_of(const Bound& bound, const Principal* principal);

}  // namespace millrace::access
