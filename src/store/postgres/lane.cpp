#include "store/postgres/lane.hpp"

#include <algorithm>

namespace millrace::store::postgres {
namespace {

using document::Documents;

std::vector<std::shared_ptr<Link>> make_links(io::Loop& loop, const LinkOptions& options, std::size_t count) {
  std::vector<std::shared_ptr<Link>> links;
  for (std::size_t i = 0; i < count; ++i) links.push_back(std::make_shared<Link>(loop, options));
  return links;
}

}  // namespace

Lane::Lane(io::Loop& loop, const Table& table, Options options)
    : table_(table),
      options_(std::move(options)),
      ledger_(std::make_shared<Link>(loop, options_.link)),
      points_(std::make_shared<Points>(loop, table, options_.link, std::max<std::size_t>(1, options_.readers))),
      readers_(make_links(loop, options_.link, std::max<std::size_t>(1, options_.readers))),
      scans_(make_links(loop, options_.link, std::max<std::size_t>(1, options_.scans))),
      free_scans_(scans_) {
  for (const std::shared_ptr<Connector>& connector : options_.replicas) {
    LinkOptions replica = options_.link;
    replica.connector = connector;
    replicas_.push_back({std::make_shared<Link>(loop, std::move(replica))});
  }
}

void Lane::close() {
  ledger_->close();
  points_->close();
  for (const auto* links : {&readers_, &scans_}) {
    for (const auto& link : *links) link->close();
  }
  for (const Replica& replica : replicas_) replica.link->close();
}

Link& Lane::reader() {
  return **std::ranges::min_element(readers_, {}, [](const std::shared_ptr<Link>& link) { return link->pending(); });
}

Task<Documents> Lane::read(std::span<const std::string_view> ids, document::View view) {
  if (view.at != kNewest && !replicas_.empty()) {
    Statement statement = read_at(table_, ids, view.at);
    CO_TRY(const Rows rows, co_await ask(std::move(statement), view.at));
    co_return documents_of(ids, rows, view.bytes_max);
  }
  auto documents = co_await points_->read(ids, view);
  co_return documents;
}

Task<void> Lane::ping() {
  Exchange exchange;
  exchange.add(table_.read_head);
  Link& link = reader();
  Result<> answered = co_await link.run(exchange);
  if (!answered && exchange.message.empty()) answered.error().hint = link.last_error().hint;
  if (!answered && !exchange.message.empty()) answered.error().hint = exchange.message;
  co_return answered;
}

Task<Rows> Lane::ask(Statement statement, Instant at) {
  Replica* const replica = at == kNewest ? nullptr : this->replica();
  if (replica != nullptr) {
    auto there = co_await ask_replica(*replica, statement, at);
    if (there) co_return there;
  }
  if (statement.is_kept) {
    auto soon = co_await points_->ask(std::move(statement));
    co_return soon;
  }
  auto here = co_await run_read(reader(), std::move(statement));
  co_return here;
}

/// The next one in turn; null when all rest.
Lane::Replica* Lane::replica() {
  for (std::size_t i = 0; i < replicas_.size(); ++i) {
    Replica& replica = replicas_[next_replica_++ % replicas_.size()];
    if (std::chrono::steady_clock::now() >= replica.rests_until) return &replica;
  }
  return nullptr;
}

/// Error when the replica cannot answer, or has not gone past the instant: versions of that time may be on their way to it.
Task<Rows> Lane::ask_replica(Replica& replica, const Statement& statement, Instant at) {
  Link& link = *replica.link;
  Exchange exchange;
  exchange.add("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").add("SELECT recorded_at FROM " + table_.head);
  exchange.statements.push_back(statement);
  exchange.add("COMMIT");
  auto answered = co_await link.run(exchange);
  if (!answered) {
    // What it has refused in words, as for a conflict with what it replays, it may answer the next time.
    if (exchange.sql_state.empty()) replica.rests_until = std::chrono::steady_clock::now() + options_.replica_rest;
    link.reset();
    co_return Failure(answered.error());
  }
  if (exchange.rows[1].size() == 0 || exchange.rows[1].integer(0, 0) <= at.microseconds) co_return Failure(unreachable());
  co_return std::move(exchange.rows[2]);
}

Task<Lane::Scan> Lane::scan() {
  if (free_scans_.empty()) {
    if (scan_waits_.size() >= options_.scans_max) {
      co_return Failure(Error{ErrorKind::overloaded, "overloaded.workers", "The service is busy: too many scans wait already."});
    }
    io::Completion<void> turn;
    scan_waits_.push_back(&turn);
    Result<> taken = co_await turn;
    (void)taken;
  }
  std::shared_ptr<Link> link = free_scans_.back();
  free_scans_.pop_back();
  co_return Scan(shared_from_this(), std::move(link));
}

void Lane::release(std::shared_ptr<Link> link) {
  free_scans_.push_back(std::move(link));
  if (scan_waits_.empty()) return;
  io::Completion<void>* next = scan_waits_.front();
  scan_waits_.pop_front();
  next->complete_here({});
}

Lane::Scan::~Scan() {
  if (lane_) lane_->release(std::move(link_));
}

}  // namespace millrace::store::postgres
