#include "document/traced.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace millrace::document {
namespace {

using Clock = std::chrono::steady_clock;

class TracedStore final : public Store {
 public:
  TracedStore(std::unique_ptr<Store> store, observe::Spans& spans, TracedAs as)
      : store_(std::move(store)), spans_(spans), as_(std::move(as)) {}

  Task<std::vector<Receipt>> append(std::vector<Append> appends) override {
    const Call call{"append", appends.empty() ? nullptr : appends.front().trace, appends.size()};
    return traced(call, store_->append(std::move(appends)));
  }
  bool commits_with(const Ledger& ledger) const override { return store_->commits_with(ledger); }
  Task<std::vector<Receipt>> append_with(std::vector<Append> appends, RecordWrite record) override {
    const Call call{"append", appends.empty() ? nullptr : appends.front().trace, appends.size()};
    return traced(call, store_->append_with(std::move(appends), record));
  }
  Task<void> append_all(AppendSource& source) override { return traced({"append", source.trace()}, store_->append_all(source)); }

  Task<Documents> read(std::span<const std::string_view> ids, View view) override {
    return traced({"read", view.origin.trace, ids.size()}, store_->read(ids, view));
  }
  Task<std::vector<Documents>> find(std::span<const Query> queries, View view) override {
    return traced({"find", view.origin.trace, queries.size()}, store_->find(queries, view));
  }
  Task<std::vector<std::uint64_t>> count(std::span<const Query> queries, View view) override {
    return traced({"count", view.origin.trace, queries.size()}, store_->count(queries, view));
  }
  Task<Documents> history(std::string_view id, View view, Position before, std::size_t limit) override {
    return traced({"history", view.origin.trace}, store_->history(id, view, before, limit));
  }
  Task<Documents> changes(Position after, std::size_t limit, View view) override {
    return traced({"changes", view.origin.trace}, store_->changes(after, limit, view));
  }

  Task<Position> last_position() override { return store_->last_position(); }
  Task<Instant> latest() override { return store_->latest(); }
  Ledger& ledger() override { return store_->ledger(); }
  Task<void> ping() override { return store_->ping(); }

 private:
  struct Call {
    std::string_view operation;
    const Trace* asker = nullptr;
    std::size_t size = 1;  // what is asked for at once
  };

  template <class T>
  Task<T> traced(Call call, Task<T> task) {
    return call.asker != nullptr && spans_.keeps(*call.asker) ? timed(call, call.asker->child(), std::move(task)) : std::move(task);
  }
  template <class T>
  Task<T> timed(Call call, Trace trace, Task<T> task) {
    const Clock::time_point begun = Clock::now();
    auto result = co_await task;
    record(call, trace, Clock::now() - begun, result ? nullptr : &result.error());
    co_return result;
  }
  void record(const Call& call, const Trace& trace, Clock::duration took, const Error* error) {
    observe::Span span{.trace = trace,
                       .name = fmt::format("{} {}", call.operation, as_.collection),
                       .kind = observe::SpanKind::client,
                       .start = now() + -std::chrono::duration_cast<std::chrono::microseconds>(took),
                       .took = took,
                       // What a request gets wrong is no failure of the storage.
                       .is_error = error != nullptr && error->kind >= ErrorKind::overloaded};
    span.attributes = {
        {"db.system.name", as_.system}, {"db.operation.name", std::string(call.operation)}, {"db.collection.name", as_.collection}};
    if (call.size > 1) span.attributes.emplace_back("db.operation.batch.size", static_cast<std::int64_t>(call.size));
    if (error != nullptr) span.attributes.emplace_back("error.type", std::string(error->code));
    if (spans_.keeps(trace)) spans_.record(std::move(span));
  }

  const std::unique_ptr<Store> store_;
  observe::Spans& spans_;
  const TracedAs as_;
};

}  // namespace

std::unique_ptr<Store> make_traced(std::unique_ptr<Store> store, observe::Spans& spans, TracedAs as) {
  return std::make_unique<TracedStore>(std::move(store), spans, std::move(as));
}

}  // namespace millrace::document
