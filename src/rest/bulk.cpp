#include "rest/bulk.hpp"

#include <algorithm>

#include "io/worker_pool.hpp"
#include "rest/answers.hpp"
#include "rest/author.hpp"
#include "rest/bulk_body.hpp"
#include "rest/parameters.hpp"
#include "rest/spooled_appends.hpp"

namespace millrace::rest {
namespace {

constexpr std::string_view kJson = "application/json";
// What a 422 lists; the rest is counted.
constexpr std::size_t kProblemsMax = 100;

/// What is wrong with the items of a request.
class Problems {
 public:
  void add(std::string_view pointer, Error error) {
    if (error.details.empty()) error.details.push_back({std::string(pointer), std::string(error.code), std::move(error.message)});
    count_ += error.details.size();
    for (ErrorDetail& detail : error.details) {
      if (listed_.size() < kProblemsMax) listed_.push_back(std::move(detail));
    }
  }
  bool empty() const { return count_ == 0; }
  Error error() && {
    const std::string more = count_ > listed_.size() ? fmt::format(" The first {} are listed.", listed_.size()) : std::string();
    return {ErrorKind::unprocessable, "schema.violation",
            fmt::format("The bulk request has {} problem{}; nothing was stored.{}", count_, count_ == 1 ? "" : "s", more),
            "Mend them, or send it with ?partial=true to store what is right.", std::move(listed_)};
  }

 private:
  std::size_t count_ = 0;
  std::vector<ErrorDetail> listed_;
};

/// The documents that were created, as they are read from the spool again.
class CreatedDocuments : public http::BodyStream {
 public:
  CreatedDocuments(std::unique_ptr<SpooledAppends> appends, io::WorkerPool* workers)
      : appends_(std::move(appends)), answer_(*appends_), workers_(workers) {}

  Task<std::string_view> next() override {
    piece_.clear();
    if (!has_more_) co_return std::string_view();
    std::move_only_function<Result<>()> work = [this] { return write(); };
    CO_TRY_OK(co_await io::run_blocking(workers_, std::move(work)));
    co_return std::string_view(piece_);
  }

 private:
  Result<> write() {
    TRY(has_more_, answer_.write(piece_));
    return {};
  }

  const std::unique_ptr<SpooledAppends> appends_;
  SpooledAppends::Answer answer_;
  io::WorkerPool* workers_;
  std::string piece_;
  bool has_more_ = true;
};

/// Whether it ends a request that is all or nothing: it says what the client's program does wrong, not what is wrong with a document.
bool is_unreadable(const Error& error) {
  return error.code.starts_with("json.") || error.code == "bulk.item_too_large";
}

/// Reads all items; right ones are in `appends` afterwards, unless there is any problem.
Task<void> read_all(const ResourceOptions& options, const http::Request& request, SpooledAppends& appends) {
  CO_TRY(BulkBody body, BulkBody::open(options, request));
  Problems problems;
  for (std::size_t index = 0;; ++index) {
    CO_TRY(const bool has_next, co_await body.has_next());
    if (!has_next) break;
    const std::string pointer = '/' + std::to_string(index);
    auto append = body.next(pointer);
    if (!append && is_unreadable(append.error())) co_return Failure(std::move(append).error());
    if (!append) problems.add(pointer, std::move(append).error());
    if (!problems.empty()) continue;
    CO_TRY_OK(appends.add(*append));
    if (!appends.spool().is_ripe()) continue;
    std::move_only_function<Result<>()> work = [&appends] { return appends.spool().flush(); };
    CO_TRY_OK(co_await io::run_blocking(options.workers, std::move(work)));
  }
  if (!problems.empty()) co_return Failure(std::move(problems).error());
  co_return {};
}

/// Few are appended together with the writes of others; many in a commit of their own.
Task<void> store_all(document::Store& store, SpooledAppends& appends) {
  if (!appends.spool().is_in_memory()) {
    auto stored = co_await store.append_all(appends);
    co_return stored;
  }
  std::vector<document::Append> all;
  while (true) {
    CO_TRY(auto batch, appends.next());
    if (batch.empty()) break;
    std::ranges::move(batch, std::back_inserter(all));
  }
  if (all.empty()) co_return {};
  CO_TRY(const auto receipts, co_await store.append(std::move(all)));
  appends.appended(receipts);
  co_return {};
}

}  // namespace

Task<http::Response> bulk_create(const ResourceOptions& options, const http::Request& request) {
  auto appends = std::make_unique<SpooledAppends>(options.spool, request.principal, author_of(request), request.trace);
  CO_TRY_OK(co_await read_all(options, request, *appends));
  CO_TRY_OK(co_await store_all(*options.store, *appends));
  http::Response response{.status = 201};
  response.add("Content-Type", kJson);
  if (appends->count() > 0) response.add("X-Position", std::to_string(appends->last_position()));
  if (appends->spool().is_in_memory()) {
    SpooledAppends::Answer answer(*appends);
    for (bool has_more = true; has_more;) {
      std::string piece;
      CO_TRY(has_more, answer.write(piece));
      response.body += piece;
    }
  } else {
    response.stream = std::make_unique<CreatedDocuments>(std::move(appends), options.workers);
  }
  co_return response;
}

}  // namespace millrace::rest
