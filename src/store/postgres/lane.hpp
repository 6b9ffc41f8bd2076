// The connections of one loop, and what its requests share: reads of one turn go together into one statement.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "document/store.hpp"
#include "store/postgres/points.hpp"
#include "store/postgres/table.hpp"

namespace millrace::store::postgres {

/// For its loop's thread. close() before the loop ends.
class Lane : public std::enable_shared_from_this<Lane> {
 public:
  struct Options {
    LinkOptions link = {};
    std::vector<std::shared_ptr<Connector>> replicas = {};
    std::chrono::milliseconds replica_rest{30'000};  // how long one is left alone that did not answer
    std::size_t readers = 1;                         // connections for reads that are soon done
    std::size_t scans = 2;                           // connections for reads of many rows; each has one at a time
    std::size_t scans_max = 1'000;                   // reads of many rows that wait for one; more are refused: "overloaded.workers"
  };
  Lane(io::Loop& loop, const Table& table, Options options);
  void close();

  /// The connection for records. What it loses is found out by who sent it (ledger.cpp).
  Link& ledger() { return *ledger_; }
  std::chrono::milliseconds timeout() const { return options_.link.timeout; }

  /// The versions of these ids, in the order asked.
  Task<document::Documents> read(std::span<const std::string_view> ids, document::View view);

  /// The last version, once what was acknowledged before is in it.
  Task<Head> head() { return points_->head(); }

  /// Whether the server answers; the error says why not, for whoever looks after the service.
  Task<void> ping();

  /// Runs a statement that reads, again when the connection is cut meanwhile. With an instant it may run on a replica, which has gone past
  /// it; where that one is behind, away or slow the server itself answers.
  Task<Rows> ask(Statement statement, Instant at = kNewest);

  /// A connection for one reader alone, for as long as it is held.
  class Scan {
   public:
    explicit Scan(std::shared_ptr<Lane> lane, std::shared_ptr<Link> link) : lane_(std::move(lane)), link_(std::move(link)) {}
    Scan(Scan&&) = default;
    Scan& operator=(Scan&&) = default;
    ~Scan();
    Link& link() const { return *link_; }

   private:
    std::shared_ptr<Lane> lane_;
    std::shared_ptr<Link> link_;
  };
  Task<Scan> scan();

 private:
  struct Replica {
    std::shared_ptr<Link> link;
    std::chrono::steady_clock::time_point rests_until = {};
  };
  Link& reader();
  Replica* replica();
  Task<Rows> ask_replica(Replica& replica, const Statement& statement, Instant at);
  void release(std::shared_ptr<Link> link);

  const Table& table_;
  const Options options_;
  const std::shared_ptr<Link> ledger_;
  const std::shared_ptr<Points> points_;
  std::vector<std::shared_ptr<Link>> readers_, scans_;
  std::vector<Replica> replicas_;
  std::vector<std::shared_ptr<Link>> free_scans_;
  std::deque<io::Completion<void>*> scan_waits_;
  std::size_t next_replica_ = 0;
};

}  // namespace millrace::store::postgres
