// The reads of one loop that an index answers, in few exchanges: what comes while the connections are busy goes together.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "document/store.hpp"
#include "store/postgres/held_answers.hpp"
#include "store/postgres/link.hpp"
#include "store/postgres/table.hpp"

namespace millrace::store::postgres {

/// For its loop's thread. close() before the loop ends. The table outlives it.
class Points : public std::enable_shared_from_this<Points> {
 public:
  Points(io::Loop& loop, const Table& table, LinkOptions options, std::size_t connections);
  void close();

  /// The versions of these ids, in the order asked.
  Task<document::Documents> read(std::span<const std::string_view> ids, document::View view);
  /// The last version that the server has after this was called.
  Task<Head> head();
  /// Runs a statement that reads, again when the connection is cut meanwhile.
  Task<Rows> ask(Statement statement);

 private:
  struct IdRead;
  struct Question;
  /// What goes to the server together.
  struct Turn {
    std::vector<IdRead*> reads;
    std::vector<io::Completion<Head>*> heads;
    std::vector<Question*> questions;
    Head known;              // where the head was known to stand when it went
    bool asks_head = false;  // after all the others
  };
  struct Line {
    std::shared_ptr<Link> link;
    std::size_t exchanges = 0;  // under way
  };
  io::Completion<Head>& head_after(io::Completion<Head>& completion);
  Task<Rows> ask_now(Statement statement);
  bool is_quiet() const;
  bool learn_head(const Turn& turn, const Head& head);
  void flush_soon();
  void flush();
  Turn next_turn();
  std::vector<Statement> statements_of(Turn& turn) const;
  static Task<void> run(std::shared_ptr<Points> self, Line& line, Turn turn);
  static Task<void> read_past(std::shared_ptr<Points> self, IdRead& read);
  static void give(const std::shared_ptr<Points>& self, const Turn& turn, std::vector<Result<Rows>> answers);
  void give_lists(const Turn& turn, std::span<Result<Rows>> answers, const Result<Head>& head, bool holds);
  void give_reads(std::span<IdRead* const> reads, const Result<Rows>& rows, bool holds);

  io::Loop& loop_;
  const Table& table_;
  std::vector<Line> lines_;
  Turn waiting_;
  bool is_due_ = false;
  Head head_;  // as it was seen last
  std::chrono::steady_clock::time_point moved_at_ = {};
  HeldAnswers held_;
};

/// Runs a statement that reads, again when the connection is cut meanwhile.
Task<Rows> run_read(Link& link, Statement statement);

/// What reads these ids as of an instant.
Statement read_at(const Table& table, std::span<const std::string_view> ids, Instant at);
/// The documents of those ids, in the order asked, out of what it gave.
document::Documents documents_of(std::span<const std::string_view> ids, const Rows& rows, std::size_t bytes_max);

}  // namespace millrace::store::postgres
