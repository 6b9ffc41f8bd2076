// MongoDB clients from a pool, and the few commands that this store speaks. Every call blocks: worker threads alone may make them.
#pragma once

#include <mongoc/mongoc.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/mongo/bson.hpp"

namespace millrace::store::mongo {

using Log = std::function<void(std::string_view)>;

/// The clients of one URI. Any thread. A server that cannot be found is not looked for again at once, so that what waits does not wait for
/// it one after another.
class Pool {
 public:
  struct Limits {
    std::chrono::milliseconds select{3'000};    // finding a server, where the URI does not say
    std::chrono::milliseconds timeout{10'000};  // of one command, likewise
    std::size_t clients = 16;
    std::chrono::milliseconds away{250};  // before it is looked for again
  };
  struct Address {
    std::string uri;
    std::vector<std::pair<std::string, std::string>> options = {};  // that are added to it, by name
  };
  /// Error "store.open" when the URI is none, has an option that is none or that nothing could be kept with, or names no database and
  /// neither does `database`.
  static Result<std::unique_ptr<Pool>> make(const Address& address, std::string database, Limits limits, Log log);

  const std::string& database() const { return database_; }
  const Log& log() const { return log_; }
  bool is_away() const { return std::chrono::steady_clock::now() < away_until_.load(); }

 private:
  friend class Client;
  Pool(mongoc_client_pool_t* pool, std::string database, std::chrono::milliseconds away, Log log)
      : pool_(pool), database_(std::move(database)), away_(away), log_(std::move(log)) {}
  struct Destroy {
    void operator()(mongoc_client_pool_t* pool) const { mongoc_client_pool_destroy(pool); }
  };
  const std::unique_ptr<mongoc_client_pool_t, Destroy> pool_;
  const std::string database_;
  const std::chrono::milliseconds away_;
  const Log log_;
  std::atomic<std::chrono::steady_clock::time_point> away_until_ = {};
  std::mutex mutex_;
  std::string away_reason_;  // GUARDED_BY(mutex_)
};

/// What a bulk write did: how many documents it found to replace, and whether one that it inserts was there already.
struct BulkOutcome {
  std::int64_t matched = 0;
  bool was_there = false;
};

/// A document that takes the place of the one that the selector finds.
struct Replacement {
  Bson selector;
  Bson document;
};

class Client;

/// A find under way, document by document. For one thread; it ends before its client.
class Reading {
 public:
  /// `options` are those of find: sort, limit, projection.
  Reading(Client& client, const std::string& collection, const Bson& filter, const Bson& options);
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  /// The next one, which lives until the next call; null at the end.
  Result<const bson_t*> next();

 private:
  Client& client_;
  mongoc_cursor_t* cursor_ = nullptr;  // none while the server is away
};

/// One client, taken from the pool while it lives.
class Client {
 public:
  explicit Client(Pool& pool) : pool_(pool), client_(mongoc_client_pool_pop(pool.pool_.get())) {}
  ~Client() { mongoc_client_pool_push(pool_.pool_.get(), client_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Calls `visit` with each document found until it gives false.
  Result<> find(const std::string& collection, const Bson& filter, const Bson& options, const std::function<bool(const bson_t&)>& visit);
  /// Inserts all; the ones that are there already stay as they are.
  Result<BulkOutcome> insert(const std::string& collection, const std::vector<Bson>& documents);
  Result<BulkOutcome> replace(const std::string& collection, const std::vector<Replacement>& replacements);
  /// How many documents the update found: 0 or 1.
  Result<std::int64_t> update(const std::string& collection, const Bson& selector, const Bson& change);
  Result<> command(const Bson& command);

  /// After a failure: whether what was sent may have been done all the same.
  bool may_be_done() const { return may_be_done_; }
  /// What the server or the driver said of the last failure, for whoever looks after the service.
  const std::string& reason() const { return reason_; }

 private:
  friend class Reading;
  struct Collection;
  Error failure(const bson_error_t& error);
  Error away();
  Result<> check_server();
  Result<BulkOutcome> execute(mongoc_bulk_operation_t* bulk);
  Pool& pool_;
  mongoc_client_t* const client_;
  std::string reason_;
  bool may_be_done_ = false;
};

}  // namespace millrace::store::mongo
