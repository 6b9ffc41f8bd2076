#include "store/postgres/lane.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace millrace::store::postgres {
namespace {

using document::Documents;

/// Times that a read is sent again because its connection was cut.
constexpr int kReadAttemptsMax = 3;

std::vector<std::shared_ptr<Link>> make_links(io::Loop& loop, const LinkOptions& options, std::size_t count) {
  std::vector<std::shared_ptr<Link>> links;
  for (std::size_t i = 0; i < count; ++i) links.push_back(std::make_shared<Link>(loop, options));
  return links;
}

}  // namespace

struct Lane::IdRead {
  std::span<const std::string_view> ids;
  document::View view;
  io::Completion<Documents> completion = {};
};

Lane::Lane(io::Loop& loop, const Table& table, const std::function<Instant()>& clock, Options options)
    : loop_(loop),
      table_(table),
      options_(std::move(options)),
      writer_(std::make_shared<Writer>(table, clock, std::make_shared<Link>(loop, options_.link), options_.writer)),
      ledger_(std::make_shared<Link>(loop, options_.link)),
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
  writer_->link().close();
  ledger_->close();
  for (const auto* links : {&readers_, &scans_}) {
    for (const auto& link : *links) link->close();
  }
  for (const Replica& replica : replicas_) replica.link->close();
}

Link& Lane::reader() {
  return **std::ranges::min_element(readers_, {}, [](const std::shared_ptr<Link>& link) { return link->pending(); });
}

Task<Documents> Lane::read(std::span<const std::string_view> ids, document::View view) {
  IdRead read{.ids = ids, .view = view};
  reads_.push_back(&read);
  if (reads_.size() == 1) {
    loop_.post([self = weak_from_this()] {
      if (const auto lane = self.lock()) lane->flush();
    });
  }
  Result<Documents> documents = co_await read.completion;
  co_return documents;
}

/// One statement for each instant; nearly always there is one instant, the newest.
void Lane::flush() {
  std::vector<IdRead*> reads = std::exchange(reads_, {});
  while (!reads.empty()) {
    const Instant at = reads.front()->view.at;
    std::vector<IdRead*> together;
    std::ranges::copy_if(reads, std::back_inserter(together), [at](const IdRead* read) { return read->view.at == at; });
    std::erase_if(reads, [at](const IdRead* read) { return read->view.at == at; });
    start(read_together(shared_from_this(), std::move(together)), [](const Result<>&) {});
  }
}

Task<void> Lane::read_together(std::shared_ptr<Lane> lane, std::vector<IdRead*> reads) {
  const Instant at = reads.front()->view.at;
  TextMap<int> places;
  std::vector<std::string> stored;
  for (const IdRead* read : reads) {
    for (const std::string_view id : read->ids) {
      if (places.try_emplace(std::string(id), -1).second) stored.push_back(stored_text(id));
    }
  }
  const std::vector<std::string_view> ids(stored.begin(), stored.end());
  Statement statement{.sql = at == kNewest ? lane->table_.read_newest : lane->table_.read_at, .parameters = {}};
  statement.parameters.texts(ids);
  if (at != kNewest) statement.parameters.integer(at.microseconds);
  Result<Rows> rows = co_await lane->ask(statement, at);
  for (int row = 0; rows && row < rows->size(); ++row) places[Row(*rows, row).id()] = row;
  for (IdRead* read : reads) {
    Documents documents;
    for (const std::string_view id : rows ? read->ids : std::span<const std::string_view>()) {
      const int row = places.find(id)->second;
      const bool found = row >= 0 && !rows->boolean(row, kDeleted);
      found ? add_row(documents, Row(*rows, row)) : documents.add_missing();
      if (found && documents.cut_to(read->view.bytes_max)) break;
    }
    read->completion.complete(rows ? Result<Documents>(std::move(documents)) : Failure(rows.error()));
  }
  co_return {};
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

Task<Rows> Lane::ask(const Statement& statement, Instant at) {
  Replica* const replica = at == kNewest ? nullptr : this->replica();
  if (replica != nullptr) {
    auto there = co_await ask_replica(*replica, statement, at);
    if (there) co_return there;
  }
  auto here = co_await ask_primary(statement);
  co_return here;
}

Task<Rows> Lane::ask_primary(const Statement& statement) {
  for (int attempt = 1;; ++attempt) {
    Exchange exchange;
    exchange.statements.push_back(statement);
    auto answered = co_await reader().run(exchange);
    if (answered) co_return std::move(exchange.rows.front());
    if (!exchange.is_lost || attempt == kReadAttemptsMax || answered.error().code == "store.timeout") co_return Failure(answered.error());
    auto paused = co_await io::pause(std::chrono::milliseconds(100));
    (void)paused;
  }
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
