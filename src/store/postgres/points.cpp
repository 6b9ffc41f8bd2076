#include "store/postgres/points.hpp"

#include <algorithm>
#include <bit>

#include "base/hash.hpp"

namespace millrace::store::postgres {
namespace {

using document::Documents;

/// Times that reads are sent again because their connection was cut.
constexpr int kAttemptsMax = 3;

/// Exchanges under way on a connection: while one is answered the next is on its way, however far the server is.
constexpr std::size_t kExchangesMax = 2;

/// How long ago the head was last seen to move where the next moment is taken to be as quiet.
constexpr std::chrono::milliseconds kQuiet{50};

/// Lists in one exchange, whose rows are held until it ends.
constexpr std::size_t kQuestionsMax = 32;

/// What a document's text has around its id, its members and a comma: {"id":"",,
constexpr std::size_t kAroundId = 10;

/// Where an id's version is among rows.
class RowsById {
 public:
  explicit RowsById(const Rows& rows) : rows_(rows), slots_(std::bit_ceil(static_cast<std::size_t>(rows.size()) * 2 + 1), -1) {
    for (int row = 0; row < rows.size(); ++row) slot(rows.text(row, kId)) = row;
  }
  Place place(std::string_view id) {
    const int row = is_stored_as_it_is(id) ? slot(id) : slot(stored_text(id));
    return row < 0 ? Place() : Place{.rows = &rows_, .row = row};
  }

 private:
  /// Where it is or would be. There are more slots than rows.
  int& slot(std::string_view stored) {
    std::size_t i = hash_text(stored) % slots_.size();
    while (slots_[i] >= 0 && rows_.text(slots_[i], kId) != stored) i = (i + 1) % slots_.size();
    return slots_[i];
  }
  const Rows& rows_;
  std::vector<int> slots_;
};

std::vector<Place> places_of(std::span<const std::string_view> ids, RowsById& rows) {
  std::vector<Place> found(ids.size());
  std::ranges::transform(ids, found.begin(), [&rows](std::string_view id) { return rows.place(id); });
  return found;
}

Documents documents_at(std::span<const Place> places, std::size_t bytes_max) {
  Documents documents;
  std::size_t bytes = 0;
  for (const auto& [rows, row] : places) {
    bytes += rows == nullptr ? 0 : rows->text(row, kId).size() + rows->text(row, kPayload).size() + kAroundId;
  }
  documents.reserve(places.size(), std::min(bytes, bytes_max));
  for (const auto& [rows, row] : places) {
    const bool found = rows != nullptr && !rows->boolean(row, kDeleted);
    found ? add_row(documents, Row(*rows, row)) : documents.add_missing();
    if (found && documents.cut_to(bytes_max)) break;
  }
  return documents;
}

void add_ids(Parameters& parameters, std::span<const std::string_view> ids) {
  if (std::ranges::all_of(ids, is_stored_as_it_is)) {
    parameters.texts(ids);
    return;
  }
  std::vector<std::string> stored;
  for (const std::string_view id : ids) stored.push_back(stored_text(id));
  const std::vector<std::string_view> views(stored.begin(), stored.end());
  parameters.texts(views);
}

Result<Head> head_of(const Result<Rows>& rows) {
  if (!rows) return Failure(rows.error());
  return Head{static_cast<document::Position>(rows->integer(0, 0)), Instant{rows->integer(0, 1)}};
}

/// Runs an exchange that reads, again when the connection is cut meanwhile.
Task<void> run_again(Link& link, Exchange& exchange) {
  for (int attempt = 1;; ++attempt) {
    Result<> answered = co_await link.run(exchange);
    if (answered || !exchange.is_lost || attempt == kAttemptsMax || answered.error().code == "store.timeout") co_return answered;
    auto paused = co_await io::pause(std::chrono::milliseconds(100));
    (void)paused;
    exchange = {.statements = std::move(exchange.statements)};
  }
}

/// What each statement gives. One that the server refuses fails alone: then each is run by itself, and planned anew, since it may be the
/// plan that does not fit any more.
Task<std::vector<Result<Rows>>> run_all(Link& link, Exchange exchange) {
  std::vector<Result<Rows>> answers;
  Result<> outcome = co_await run_again(link, exchange);
  if (outcome) {
    for (Rows& rows : exchange.rows) answers.emplace_back(std::move(rows));
    co_return std::move(answers);
  }
  for (Statement& statement : exchange.statements) {
    if (exchange.sql_state.empty()) {
      answers.emplace_back(Failure(outcome.error()));
      continue;
    }
    statement.is_kept = false;
    auto answer = co_await run_read(link, std::move(statement));
    answers.push_back(std::move(answer));
  }
  co_return std::move(answers);
}

}  // namespace

struct Points::IdRead {
  std::span<const std::string_view> ids;
  document::View view;
  io::Completion<Documents> completion = {};
};

struct Points::Question {
  Statement statement;
  std::string key;
  Instant at = kNewest;
  bool is_late = false;  // whether something may have been recorded after that
  io::Completion<Rows> completion = {};
};

Points::Points(io::Loop& loop, const Table& table, LinkOptions options, std::size_t connections) : loop_(loop), table_(table) {
  options.keeps_plans = true;
  for (std::size_t i = 0; i < connections; ++i) lines_.push_back({.link = std::make_shared<Link>(loop, options)});
}

void Points::close() {
  for (const Line& line : lines_) line.link->close();
}

Task<Documents> Points::read(std::span<const std::string_view> ids, document::View view) {
  std::optional<std::vector<Place>> held = held_.places(ids);
  if (held && view.at == kNewest) {
    io::Completion<Head> seen;
    CO_TRY(const Head head, co_await head_after(seen));
    held = head == held_.head() ? held_.places(ids) : std::nullopt;
  } else if (held && view.at != held_.head().recorded_at) {
    held.reset();
  }
  if (held) co_return documents_at(*held, view.bytes_max);
  IdRead read{.ids = ids, .view = view};
  waiting_.reads.push_back(&read);
  flush_soon();
  Result<Documents> documents = co_await read.completion;
  co_return documents;
}

/// Where the head stands once the server has been asked, which is done for all who wait for it together.
io::Completion<Head>& Points::head_after(io::Completion<Head>& completion) {
  waiting_.heads.push_back(&completion);
  flush_soon();
  return completion;
}

Task<Head> Points::head() {
  io::Completion<Head> completion;
  Result<Head> head = co_await head_after(completion);
  co_return head;
}

/// Where the head is seen after a list and has not gone past the list's instant, nothing that the instant sees had been superseded.
Task<Rows> Points::ask(Statement statement) {
  const bool is_of_head = statement.at == held_.head().recorded_at;
  const std::string key = key_of(is_of_head && statement.quiet_sql != nullptr ? *statement.quiet_sql : statement.sql, statement.parameters);
  const Rows* held = held_.rows(key);
  if (held != nullptr && !is_of_head) {
    io::Completion<Head> seen;
    CO_TRY(const Head head, co_await head_after(seen));
    held = head == held_.head() ? held_.rows(key) : nullptr;
  }
  if (held != nullptr) co_return *held;
  if (statement.quiet_sql != nullptr && is_quiet() && head_.recorded_at <= statement.at) {
    Question question{.statement = {.sql = *statement.quiet_sql, .parameters = statement.parameters, .is_kept = true},
                      .key = key_of(*statement.quiet_sql, statement.parameters),
                      .at = statement.at};
    waiting_.questions.push_back(&question);
    flush_soon();
    Result<Rows> rows = co_await question.completion;
    if (!rows || !question.is_late) co_return rows;
  }
  auto rows = co_await ask_now(std::move(statement));
  co_return rows;
}

Task<Rows> Points::ask_now(Statement statement) {
  std::string key = key_of(statement.sql, statement.parameters);
  Question question{.statement = std::move(statement), .key = std::move(key)};
  waiting_.questions.push_back(&question);
  flush_soon();
  Result<Rows> rows = co_await question.completion;
  co_return rows;
}

/// Whether it is likely that nothing is recorded until what is asked now has been answered.
bool Points::is_quiet() const {
  return std::chrono::steady_clock::now() - moved_at_ > kQuiet;
}

/// Whether all that the turn gave was given while the head stood there, and still does as far as is known.
bool Points::learn_head(const Turn& turn, const Head& head) {
  const bool is_latest = turn.known == head_ || head.position > head_.position;
  if (head != head_ && is_latest) {
    // The first time nothing is known of how long it has been there.
    moved_at_ = head_ == Head() ? moved_at_ : std::chrono::steady_clock::now();
    head_ = head;
  }
  return head == head_ && head == turn.known;
}

/// Later in this turn of the loop, when others that are ready now have asked as well.
void Points::flush_soon() {
  if (std::exchange(is_due_, true)) return;
  loop_.post([self = weak_from_this()] {
    const auto points = self.lock();
    if (!points) return;
    points->is_due_ = false;
    points->flush();
  });
}

void Points::flush() {
  for (Line& line : lines_) {
    if (waiting_.reads.empty() && waiting_.heads.empty() && waiting_.questions.empty()) return;
    if (line.exchanges < kExchangesMax) start(run(shared_from_this(), line, next_turn()), [](const Result<>&) {});
  }
}

Points::Turn Points::next_turn() {
  Turn turn = std::exchange(waiting_, {});
  if (turn.questions.size() > kQuestionsMax) {
    waiting_.questions.assign(turn.questions.begin() + kQuestionsMax, turn.questions.end());
    turn.questions.resize(kQuestionsMax);
  }
  turn.known = head_;
  const auto is_of_instant = [](const Question* question) { return question->at != kNewest; };
  turn.asks_head = !turn.heads.empty() || is_quiet() || std::ranges::any_of(turn.questions, is_of_instant);
  return turn;
}

/// Reads by id, lists, the head.
std::vector<Statement> Points::statements_of(Turn& turn) const {
  std::vector<Statement> statements;
  if (!turn.reads.empty()) {
    std::vector<std::string_view> ids;
    for (const IdRead* read : turn.reads) ids.insert(ids.end(), read->ids.begin(), read->ids.end());
    add_ids(statements.emplace_back(Statement{.sql = table_.read_newest, .is_kept = true}).parameters, ids);
  }
  for (Question* question : turn.questions) statements.push_back(std::move(question->statement));
  if (turn.asks_head) statements.push_back({.sql = table_.read_head, .is_kept = true});
  return statements;
}

Task<void> Points::run(std::shared_ptr<Points> self, Line& line, Turn turn) {
  ++line.exchanges;
  Exchange exchange{.statements = self->statements_of(turn)};
  auto answers = co_await run_all(*line.link, std::move(exchange));
  --line.exchanges;
  // First, so that the server has something to do.
  self->flush();
  give(self, turn, *std::move(answers));
  co_return {};
}

void Points::give(const std::shared_ptr<Points>& self, const Turn& turn, std::vector<Result<Rows>> answers) {
  std::span<Result<Rows>> left(answers);
  Result<Head> head = Failure(unreachable());
  bool holds = false;
  if (turn.asks_head) {
    head = head_of(left.back());
    holds = head && self->learn_head(turn, *head);
    left = left.first(left.size() - 1);
  }
  if (holds) self->held_.begin(*head);
  if (!turn.reads.empty()) {
    self->give_reads(turn.reads, left.front(), holds);
    left = left.subspan(1);
  }
  self->give_lists(turn, left, head, holds);
  for (io::Completion<Head>* waiting : turn.heads) waiting->complete_here(head);
}

void Points::give_lists(const Turn& turn, std::span<Result<Rows>> answers, const Result<Head>& head, bool holds) {
  for (std::size_t i = 0; i < turn.questions.size(); ++i) {
    Question& question = *turn.questions[i];
    question.is_late = !head || head->recorded_at > question.at;
    if (holds && answers[i]) held_.keep(question.key, *answers[i]);
    question.completion.complete_here(std::move(answers[i]));
  }
}

/// Nearly always what is newest was recorded at the instant or before; where it was not, the version of that time is asked for.
void Points::give_reads(std::span<IdRead* const> reads, const Result<Rows>& rows, bool holds) {
  if (!rows) {
    for (IdRead* read : reads) read->completion.complete_here(Failure(rows.error()));
    return;
  }
  RowsById by_id(*rows);
  for (IdRead* read : reads) {
    const std::vector<Place> places = places_of(read->ids, by_id);
    for (std::size_t i = 0; holds && i < places.size(); ++i) held_.keep(read->ids[i], places[i]);
    const std::int64_t at = read->view.at.microseconds;
    if (std::ranges::any_of(places,
                            [&](const Place& at_row) { return at_row.rows != nullptr && rows->integer(at_row.row, kRecordedAt) > at; })) {
      start(read_past(shared_from_this(), *read), [](const Result<>&) {});
    } else {
      read->completion.complete_here(documents_at(places, read->view.bytes_max));
    }
  }
}

Task<void> Points::read_past(std::shared_ptr<Points> self, IdRead& read) {
  Statement statement = read_at(self->table_, read.ids, read.view.at);
  Result<Rows> rows = co_await self->ask(std::move(statement));
  read.completion.complete_here(rows ? Result<Documents>(documents_of(read.ids, *rows, read.view.bytes_max)) : Failure(rows.error()));
  co_return {};
}

Task<Rows> run_read(Link& link, Statement statement) {
  Exchange exchange;
  exchange.statements.push_back(std::move(statement));
  CO_TRY_OK(co_await run_again(link, exchange));
  co_return std::move(exchange.rows.front());
}

Statement read_at(const Table& table, std::span<const std::string_view> ids, Instant at) {
  Statement statement{.sql = table.read_at, .is_kept = true};
  add_ids(statement.parameters, ids);
  statement.parameters.integer(at.microseconds);
  return statement;
}

Documents documents_of(std::span<const std::string_view> ids, const Rows& rows, std::size_t bytes_max) {
  RowsById by_id(rows);
  return documents_at(places_of(ids, by_id), bytes_max);
}

}  // namespace millrace::store::postgres
