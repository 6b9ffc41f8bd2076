// The thread that makes a collection's tables, and fills the indexes that are new, as soon as the server can be reached.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "document/index_path.hpp"
#include "io/loop.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_condition.hpp"
#include "store/postgres/table.hpp"

namespace millrace::store::postgres {

class Keeper {
 public:
  struct Options {
    Server server;
    std::vector<document::FieldPath> indexes = {};
    std::vector<const SqlCondition*> conditions = {};  // outlive the keeper
    std::chrono::milliseconds timeout{10'000};
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds retry_max{1'000};
    const Log* log = nullptr;  // outlives the keeper
  };
  /// The table outlives the keeper.
  Keeper(const Table& table, Options options);
  ~Keeper();

  using Paths = std::shared_ptr<const std::vector<document::IndexedPath>>;
  /// The indexes that hold every version. Waits for the tables to be there, while it is not known that they cannot be; else the error says
  /// why not.
  Task<Paths> paths();
  /// What went wrong last, for whoever looks after the service.
  Error error();
  /// Waits, on the calling thread, for the end of the first try; nothing when that takes longer. The error is that of a refusal.
  Result<> first_refusal(std::chrono::milliseconds wait_max);

 private:
  enum class State : std::uint8_t { trying, away, refused, ready };
  void run();
  Result<> prepare(Session& session);
  Result<> make_tables(Session& session);
  Result<bool> check_owner(Session& session);
  Result<> check_layout(Session& session);
  std::vector<document::FieldPath> missing_paths(const Rows& rows) const;
  Result<> add_paths(Session& session);
  Result<> check_conditions(Session& session);
  Result<bool> fill(Session& session);
  Result<> fill_some(Session& session, const std::vector<document::IndexedPath>& paths, std::int64_t after, std::int64_t until);
  Result<> publish(Session& session);
  Result<> run_now(Session& session, Exchange& exchange);
  Error error_for_clients() const;
  void fail(const Error& error);
  bool pause(std::chrono::milliseconds delay);
  void wake_waiting();

  const Table& table_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::trying;                 // GUARDED_BY(mutex_)
  Error error_;                                 // GUARDED_BY(mutex_)
  Paths paths_;                                 // GUARDED_BY(mutex_)
  std::vector<io::Completion<void>*> waiting_;  // GUARDED_BY(mutex_)
  bool stopping_ = false;                       // GUARDED_BY(mutex_)
  std::thread thread_;                          // last: it starts when all else is there
};

}  // namespace millrace::store::postgres
