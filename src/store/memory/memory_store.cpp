#include "store/memory/memory_store.hpp"

#include <algorithm>
#include <mutex>
#include <ranges>

#include "base/hash.hpp"
#include "document/admission.hpp"
#include "document/ranking.hpp"

namespace millrace::store::memory {
namespace {

using document::Append;
using document::Documents;
using document::Envelope;
using document::Page;
using document::Position;
using document::Query;
using document::Receipt;
using document::View;

struct Version {
  std::string id;
  std::string payload;
  Envelope envelope;
  std::string author;
  Instant superseded_at = kNewest;

  bool visible(Instant at) const {
    if (envelope.deleted) return false;
    return at == kNewest ? superseded_at == kNewest : envelope.recorded_at <= at && at < superseded_at;
  }
};

/// A create under an idempotency key.
struct FirstUse {
  std::string fingerprint;
  std::size_t place = 0;  // of the version that it made
};

class MemoryStore final : public document::Store, private document::Held {
 public:
  explicit MemoryStore(Options options) : options_(std::move(options)) {}

  Task<std::vector<Receipt>> append(std::vector<Append> appends) override { co_return append_now(appends); }

  bool commits_with(const document::Ledger& ledger) const override {
    return dynamic_cast<const document::MemoryLedger*>(&ledger) != nullptr;
  }
  Task<std::vector<Receipt>> append_with(std::vector<Append> appends, document::RecordWrite record) override {
    co_return append_now(appends, &record);
  }

  Task<void> append_all(document::AppendSource& source) override {
    std::vector<Append> appends;
    while (true) {
      CO_TRY(std::vector<Append> batch, source.next());
      if (batch.empty()) break;
      std::ranges::move(batch, std::back_inserter(appends));
    }
    CO_TRY(const std::vector<Receipt> receipts, append_now(appends));
    source.appended(receipts);
    co_return {};
  }

  Task<Documents> read(std::span<const std::string_view> ids, View view) override {
    const observe::Timer timer(options_.measures.read);
    const std::lock_guard lock(mutex_);
    Documents documents;
    for (const std::string_view id : ids) {
      const Version* version = newest(id, view.at);
      if (version == nullptr || version->envelope.deleted) {
        documents.add_missing();
      } else if (add(documents, *version); documents.cut_to(view.bytes_max)) {
        break;
      }
    }
    co_return documents;
  }

  Task<std::vector<Documents>> find(std::span<const Query> queries, View view) override {
    const observe::Timer timer(options_.measures.find);
    const std::lock_guard lock(mutex_);
    std::vector<Documents> found;
    for (const Query& query : queries) {
      CO_TRY_OK(check_language(query));
      CO_TRY(Documents documents, find_one(query, view));
      view.bytes_max -= std::min(view.bytes_max, documents.bytes());
      found.push_back(std::move(documents));
    }
    co_return found;
  }

  Task<std::vector<std::uint64_t>> count(std::span<const Query> queries, View view) override {
    const observe::Timer timer(options_.measures.count);
    const std::lock_guard lock(mutex_);
    std::vector<std::uint64_t> counts;
    for (const Query& query : queries) {
      CO_TRY_OK(check_language(query));
      counts.push_back(static_cast<std::uint64_t>(
          std::ranges::count_if(versions_, [&](const Version& version) { return version.visible(view.at) && holds(query, version); })));
    }
    co_return counts;
  }

  Task<Documents> history(std::string_view id, View view, Position before, std::size_t limit) override {
    const observe::Timer timer(options_.measures.history);
    const std::lock_guard lock(mutex_);
    Documents documents;
    const auto places = places_.find(id);
    if (places == places_.end()) co_return documents;
    for (const std::size_t place : places->second | std::views::reverse) {
      if (documents.size() == limit) break;
      const Envelope& envelope = versions_[place].envelope;
      if (envelope.recorded_at > view.at || (before != 0 && envelope.position >= before)) continue;
      add_authored(documents, versions_[place]);
      if (documents.cut_to(view.bytes_max)) break;
    }
    co_return documents;
  }

  Task<Documents> changes(Position after, std::size_t limit, View view) override {
    const observe::Timer timer(options_.measures.changes);
    const std::lock_guard lock(mutex_);
    Documents documents;
    // Positions are dense from 1, so the version after position p is at place p.
    for (std::size_t place = after; place < versions_.size() && documents.size() < limit; ++place) {
      add_authored(documents, versions_[place]);
      if (documents.cut_to(view.bytes_max)) break;
    }
    co_return documents;
  }

  Task<Position> last_position() override {
    const std::lock_guard lock(mutex_);
    co_return versions_.size();
  }

  Task<Instant> latest() override {
    const std::lock_guard lock(mutex_);
    co_return last_recorded();
  }

  document::Ledger& ledger() override { return ledger_; }

  Task<void> ping() override { co_return Result<>(); }

 private:
  static void add(Documents& documents, const Version& version) { documents.add(version.id, version.payload, version.envelope); }
  static void add_authored(Documents& documents, const Version& version) {
    add(documents, version);
    documents.set_author(version.author);
  }

  Instant last_recorded() const { return versions_.empty() ? Instant{} : versions_.back().envelope.recorded_at; }

  Result<std::vector<Receipt>> append_now(std::vector<Append>& appends, const document::RecordWrite* with = nullptr) {
    const observe::Timer timer(options_.measures.commits);
    const std::lock_guard lock(mutex_);
    if (versions_.size() + appends.size() > options_.versions_max) {
      return Failure(Error{ErrorKind::unavailable, "store.full", "The storage in memory is full."});
    }
    TRY(std::optional<Error> refused, document::refusal(appends, *this));
    if (refused) return Failure(*std::move(refused));
    if (with != nullptr)
      TRY_OK(static_cast<document::MemoryLedger*>(with->ledger)->put_now(with->name, std::string(with->value), with->revision));
    const Instant time = document::commit_time(options_.clock(), last_recorded());
    if (options_.measures.batches != nullptr && !appends.empty()) options_.measures.batches->record(appends.size());
    std::vector<Receipt> receipts;
    for (Append& each : appends) receipts.push_back(append_one(each, time));
    return receipts;
  }

  Result<document::Head> head(const std::string& id) override {
    const Version* version = newest(id, kNewest);
    return version == nullptr ? document::Head{} : document::Head{version->envelope.version, version->envelope.deleted};
  }

  Result<std::optional<document::KeyUse>> key(const std::string& key) override {
    const auto known = keys_.find(key);
    if (known == keys_.end()) return std::nullopt;
    return document::KeyUse{.id = versions_[known->second.place].id, .fingerprint = known->second.fingerprint};
  }

  Receipt append_one(Append& append, Instant time) {
    if (append.idempotency) {
      const auto [known, is_new] =
          keys_.try_emplace(append.idempotency->key, FirstUse{std::move(append.idempotency->fingerprint), versions_.size()});
      if (!is_new) return receipt_again(versions_[known->second.place]);
      keys_of_[append.id].push_back(known->first);
    }
    if (append.operation == document::Operation::remove) let_keys_go(append.id);
    const Instant recorded_at = append.recorded_after(last_recorded(), time);
    std::vector<std::size_t>& places = places_[append.id];
    if (!places.empty()) versions_[places.back()].superseded_at = recorded_at;
    places.push_back(versions_.size());
    const Envelope envelope{.version = places.size(),
                            .position = versions_.size() + 1,
                            .recorded_at = recorded_at,
                            .deleted = append.operation == document::Operation::remove};
    versions_.push_back(
        {.id = std::move(append.id), .payload = std::move(append.payload), .envelope = envelope, .author = std::string(append.author)});
    return {.version = envelope.version, .position = envelope.position, .recorded_at = recorded_at};
  }

  static Receipt receipt_again(const Version& first) {
    const Envelope& envelope = first.envelope;
    return {
        .version = envelope.version, .position = envelope.position, .recorded_at = envelope.recorded_at, .repeated = true, .id = first.id};
  }

  void let_keys_go(const std::string& id) {
    const auto known = keys_of_.find(id);
    if (known == keys_of_.end()) return;
    for (const std::string& key : known->second) keys_.erase(key);
    keys_of_.erase(known);
  }

  /// The newest version at an instant, tombstones included; null when there was none yet.
  const Version* newest(std::string_view id, Instant at) const {
    const auto places = places_.find(id);
    if (places == places_.end()) return nullptr;
    for (const std::size_t place : places->second | std::views::reverse) {
      if (versions_[place].envelope.recorded_at <= at) return &versions_[place];
    }
    return nullptr;
  }

  static Result<> check_language(const Query& query) {
    if (!has_sql(*query.filter)) return {};
    return Failure(Error{ErrorKind::unprocessable, "store.sql", "A storage in memory cannot run SQL templates.",
                         "Write the template in the JSON filter language"});
  }

  Result<Documents> find_one(const Query& query, View view) const {
    TRY(document::Ranking::Bounds bounds, bounds_of(query));
    document::Ranking ranking(query, std::move(bounds));
    for (const Version& version : versions_ | std::views::take(end_of(query)) | std::views::reverse) {
      if (ranking.is_settled()) break;
      if (!version.visible(view.at)) continue;
      Documents one;
      add(one, version);
      if (matches(*query.filter, query.arguments, one.text(0))) ranking.offer(version.envelope.position, one.text(0));
    }
    Documents documents;
    for (const Position position : std::move(ranking).positions()) {
      add(documents, versions_[position - 1]);
      if (documents.cut_to(view.bytes_max)) break;
    }
    return documents;
  }

  /// The place where what can be on the page ends. Where there are keys to order by, positions say nothing.
  std::size_t end_of(const Query& query) const {
    const Position after = query.order.empty() ? query.page.after : 0;
    return after == 0 ? versions_.size() : std::min<std::size_t>(after - 1, versions_.size());
  }

  Result<document::Ranking::Bounds> bounds_of(const Query& query) const {
    document::Ranking::Bounds bounds;
    TRY(bounds.after, rank_at(query, query.page.after));
    TRY(bounds.until, rank_at(query, query.page.until));
    return bounds;
  }

  Result<std::optional<document::Rank>> rank_at(const Query& query, Position position) const {
    if (position == 0) return std::nullopt;
    if (query.order.empty()) return document::Rank{{}, position};
    if (position > versions_.size()) return Failure(document::no_version_at(position));
    Documents one;
    add(one, versions_[position - 1]);
    return document::Rank{document::order_bytes(query.order, one.text(0)), position};
  }

  static bool holds(const Query& query, const Version& version) {
    Documents one;
    add(one, version);
    return matches(*query.filter, query.arguments, one.text(0));
  }

  const Options options_;
  document::MemoryLedger ledger_;
  mutable std::mutex mutex_;
  std::vector<Version> versions_;              // GUARDED_BY(mutex_); the version at position p is at p - 1
  TextMap<std::vector<std::size_t>> places_;   // GUARDED_BY(mutex_); where the versions of an id are, oldest first
  TextMap<FirstUse> keys_;                     // GUARDED_BY(mutex_); idempotency keys of living documents
  TextMap<std::vector<std::string>> keys_of_;  // GUARDED_BY(mutex_); the same by document
};

}  // namespace

std::unique_ptr<document::Store> make_store(Options options) {
  return std::make_unique<MemoryStore>(std::move(options));
}

}  // namespace millrace::store::memory
