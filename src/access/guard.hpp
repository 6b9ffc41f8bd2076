// Guard: a store as those see it who ask through it (specification section 10, docs/decisions/0028-access.md).
//
// A read is narrowed by the rule that decides for who asks, as part of its query: what they may not see is as if it were not there, for
// pages and counts as well. A write that the rules do not allow is refused: error "access.denied" (forbidden). What may be asked of nobody
// in particular (View::principal is null) is what somebody without credentials may: who forgets to say who asks is shown too little, never
// too much.
//
// Nor does the time of an answer tell of what it leaves out (grain.hpp): lists, counts, and what was asked for by an id and not given.
//
// A removal is seen by those who may see the version that it removed. Authors belong to the right `history`, in feeds and lifecycles too.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "access/grain.hpp"
#include "access/rules.hpp"
#include "document/store.hpp"

namespace millrace::access {

class Guard final : public document::Store {
 public:
  /// The store and the rules, made by with_tokens(), outlive the guard. `as`: the right that every read takes, whatever is read.
  Guard(document::Store& store, const Rules& rules, std::optional<Right> as = {}, Grain grain = {})
      : store_(store), rules_(rules), as_(as), grain_(grain) {}

  /// Who creates or changes what the rule does not let through, or names a member that it does not show: "access.denied". Who may not see
  /// the version before is told that there is none. Members that a rule hides stay what they were. An idempotency key is its sender's own.
  Task<std::vector<document::Receipt>> append(std::vector<document::Append> appends) override;
  bool commits_with(const document::Ledger& ledger) const override { return store_.commits_with(ledger); }
  /// The same. Requires: nothing but creates.
  Task<std::vector<document::Receipt>> append_with(std::vector<document::Append> appends, document::RecordWrite record) override;
  Task<void> append_all(document::AppendSource& source) override;

  Task<document::Documents> read(std::span<const std::string_view> ids, document::View view) override;
  /// Error "access.field" (forbidden) when a filter or an order names what may not be seen, since what is found would tell of it.
  Task<std::vector<document::Documents>> find(std::span<const document::Query> queries, document::View view) override;
  Task<std::vector<std::uint64_t>> count(std::span<const document::Query> queries, document::View view) override;
  Task<document::Documents> history(std::string_view id, document::View view, document::Position before, std::size_t limit) override;
  Task<document::Documents> changes(document::Position after, std::size_t limit, document::View view) override;

  Task<std::shared_ptr<const document::Documents>> seen(const document::Documents& versions, std::size_t begin,
                                                        document::View view) override;
  Result<std::string> feed_scope(const Principal* principal) const override;
  Result<> may_ask(const document::Query& query, const Principal* principal, Asks asks) const override;
  document::Sight sight(const Principal* principal) const override;

  Task<document::Position> last_position() override { return store_.last_position(); }
  Task<Instant> latest() override { return store_.latest(); }
  document::Ledger& ledger() override { return store_.ledger(); }
  Task<void> ping() override { return store_.ping(); }

 private:
  Decision decision_for(Right right, const Principal* principal) const { return decide(rules_, as_.value_or(right), principal); }
  /// Adds the author of the version that was added last for who may see it in a history, whatever else it is shown for.
  Task<void> add_author(document::Documents& out, const document::Documents& in, std::size_t i, const Decision& history);
  /// Whether a version that is in a list at some place may be seen: of a tombstone, what it removed.
  Task<bool> is_seen(const Decision& decision, const document::Documents& versions, std::size_t i);
  Task<document::Documents> read_as(const Decision& decision, std::span<const std::string_view> ids, document::View view);
  Task<std::vector<document::Documents>> find_as(const Decision& decision, std::span<const document::Query> queries, document::View view);
  Task<document::Documents> history_as(const Decision& decision, std::string_view id, document::View view, document::Position before,
                                       std::size_t limit);
  /// Waits until an answer may be given that was asked for then.
  Task<void> settle(std::chrono::steady_clock::time_point asked, const Decision& decision) const;
  Task<std::vector<document::Query>> narrow(std::span<const document::Query> queries, const Decision& decision, class Narrowed& narrowed);
  Task<void> check_place(document::Position& place, const Decision& decision);
  const document::Filter& combined(const document::Query& query, const Rule& rule);

  /// Receipt::seen, once it is written.
  using Seen = std::optional<std::string>;
  Task<Seen> admit(document::Append& append, std::size_t index);
  Task<Seen> admit_change(document::Append& append, std::size_t index);
  Seen seen_payload(const document::Append& append, const std::string& text) const;

  document::Store& store_;
  const Rules& rules_;
  const std::optional<Right> as_;
  const Grain grain_;
  std::mutex mutex_;
  /// Of filters in SQL, which stores know by their address. GUARDED_BY(mutex_)
  std::map<std::pair<const document::Filter*, const Rule*>, std::unique_ptr<const document::Filter>> combined_;
};

}  // namespace millrace::access
