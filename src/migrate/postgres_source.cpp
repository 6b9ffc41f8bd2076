#include "migrate/postgres_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "migrate/layout.hpp"
#include "migrate/row_values.hpp"
#include "store/postgres/session.hpp"

namespace millrace::migrate {
namespace {

namespace postgres = store::postgres;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

enum Column : int { kId, kPayload, kCreatedAt, kDeleted, kTokens, kPlace };

constexpr seconds kConnectMax{30};
constexpr hours kAnswerMax{6};  // the first rows come when all are sorted
constexpr std::size_t kRowsMax = 1'000;
constexpr std::size_t kBytesWanted = 4u << 20;

// Unquoted names, which is how MeshQL writes them, are in lower case.
constexpr std::string_view kFindTable =
    "SELECT c.oid::bigint, format('%I.%I', n.nspname, c.relname), format('%I.%I', n.nspname, c.relname || '_authtokens'),"
    " to_regclass(format('%I.%I', n.nspname, c.relname || '_authtokens')) IS NOT NULL"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm')"
    " AND ((pg_table_is_visible(c.oid) AND c.relname IN ($1, lower($1))) OR n.nspname || '.' || c.relname IN ($1, lower($1)))"
    " ORDER BY c.relname = $1 DESC LIMIT 1";
constexpr std::string_view kFindColumns =
    "SELECT attname::text, format_type(atttypid, NULL), quote_ident(attname) FROM pg_attribute"
    " WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum";

std::string sql_name(std::string_view name) {
  return name == "createdAt" || name == "authorizedTokens" ? fmt::format("\"{}\"", name) : std::string(name);
}

class PostgresSource final : public Source {
 public:
  PostgresSource(SourceOptions options, std::unique_ptr<postgres::Session> session)
      : options_(std::move(options)), session_(std::move(session)) {}

  Result<> prepare() {
    postgres::Exchange begin;
    begin.add("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    for (const char* setting :
         {"statement_timeout = 0", "idle_in_transaction_session_timeout = 0", "timezone = 'UTC'", "cursor_tuple_fraction = 1"})
      begin.add(fmt::format("SET LOCAL {}", setting));
    begin.add(std::string(kFindTable), postgres::Parameters().text(options_.name));
    TRY_OK(run(begin));
    const postgres::Rows& table = begin.rows.back();
    if (table.size() == 0)
      return Failure(Error{ErrorKind::not_found, "migrate.source", fmt::format("The database has no table \"{}\".", options_.name),
                           "Name it with --table."});
    table_ = table.text(0, 1);
    if (table.boolean(0, 3)) token_table_ = table.text(0, 2);
    return find_columns(table.integer(0, 0));
  }

  Result<> begin() override {
    postgres::Exchange declare;
    if (is_open_) declare.add("CLOSE millrace_rows");
    declare.add(query_);
    TRY_OK(run(declare));
    is_open_ = true;
    wanted_ = kRowsMax / 10;
    rows_.reset();
    return {};
  }

  Result<bool> next(Row& row) override {
    if (!rows_ || next_ == rows_->size()) {
      TRY_OK(fetch());
      if (rows_->size() == 0) return false;
    }
    const int at = next_++;
    row = {.place = fmt::format("ctid {}", rows_->text(at, kPlace))};
    row.id = text(at, kId);
    row.payload = text(at, kPayload);
    bytes_ += rows_->text(at, kPayload).size();
    row.created_at = created_at(text(at, kCreatedAt).value_or(""));
    row.deleted = parse_deleted(text(at, kDeleted).value_or(""));
    row.tokens = parse_tokens(text(at, kTokens).value_or(""));
    return true;
  }

  std::string description() const override { return fmt::format("the PostgreSQL table {} ({})", table_, column_list(layout_)); }

 private:
  Result<> run(postgres::Exchange& exchange) { return session_->run(exchange, kAnswerMax); }

  std::optional<std::string> text(int row, int column) const {
    if (rows_->is_null(row, column)) return std::nullopt;
    return std::string(rows_->text(row, column));
  }

  std::optional<Instant> created_at(const std::string& text) const {
    if (!is_timestamp_) return parse_created_at(text);
    std::int64_t microseconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), microseconds);
    return error == std::errc() && end == text.data() + text.size() ? created_at_of(microseconds) : std::nullopt;
  }

  Result<> find_columns(std::int64_t table) {
    postgres::Exchange question;
    question.add(std::string(kFindColumns), postgres::Parameters().integer(table));
    TRY_OK(run(question));
    const postgres::Rows& rows = question.rows[0];
    std::vector<std::string> columns;
    for (int i = 0; i < rows.size(); ++i) columns.emplace_back(rows.text(i, 0));
    TRY(layout_, find_layout(options_.name, columns));
    const auto type = [&](const std::string& column) {
      const auto at = std::ranges::find(columns, column) - columns.begin();
      return std::string(rows.text(static_cast<int>(at), 1));
    };
    is_timestamp_ = type(layout_.created_at).starts_with("timestamp");
    const bool has_array = !layout_.tokens.empty() && type(layout_.tokens).ends_with("[]");
    query_ = query(has_array);
    return {};
  }

  std::string query(bool has_array) const {
    const std::string created = "e." + sql_name(layout_.created_at);
    const std::string time =
        is_timestamp_ ? fmt::format("CASE WHEN isfinite({0}) THEN round(extract(epoch FROM {0}) * 1000000)::bigint::text END", created)
                      : created + "::text";
    std::string tokens = layout_.tokens.empty() ? "NULL::text" : fmt::format("e.{}::text", sql_name(layout_.tokens));
    if (has_array) tokens = fmt::format("array_to_json(e.{})::text", sql_name(layout_.tokens));
    if (layout_.tokens.empty() && !token_table_.empty()) {
      tokens = fmt::format(
          "(SELECT json_agg(t.token ORDER BY t.token_order)::text FROM {} t WHERE t.envelope_id = e.id AND t.envelope_created_at = {})",
          token_table_, created);
    }
    const std::string deleted = layout_.deleted.empty() ? "'f'::text" : "e.deleted::text";
    return fmt::format(
        "DECLARE millrace_rows NO SCROLL CURSOR FOR SELECT e.id::text, e.payload::text, {}, {}, {}, e.ctid::text FROM {} e"
        " ORDER BY {}, e.tableoid, e.ctid",
        time, deleted, tokens, table_, created);
  }

  /// As many rows as make a few megabytes, by those that came last.
  Result<> fetch() {
    if (bytes_ > 0) wanted_ = std::clamp<std::size_t>(wanted_ * kBytesWanted / bytes_, 1, kRowsMax);
    bytes_ = 0;
    next_ = 0;
    rows_.reset();
    postgres::Exchange fetching;
    fetching.add(fmt::format("FETCH {} FROM millrace_rows", wanted_));
    TRY_OK(run(fetching));
    rows_.emplace(std::move(fetching.rows[0]));
    return {};
  }

  const SourceOptions options_;
  const std::unique_ptr<postgres::Session> session_;
  std::string table_;
  std::string token_table_;
  Layout layout_;
  bool is_timestamp_ = false;
  std::string query_;
  bool is_open_ = false;
  std::optional<postgres::Rows> rows_;
  int next_ = 0;
  std::size_t wanted_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<Source>> open_postgres(const SourceOptions& options) {
  TRY(auto session, postgres::Session::open({.uri = options.uri}, options.log, kConnectMax));
  auto source = std::make_unique<PostgresSource>(options, std::move(session));
  TRY_OK(source->prepare());
  return source;
}

}  // namespace millrace::migrate
