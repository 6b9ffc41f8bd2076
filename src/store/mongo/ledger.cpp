#include "store/mongo/ledger.hpp"

#include <algorithm>

#include "base/id.hpp"
#include "io/loop.hpp"

namespace millrace::store::mongo {
namespace {

using document::Record;

constexpr const char* kLedger = "millrace_ledger";

/// Where a record is now, and who wrote it.
struct State {
  std::uint64_t revision = 0;
  std::string writer = {};
};

struct Write {
  const std::string& key;
  const std::string& value;
  std::uint64_t revision;
  const std::string& writer;
};

/// What became of a write. Overtaken: it is not known, since others wrote after the one that it could have been. In doubt: its answer was
/// lost.
enum class Fate : std::uint8_t { written, refused, overtaken, in_doubt };

Result<State> look(Client& client, const std::string& key) {
  State state;
  const Bson without_value = Bson().child("projection", Bson().small("value", 0));
  TRY_OK(client.find(kLedger, Bson().text("_id", key), without_value, [&](const bson_t& document) {
    state = {static_cast<std::uint64_t>(integer_at(document, "revision")), std::string(text_at(document, "writer"))};
    return false;
  }));
  return state;
}

/// Whether it was written now.
Result<bool> send(Client& client, const Write& write) {
  const auto before = static_cast<std::int64_t>(write.revision);
  if (write.revision == 0) {
    std::vector<Bson> first;
    first.push_back(Bson().text("_id", write.key).binary("value", write.value).integer("revision", 1).text("writer", write.writer));
    TRY(const BulkOutcome outcome, client.insert(kLedger, first));
    return !outcome.was_there;
  }
  const Bson set = Bson().binary("value", write.value).integer("revision", before + 1).text("writer", write.writer);
  const Bson selector = Bson().text("_id", write.key).integer("revision", before);
  TRY(const std::int64_t matched, client.update(kLedger, selector, Bson().child("$set", set)));
  return matched == 1;
}

/// Once it is answered that the record has not the revision any more, whatever was sent before has come or never will.
Result<Fate> try_write(Client& client, const Write& write) {
  const Result<bool> sent = send(client, write);
  if (!sent && client.may_be_done()) return Fate::in_doubt;
  if (!sent) return Failure(sent.error());
  if (*sent) return Fate::written;
  TRY(const State state, look(client, write.key));
  if (state.revision > write.revision + 1) return Fate::overtaken;
  return state.revision == write.revision + 1 && state.writer == write.writer ? Fate::written : Fate::refused;
}

Error unconfirmed() {
  return {ErrorKind::unavailable, "store.unconfirmed", "The storage went away during the write; whether it was made is unknown."};
}

}  // namespace

/// No two collections have the same keys, since a collection's name ends at the first newline.
std::string MongoLedger::key_of(std::string_view name) const {
  return options_.collection + '\n' + std::string(name);
}

template <class T>
Task<T> MongoLedger::on_worker(std::move_only_function<Result<T>(Client&)> work) {
  std::move_only_function<Result<T>()> job = [this, &work]() -> Result<T> {
    Client client(options_.pool);
    TRY_OK(options_.prepare(client));
    return work(client);
  };
  Result<T> result = co_await options_.workers.run<T>(std::move(job));
  co_return result;
}

Task<Record> MongoLedger::get(std::string_view name) {
  return on_worker<Record>([key = key_of(name)](Client& client) -> Result<Record> {
    Record record;
    TRY_OK(client.find(kLedger, Bson().text("_id", key), Bson(), [&](const bson_t& document) {
      record = {std::string(binary_at(document, "value")), static_cast<std::uint64_t>(integer_at(document, "revision"))};
      return false;
    }));
    return record;
  });
}

Task<std::uint64_t> MongoLedger::put(std::string_view name, std::string value, std::uint64_t revision) {
  CO_TRY_OK(document::check_record(value));
  if (revision >= static_cast<std::uint64_t>(INT64_MAX)) co_return Failure(document::revision_differs());
  const std::string key = key_of(name);
  const std::string writer = make_uuid7();
  const Write write{key, value, revision, writer};
  const auto deadline = std::chrono::steady_clock::now() + options_.resolve;
  for (bool in_doubt = false;;) {
    std::move_only_function<Result<Fate>(Client&)> work = [&write](Client& client) { return try_write(client, write); };
    const Result<Fate> fate = co_await on_worker<Fate>(std::move(work));
    if (!fate && !in_doubt) co_return Failure(fate.error());
    if (fate && *fate == Fate::written) co_return revision + 1;
    if (fate && (*fate == Fate::refused || (*fate == Fate::overtaken && !in_doubt))) co_return Failure(document::revision_differs());
    if ((fate && *fate == Fate::overtaken) || std::chrono::steady_clock::now() > deadline) co_return Failure(unconfirmed());
    // It is sent again: it changes nothing the second time, and then it can be seen what became of it.
    in_doubt = true;
    const Result<> paused = co_await io::pause(std::chrono::milliseconds(50));
    (void)paused;
  }
}

Task<std::vector<std::string>> MongoLedger::names(std::string_view prefix, std::size_t limit) {
  using Names = std::vector<std::string>;
  return on_worker<Names>([first = key_of(prefix), skipped = options_.collection.size() + 1, limit](Client& client) -> Result<Names> {
    const Bson filter = Bson().child("_id", Bson().text("$gte", first)).child("value", Bson().binary("$ne", ""));
    const Bson options = Bson().child("projection", Bson().small("_id", 1)).child("sort", Bson().small("_id", 1));
    Names names;
    if (limit == 0) return names;
    TRY_OK(client.find(kLedger, filter, options, [&](const bson_t& document) {
      const std::string_view key = text_at(document, "_id");
      if (!key.starts_with(first)) return false;
      names.emplace_back(key.substr(skipped));
      return names.size() < limit;
    }));
    return names;
  });
}

}  // namespace millrace::store::mongo
