#include "bench/handwritten/postgres_line.hpp"

#include <libpq-fe.h>

#include <bit>
#include <cstring>
#include <utility>

#include "bench/handwritten/events.hpp"

namespace millrace::handwritten {
namespace {

constexpr unsigned kText = 25;  // the type's number in every server

/// The plans are those that were meant when this was written: by index, made once, whatever the statistics say.
constexpr const char* kSession =
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off;"
    " SET enable_mergejoin = off; SET enable_material = off; SET enable_memoize = off; SET jit = off; SET search_path = handwritten";

void append_number(std::string& out, std::uint32_t number) {
  const std::uint32_t bytes = std::endian::native == std::endian::little ? __builtin_bswap32(number) : number;
  out.append(reinterpret_cast<const char*>(&bytes), sizeof(bytes));
}

}  // namespace

int Rows::size() const {
  return PQntuples(result_);
}

std::string_view Rows::text(int row, int column) const {
  return {PQgetvalue(result_, row, column), static_cast<std::size_t>(PQgetlength(result_, row, column))};
}

std::int64_t Rows::integer(int row, int column) const {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, PQgetvalue(result_, row, column), sizeof(bytes));
  return static_cast<std::int64_t>(std::endian::native == std::endian::little ? __builtin_bswap64(bytes) : bytes);
}

std::string text_array(std::size_t count, const std::function<std::string_view(std::size_t)>& text) {
  std::string out;
  // Dimensions, no nulls, the elements' type; length and first index of the dimension; then the elements.
  for (const std::uint32_t number : {1u, 0u, kText, static_cast<std::uint32_t>(count), 1u}) append_number(out, number);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view element = text(i);
    append_number(out, static_cast<std::uint32_t>(element.size()));
    out += element;
  }
  return out;
}

Line::Line(io::Loop& loop, const std::string& conninfo, std::initializer_list<Prepared> statements)
    : handle_(PQconnectdb(conninfo.c_str())) {
  expect(PQstatus(handle_) == CONNECTION_OK);
  PGresult* const set = PQexec(handle_, kSession);
  expect(PQresultStatus(set) == PGRES_COMMAND_OK);
  PQclear(set);
  for (const Prepared& statement : statements) {
    PGresult* const prepared = PQprepare(handle_, statement.name, statement.sql, 0, nullptr);
    expect(PQresultStatus(prepared) == PGRES_COMMAND_OK);
    PQclear(prepared);
  }
  expect(PQsetnonblocking(handle_, 1) == 0 && PQenterPipelineMode(handle_) == 1);
  descriptor_ = std::make_unique<io::Descriptor>(loop, PQsocket(handle_));
  watch();
}

Line::~Line() {
  descriptor_.reset();
  PQfinish(handle_);
}

void Line::expect(bool is_fine) const {
  if (!is_fine) fail("PostgreSQL", PQerrorMessage(handle_));
}

void Line::add(const char* name, std::initializer_list<std::string_view> values, Take take) {
  constexpr std::size_t kMax = 4;
  const char* texts[kMax] = {};
  int lengths[kMax] = {};
  const int formats[kMax] = {1, 1, 1, 1};
  int count = 0;
  for (const std::string_view value : values) {
    texts[count] = value.data();
    lengths[count++] = static_cast<int>(value.size());
  }
  expect(PQsendQueryPrepared(handle_, name, count, texts, lengths, formats, 1) == 1);
  takes_.push_back(std::move(take));
}

void Line::send(std::move_only_function<void()> done) {
  is_busy_ = true;
  done_ = std::move(done);
  expect(PQpipelineSync(handle_) == 1);
  flush();
}

void Line::flush() {
  const int left = PQflush(handle_);
  expect(left >= 0);
  if (left == 1) descriptor_->when_writable([this] { flush(); });
}

void Line::watch() {
  descriptor_->when_readable([this] { read(); });
}

void Line::read() {
  expect(PQconsumeInput(handle_) == 1);
  while (is_busy_ && PQisBusy(handle_) == 0) {
    PGresult* const result = PQgetResult(handle_);
    if (result == nullptr) continue;  // the end of a statement's results
    if (PQresultStatus(result) == PGRES_TUPLES_OK) {
      Take take = std::move(takes_.front());
      takes_.pop_front();
      take(Rows(result));
    } else {
      expect(PQresultStatus(result) == PGRES_PIPELINE_SYNC);
      is_busy_ = false;
      auto done = std::exchange(done_, nullptr);
      done();
    }
    PQclear(result);
  }
  watch();
}

}  // namespace millrace::handwritten
