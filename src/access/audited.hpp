// Audited: a store that records who reads what of it (specification section 10, docs/decisions/0030-authors.md).
//
// A record is a document of another store: who asked (base/author.hpp), when, how, by which conditions, and the ids of what was given, all
// of them. It is committed before what was read is given: where it cannot be, the read fails with the error of that store, and nothing is
// given. So no read goes unrecorded, whatever crashes; one that was recorded may not have been answered.
//
// What a write reads (View::writes) is not recorded: the version that it becomes names its author. Requests follow one another here as
// they do anywhere: records of reads at one time share a commit, as all writes do.
#pragma once

#include <string>
#include <string_view>

#include "document/store.hpp"

namespace millrace::access {

class Audited final : public document::Store {
 public:
  /// Both stores outlive it. `entity`: its name in records. `as`: what every read counts as; empty: as what it is.
  Audited(document::Store& store, document::Store& records, std::string entity, std::string_view as = {})
      : store_(store), records_(records), entity_(std::move(entity)), as_(as) {}

  Task<document::Documents> read(std::span<const std::string_view> ids, document::View view) override;
  Task<std::vector<document::Documents>> find(std::span<const document::Query> queries, document::View view) override;
  Task<std::vector<std::uint64_t>> count(std::span<const document::Query> queries, document::View view) override;
  Task<document::Documents> history(std::string_view id, document::View view, document::Position before, std::size_t limit) override;
  Task<document::Documents> changes(document::Position after, std::size_t limit, document::View view) override;
  Task<std::shared_ptr<const document::Documents>> seen(const document::Documents& versions, std::size_t begin,
                                                        document::View view) override;

  Task<std::vector<document::Receipt>> append(std::vector<document::Append> appends) override { return store_.append(std::move(appends)); }
  bool commits_with(const document::Ledger& ledger) const override { return store_.commits_with(ledger); }
  Task<std::vector<document::Receipt>> append_with(std::vector<document::Append> appends, document::RecordWrite record) override {
    return store_.append_with(std::move(appends), record);
  }
  Task<void> append_all(document::AppendSource& source) override { return store_.append_all(source); }
  Result<std::string> feed_scope(const Principal* principal) const override { return store_.feed_scope(principal); }
  Result<> may_ask(const document::Query& query, const Principal* principal, Asks asks) const override {
    return store_.may_ask(query, principal, asks);
  }
  document::Sight sight(const Principal* principal) const override { return store_.sight(principal); }
  Task<document::Position> last_position() override { return store_.last_position(); }
  Task<Instant> latest() override { return store_.latest(); }
  document::Ledger& ledger() override { return store_.ledger(); }
  Task<void> ping() override { return store_.ping(); }

 private:
  class Record;
  Record begin(std::string_view operation, const document::View& view) const;
  Task<void> commit(Record& record);

  document::Store& store_;
  document::Store& records_;
  const std::string entity_;
  const std::string_view as_;
};

/// What a record is, as a JSON Schema.
extern const std::string_view kReadSchema;

}  // namespace millrace::access
