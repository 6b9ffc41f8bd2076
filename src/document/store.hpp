// Store: where the versions of one entity are kept.
//
// Every call takes many: batching is the interface, not an optimisation. A document is an id and versions of it; a write appends a
// version and nothing is overwritten. Reads give the newest version, or the newest at an instant; a filter meets the version that the
// read would give, never an older one. What was acknowledged is durable and visible to the next read through any store object.
//
// Any thread with an io::Loop may call any store at any time; the awaiting coroutine resumes on its own loop. What a span or view
// points to must live until the call ends.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "base/principal.hpp"
#include "base/task.hpp"
#include "base/trace.hpp"
#include "document/document.hpp"
#include "document/filter.hpp"
#include "document/ledger.hpp"
#include "document/order.hpp"
#include "document/view.hpp"

namespace millrace::document {

/// What an append does when it meets what is there.
enum class Operation : std::uint8_t {
  create,   // the id must be absent or deleted: else error "document.exists" (conflict)
  replace,  // the id must be present: else "document.not_found"
  remove,   // the same; appends a tombstone
};

/// The name that a client gives a create, so that sending it again creates nothing again. It is kept in the same commit as the document,
/// for as long as that document lives: its removal lets the key go.
struct Idempotency {
  std::string key;
  std::string fingerprint;  // of the document as it was sent: idempotency.hpp
};

struct Append {
  Operation operation = Operation::create;
  std::string id;
  std::string payload;                                 // canonical object without a member "id"; empty for remove
  std::optional<std::uint64_t> expected_version = {};  // another newest version: error "document.version" (precondition_failed)
  /// Of a create alone. When a living document was created under the key, nothing is appended, whatever `id` is: the receipt is that
  /// create's. With another fingerprint: error "idempotency.mismatch" (unprocessable).
  std::optional<Idempotency> idempotency = {};
  /// Of a create alone: the id was made for it a moment ago, so that a store need not look whether it is there.
  bool has_new_id = false;
  /// When it was recorded elsewhere: of imports alone. What is before the entity's last version counts as recorded with that one.
  std::optional<Instant> recorded_at = {};
  /// Who writes; what it points to lives until the call ends. Null: nobody who said so.
  const Principal* principal = nullptr;
  /// The same as it is kept with the version, a canonical JSON object (base/author.hpp) that lives until the call ends. Empty: nobody
  /// knows.
  std::string_view author = {};
  /// The span that asks for it, which lives until the call ends. Null: none (traced.hpp).
  const Trace* trace = nullptr;
  /// Of a replace alone: the payload is that of the version `expected_version`, changed by this merge patch.
  std::optional<std::string> patch = {};
  Hidden hidden = Hidden::left_out;  // in Receipt::seen

  /// When it is recorded, after a version of `last`, by a clock that shows `time`.
  Instant recorded_after(Instant last, Instant time) const { return std::max(last, recorded_at.value_or(time)); }
};

/// What the clock of a commit shows: the time, and later than all that was committed before. Hence what can be read as of the last version
/// stays what it is (Store::latest).
inline Instant commit_time(Instant clock, Instant last) {
  return std::max(clock, last + std::chrono::microseconds(1));
}

/// What became of one append.
struct Receipt {
  std::uint64_t version = 0;
  Position position = 0;
  Instant recorded_at;
  bool repeated = false;  // nothing was appended: all here is what the first create under the key was told
  std::string id = {};    // of a repeat: the document that the first one created
  /// Of a replace by a patch: the payload as who wrote it may see it, where that is not all of it.
  std::optional<std::string> seen = {};
};

/// Appends that are too many to be held at once.
class AppendSource {
 public:
  virtual ~AppendSource() = default;
  /// The next ones, in order; empty at the end. It may block for a file: a store calls it on a thread that may, which need not be the
  /// caller's. An error ends the append.
  virtual Result<std::vector<Append>> next() = 0;
  /// The next receipts, in order, which hold should all be committed.
  virtual void appended(std::span<const Receipt> receipts) = 0;
  /// Append::trace of all of them.
  virtual const Trace* trace() const { return nullptr; }
};

/// Which part of a list is wanted.
struct Page {
  std::size_t limit = SIZE_MAX;
  std::size_t offset = 0;
  Position after = 0;     // 0: from the list's start; else only what follows the version at this position, in the order of the list
  Position until = 0;     // 0: to its end; else only what stands before the version at this position
  bool from_end = false;  // limit and offset count from the end; the order of what is given stays
};

/// One question of a batch. What it refers to lives until the call ends. A filter with a part in SQL lives as long as the store is asked
/// with it (it is made at start), so that a store may keep what it prepared for it by its address.
struct Query {
  const Filter* filter = nullptr;
  std::vector<std::string_view> arguments = {};
  Page page = {};
  std::span<const OrderKey> order = {};  // none: newest position first, as what is equal in an order stands
  /// The parameter that brings a key which the service follows, not the client: it may be compared with what who asks may not see.
  std::optional<std::uint32_t> followed = {};
};

class Store {
 public:
  virtual ~Store() = default;

  /// Appends all or nothing, in order; `recorded_at` never goes back along positions. Concurrent calls are committed together. An error
  /// that one element causes names it in `details` by its index ("/3").
  virtual Task<std::vector<Receipt>> append(std::vector<Append> appends) = 0;

  /// Whether versions and a record of that ledger can be written in one commit: both are in one database.
  virtual bool commits_with(const Ledger& ledger) const;
  /// append() and the record's put in one commit: both or neither. Requires: commits_with(*record.ledger). Errors are as of both.
  virtual Task<std::vector<Receipt>> append_with(std::vector<Append> appends, RecordWrite record);

  /// Appends all that the source gives in one commit, however much it is: after a crash all of it is there or nothing. Memory stays bounded
  /// where the storage is not memory itself. Errors are as of append(), with indexes counted over all; and the source's own. The source
  /// lives until the call ends.
  virtual Task<void> append_all(AppendSource& source) = 0;

  /// The versions of these ids, in the order asked; absent or deleted ones are marked as not found.
  virtual Task<Documents> read(std::span<const std::string_view> ids, View view) = 0;

  /// For each query the documents that match, in its order. Error "list.cursor" (invalid_argument) when its order has keys and its page
  /// names a position where there is no version.
  virtual Task<std::vector<Documents>> find(std::span<const Query> queries, View view) = 0;

  /// For each query how many documents match, whatever its page.
  virtual Task<std::vector<std::uint64_t>> count(std::span<const Query> queries, View view) = 0;

  /// The versions of a document until `view.at` and below a position (0: from the newest), tombstones included, newest first: at most
  /// `limit`, with their authors. Empty when there is none.
  virtual Task<Documents> history(std::string_view id, View view, Position before, std::size_t limit) = 0;

  /// Versions after a position with their authors, in order, tombstones included: at most `limit`, and no more text than `view.bytes_max`,
  /// whatever `view.at`.
  /// Those that who asks may not see are marked as not found, and have a position and an instant alone.
  virtual Task<Documents> changes(Position after, std::size_t limit, View view = {}) = 0;

  /// What changes() gave to nobody in particular, as who asks may see it. Those before `begin` are not looked at. Null: all of it.
  virtual Task<std::shared_ptr<const Documents>> seen(const Documents& versions, std::size_t begin, View view);
  /// Whether who asks may follow the versions at all: a text that is the same for those who see the same of them. Error "access.denied".
  virtual Result<std::string> feed_scope(const Principal* principal) const;
  /// Whether who asks may compare what the query compares. Error "access.field". What find() and count() ask themselves.
  enum class Asks : std::uint8_t { reads, follows };
  virtual Result<> may_ask(const Query& query, const Principal* principal, Asks asks) const;
  /// How much reads may give.
  virtual Sight sight(const Principal* principal) const;

  /// The last position that changes() can give now; 0: there is none.
  virtual Task<Position> last_position() = 0;

  /// When the last version that can be read now was recorded; Instant{} before the first. What is committed later is recorded later (but
  /// for imports, which may share its instant): a read at this instant gives at any time what one of the newest gives now.
  virtual Task<Instant> latest() = 0;

  /// The records that are kept beside the versions. It lives as long as the store.
  virtual Ledger& ledger() = 0;

  /// Whether the storage can be reached now; the error's hint says why not, to nobody but whoever looks after the service.
  virtual Task<void> ping() = 0;
};

}  // namespace millrace::document
