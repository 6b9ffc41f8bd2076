// Items that are stored each for itself, as they come; their results wait in a spool until the body has ended.
#include <utility>

#include "document/change.hpp"
#include "document/incoming.hpp"
#include "http/status.hpp"
#include "io/spool.hpp"
#include "io/worker_pool.hpp"
#include "rest/author.hpp"
#include "rest/bulk.hpp"
#include "rest/bulk_body.hpp"

namespace millrace::rest {
namespace {

// What is on its way to the store at a time.
constexpr std::size_t kBatchItems = 500;
constexpr std::size_t kBatchBytes = 512 * 1024;
constexpr std::size_t kPiece = 64 * 1024;

struct Item {
  document::Append append;
  std::string document;
  document::Position position = 0;
  std::optional<Error> error = {};
};

/// The results as a JSON array, growing in a spool.
class Results {
 public:
  Results(const io::Spool::Options& options, io::WorkerPool* workers) : spool_(options), workers_(workers) {}

  Task<void> add(const std::vector<Item>& items) {
    std::string text;
    for (const Item& item : items) add_to(text, item);
    CO_TRY_OK(spool_.write(text));
    if (!spool_.is_ripe()) co_return {};
    std::move_only_function<Result<>()> work = [this] { return spool_.flush(); };
    CO_TRY_OK(co_await io::run_blocking(workers_, std::move(work)));
    co_return {};
  }
  Result<> finish() { return spool_.write(count_ == 0 ? "[]" : "]"); }
  std::size_t count() const { return count_; }
  const io::Spool& spool() const { return spool_; }
  io::WorkerPool* workers() const { return workers_; }

 private:
  void add_to(std::string& text, const Item& item) {
    text += count_ == 0 ? '[' : ',';
    if (item.error) {
      const http::Response problem = http::problem(*item.error);
      fmt::format_to(std::back_inserter(text), "{{\"index\":{},\"status\":{},\"problem\":{}}}", count_, problem.status, problem.body);
    } else {
      fmt::format_to(std::back_inserter(text), "{{\"index\":{},\"status\":201,\"position\":{},\"document\":{}}}", count_, item.position,
                     item.document);
    }
    ++count_;
  }

  io::Spool spool_;
  io::WorkerPool* workers_;
  std::size_t count_ = 0;
};

class ResultStream : public http::BodyStream {
 public:
  explicit ResultStream(std::unique_ptr<Results> results) : results_(std::move(results)), reader_(results_->spool()) {}

  Task<std::string_view> next() override {
    std::move_only_function<Result<>()> work = [this] { return read(); };
    CO_TRY_OK(co_await io::run_blocking(results_->workers(), std::move(work)));
    co_return piece_;
  }

 private:
  Result<> read() {
    TRY(piece_, reader_.take(static_cast<std::size_t>(std::min<std::uint64_t>(reader_.left(), kPiece))));
    return {};
  }

  const std::unique_ptr<Results> results_;
  io::Spool::Reader reader_;
  std::string_view piece_;
};

/// Tells, of the items that were refused because their id is taken, those whose very document is what is stored: sent again, not in
/// conflict.
Task<void> mark_repeated(document::Store& store, std::vector<Item>& items, document::View view) {
  std::vector<std::string_view> asked;
  std::vector<Item*> refused;
  for (Item& item : items) {
    if (!item.error || item.error->code != "document.exists") continue;
    asked.push_back(item.append.id);
    refused.push_back(&item);
  }
  if (asked.empty()) co_return {};
  CO_TRY(auto stored, co_await store.read(asked, view));
  for (std::size_t k = 0; k < refused.size(); ++k) {
    if (!stored.found(k) || stored.text(k) != refused[k]->document) continue;
    refused[k]->error = Error{ErrorKind::conflict, "document.repeated", "This very document is stored already."};
  }
  co_return {};
}

Task<void> store_each(document::Store& store, std::vector<Item>& items, document::View view, std::string_view author) {
  std::vector<Task<document::Receipt>> tasks;
  std::vector<Item*> sent;
  for (Item& item : items) {
    if (item.error) continue;
    item.append.principal = view.principal;
    item.append.author = author;
    item.append.trace = view.origin.trace;
    item.document = document::document_text(item.append.id, item.append.payload);
    tasks.push_back(document::append_one(store, item.append));
    sent.push_back(&item);
  }
  CO_TRY(auto receipts, co_await when_all(std::move(tasks)));
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (!receipts[i]) {
      sent[i]->error = std::move(receipts[i]).error();
      continue;
    }
    sent[i]->position = receipts[i]->position;
    if (receipts[i]->repeated) sent[i]->document = document::document_text(receipts[i]->id, sent[i]->append.payload);
  }
  CO_TRY_OK(co_await mark_repeated(store, items, view));
  co_return {};
}

/// Takes the items that are there, after waiting for one. Empty at the end.
Task<std::vector<Item>> take_items(BulkBody& body) {
  std::vector<Item> items;
  std::size_t bytes = 0;
  Result<bool> has_next = co_await body.has_next();
  while (has_next && *has_next) {
    auto append = body.next({});
    Item& item = items.emplace_back();
    if (append) item.append = *std::move(append);
    if (!append) item.error = std::move(append).error();
    bytes += item.append.payload.size();
    if (items.size() == kBatchItems || bytes > kBatchBytes) co_return items;
    has_next = body.is_ready();
  }
  if (!has_next && items.empty()) co_return Failure(std::move(has_next).error());
  co_return items;
}

}  // namespace

Task<http::Response> bulk_create_partial(const ResourceOptions& options, const http::Request& request) {
  CO_TRY(BulkBody body, BulkBody::open(options, request));
  auto results = std::make_unique<Results>(options.spool, options.workers);
  const std::string author = author_of(request);
  for (bool goes_on = true; goes_on;) {
    auto taken = co_await take_items(body);
    if (!taken && results->count() == 0) co_return Failure(std::move(taken).error());
    std::vector<Item> items;
    if (taken) items = *std::move(taken);
    goes_on = taken && !items.empty();
    if (!taken) items.emplace_back().error = std::move(taken).error();
    CO_TRY_OK(co_await store_each(*options.store, items, view_of(request), author));
    CO_TRY_OK(co_await results->add(items));
  }
  CO_TRY_OK(results->finish());
  http::Response response;
  response.add("Content-Type", "application/json");
  if (results->spool().is_in_memory()) {
    io::Spool::Reader reader(results->spool());
    CO_TRY(response.body, reader.take(static_cast<std::size_t>(reader.left())));
    co_return response;
  }
  response.stream_length = results->spool().size();
  response.stream = std::make_unique<ResultStream>(std::move(results));
  co_return response;
}

}  // namespace millrace::rest
