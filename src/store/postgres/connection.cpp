#include "store/postgres/connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include "store/postgres/failure.hpp"

namespace millrace::store::postgres {
namespace {

/// The server's words on one line.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) line += c == '\n' || c == '\t' ? ' ' : c;
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace

Connection::Connection(const Server& server, const Log* log, std::size_t first_host)
    : log_(log), handle_(start_connecting(server, first_host)) {
  if (handle_ == nullptr || PQstatus(handle_) == CONNECTION_BAD) {
    is_understood(server) ? lose("no connection") : lose("no connection", "the URI is none that libpq understands");
    return;
  }
  // Notices would be printed by libpq itself.
  PQsetNoticeProcessor(handle_, [](void*, const char*) {}, nullptr);
}

Connection::~Connection() {
  PQfinish(handle_);
}

int Connection::descriptor() const {
  return handle_ == nullptr ? -1 : PQsocket(handle_);
}

bool Connection::wants_read() const {
  return state_ == State::open || (state_ == State::connecting && !polls_for_write_);
}

bool Connection::wants_write() const {
  return state_ == State::connecting ? polls_for_write_ : state_ == State::open && has_unsent_;
}

void Connection::connect_further() {
  const PostgresPollingStatusType status = PQconnectPoll(handle_);
  polls_for_write_ = status == PGRES_POLLING_WRITING;
  if (status == PGRES_POLLING_FAILED) return lose("no connection");
  if (status != PGRES_POLLING_OK) return;
  if (PQsetnonblocking(handle_, 1) != 0 || PQenterPipelineMode(handle_) != 1) return lose("no pipeline");
  state_ = State::open;
}

int Connection::process() const {
  return PQbackendPID(handle_);
}

/// The name that a kept statement has; null when it could not be given one.
const std::string* Connection::name_of(Exchange& exchange, const Statement& statement) {
  if (const auto known = names_.find(statement.sql); known != names_.end()) return &known->second;
  const std::string& name = names_.emplace(statement.sql, fmt::format("m{}", ++named_)).first->second;
  const std::vector<unsigned>& types = statement.parameters.types_;
  exchange.prepares = true;
  return PQsendPrepare(handle_, name.c_str(), statement.sql.c_str(), static_cast<int>(types.size()), types.data()) == 1 ? &name : nullptr;
}

bool Connection::send_statement(Exchange& exchange, const Statement& statement) {
  const Parameters& parameters = statement.parameters;
  std::vector<const char*> values(parameters.size());
  std::vector<int> lengths(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    values[i] = parameters.is_null_[i] ? nullptr : parameters.values_[i].c_str();
    lengths[i] = static_cast<int>(parameters.values_[i].size());
  }
  if (keeps_plans_ && statement.is_kept) {
    const std::string* const name = name_of(exchange, statement);
    return name != nullptr && PQsendQueryPrepared(handle_, name->c_str(), static_cast<int>(parameters.size()), values.data(),
                                                  lengths.data(), parameters.formats_.data(), 1) == 1;
  }
  return PQsendQueryParams(handle_, statement.sql.c_str(), static_cast<int>(parameters.size()), parameters.types_.data(), values.data(),
                           lengths.data(), parameters.formats_.data(), 1) == 1;
}

void Connection::send(Exchange& exchange) {
  exchange.sent_at = std::chrono::steady_clock::now();
  sent_.push_back(&exchange);
  bool sent = true;
  for (const Statement& statement : exchange.statements) sent = sent && send_statement(exchange, statement);
  sent = sent && PQpipelineSync(handle_) == 1;
  const int left = sent ? PQflush(handle_) : -1;
  has_unsent_ = left == 1;
  // A connection that failed here is found broken by the next advance(), which calls `done` from a place that expects it.
  if (left < 0) has_unsent_ = true;
}

void Connection::advance() {
  if (state_ == State::connecting) return connect_further();
  if (state_ == State::broken) return;
  if (PQconsumeInput(handle_) == 0) return lose("the connection was cut");
  take_results();
  if (state_ != State::open) return;
  const int left = PQflush(handle_);
  if (left < 0) return lose("the connection was cut");
  has_unsent_ = left == 1;
}

void Connection::take_results() {
  while (state_ == State::open && PQisBusy(handle_) == 0) {
    pg_result* result = PQgetResult(handle_);
    // Null ends a statement's results; two in a row: there is nothing more.
    if (result == nullptr) result = PQisBusy(handle_) == 0 ? PQgetResult(handle_) : nullptr;
    if (result == nullptr) break;
    take(result);
  }
  if (PQstatus(handle_) == CONNECTION_BAD) lose("the connection was cut");
}

void Connection::take(pg_result* result) {
  if (sent_.empty()) return PQclear(result);
  Exchange& exchange = *sent_.front();
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
      // That a statement was named has no command.
      if (*PQcmdStatus(result) == '\0') break;
      [[fallthrough]];
    case PGRES_TUPLES_OK: exchange.rows.emplace_back(result); return;
    case PGRES_PIPELINE_SYNC:
      sent_.pop_front();
      PQclear(result);
      // What came after a failure was not named.
      if (exchange.prepares && !exchange.outcome) names_.clear();
      return end_exchange(exchange);
    case PGRES_PIPELINE_ABORTED: break;  // a statement before it failed, and has said why
    default: refuse(exchange, result);
  }
  PQclear(result);
}

void Connection::refuse(Exchange& exchange, pg_result* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  // Without a state it is libpq that speaks: the connection is gone, and lose() will say so.
  if (state == nullptr || !exchange.outcome) return;
  exchange.sql_state = state;
  exchange.message = primary == nullptr ? "" : primary;
  const char* function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
  exchange.outcome = Failure(failure_of(exchange.sql_state, function == nullptr ? "" : function));
  if (*log_) (*log_)(fmt::format("postgres: {} ({})", one_line(exchange.message), exchange.sql_state));
}

void Connection::end_exchange(Exchange& exchange) {
  // The exchange may end with the call.
  auto done = std::move(exchange.done);
  done();
}

void Connection::lose(std::string_view what) {
  lose(what, handle_ == nullptr ? "" : one_line(PQerrorMessage(handle_)));
}

void Connection::lose(std::string_view what, const std::string& reason) {
  if (*log_) (*log_)(fmt::format("postgres: {}: {}", what, reason));
  Error error = unreachable();
  error.hint = reason + std::string(way_out(reason));
  break_off(std::move(error));
}

void Connection::break_off(Error error) {
  if (state_ == State::broken) return;
  state_ = State::broken;
  error_ = std::move(error);
  std::deque<Exchange*> lost;
  lost.swap(sent_);
  for (Exchange* exchange : lost) {
    // What the server refused it has not done.
    exchange->is_lost = exchange->outcome.has_value();
    if (exchange->is_lost) exchange->outcome = Failure(Error{error_.kind, error_.code, error_.message});
    end_exchange(*exchange);
  }
}

}  // namespace millrace::store::postgres
