// One connection to a PostgreSQL server, in libpq's pipeline mode and never blocking. It owns no loop and no timer: whoever drives it waits
// for what it wants and calls advance() (link.hpp on a loop, session.hpp on a thread that may block).
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/own_text_map.hpp"
#include "base/result.hpp"
#include "store/postgres/failure.hpp"
#include "store/postgres/server.hpp"
#include "store/postgres/statement.hpp"

struct pg_conn;

namespace millrace::store::postgres {

/// Where the server's own words go; clients never see them.
using Log = std::function<void(std::string_view)>;

/// Statements that are sent together and answered together. When one fails, those after it are not run.
struct Exchange {
  std::vector<Statement> statements;
  std::vector<Rows> rows = {};  // one for each statement that ran
  Result<> outcome = {};
  std::string sql_state = {};  // the server's five letters, when it refused
  std::string message = {};    // and its words
  bool is_lost = false;        // the connection ended before the answer: what was sent may have been done
  bool prepares = false;       // whether a statement was named with it
  std::move_only_function<void()> done = {};
  std::chrono::steady_clock::time_point sent_at = {};

  /// Has the plans of all that is in it be kept, where the connection keeps any. Requires: as Statement::is_kept.
  void keep_plans() {
    for (Statement& statement : statements) statement.is_kept = true;
  }

  Exchange& add(std::string sql, Parameters parameters = {}) {
    statements.push_back({std::move(sql), std::move(parameters)});
    return *this;
  }
};

/// What precedes Connection::keep_plans(). A plan that is kept is made without knowing the values, and maybe when there was hardly a row:
/// only those by an index stay right.
inline constexpr const char* kKeepPlans =
    "SELECT set_config(name, CASE name WHEN 'plan_cache_mode' THEN 'force_generic_plan' ELSE 'off' END, false) FROM pg_settings"
    " WHERE name IN ('plan_cache_mode', 'enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material',"
    " 'enable_memoize', 'jit')";

class Connection {
 public:
  enum class State : std::uint8_t { connecting, open, broken };
  /// Begins to connect, with the host at this place among the server's. `log` outlives the connection.
  Connection(const Server& server, const Log* log, std::size_t first_host = 0);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  State state() const { return state_; }
  /// Why it is broken, in words for whoever looks after the service.
  const Error& error() const { return error_; }

  // What to wait for before advance() is called again. The descriptor may change while it connects.
  int descriptor() const;
  bool wants_read() const;
  bool wants_write() const;

  /// The server's process, as whoever answered said: a pooler makes one up.
  int process() const;
  /// Plans of Statement::is_kept are kept from now on. Requires: open, and all that is sent goes to one process.
  void keep_plans() { keeps_plans_ = true; }

  /// Takes an exchange, which lives until its `done` was called, or until it was dropped with the connection. Requires: open.
  void send(Exchange& exchange);
  /// Does what can be done without waiting. Calls `done` of exchanges that have ended, in order; they must not end the connection.
  void advance();
  /// Ends it: every exchange under way is lost.
  void break_off(Error error);
  std::size_t pending() const { return sent_.size(); }
  /// The exchange that has waited longest, or null.
  const Exchange* oldest() const { return sent_.empty() ? nullptr : sent_.front(); }

 private:
  void connect_further();
  void take_results();
  void take(pg_result* result);
  void refuse(Exchange& exchange, pg_result* result);
  void end_exchange(Exchange& exchange);
  bool send_statement(Exchange& exchange, const Statement& statement);
  const std::string* name_of(Exchange& exchange, const Statement& statement);
  void lose(std::string_view what);
  void lose(std::string_view what, const std::string& reason);

  const Log* log_;
  pg_conn* handle_ = nullptr;
  State state_ = State::connecting;
  bool polls_for_write_ = true;
  bool has_unsent_ = false;
  bool keeps_plans_ = false;
  Error error_;
  std::deque<Exchange*> sent_;
  OwnTextMap<std::string> names_;  // of kept statements, by text
  std::size_t named_ = 0;
};

}  // namespace millrace::store::postgres
