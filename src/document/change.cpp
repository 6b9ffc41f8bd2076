#include "document/change.hpp"

#include "document/head.hpp"

namespace millrace::document {
namespace {

/// The place of an element in a batch says nothing about a request that has one.
Error alone(Error error) {
  error.details.clear();
  return error;
}

}  // namespace

Task<Receipt> append_one(Store& store, Append append) {
  std::vector<Append> appends;
  appends.push_back(std::move(append));
  auto receipts = co_await store.append(std::move(appends));
  if (receipts) co_return receipts->front();
  co_return Failure(alone(std::move(receipts).error()));
}

Task<Changed> change_newest(Store& store, Append append, Change change) {
  const std::string_view ids[] = {append.id};
  const View view{.principal = append.principal, .origin = {.trace = append.trace}, .writes = append.operation};
  for (std::size_t attempt = 0; attempt < kChangeAttemptsMax; ++attempt) {
    CO_TRY(const auto newest, co_await store.read(ids, view));
    const Head head{.version = newest.found(0) ? newest.envelope(0).version : 0};
    if (auto refused = refusal(append, head, 0)) co_return Failure(alone(*std::move(refused)));
    Append next = append;
    CO_TRY(next.payload, change(newest));
    next.expected_version = head.version;
    std::string payload = next.payload;
    auto receipt = co_await append_one(store, std::move(next));
    if (receipt) co_return Changed{std::move(payload), *std::move(receipt)};
    if (receipt.error().code != "document.version") co_return Failure(std::move(receipt).error());
  }
  co_return Failure(Error{ErrorKind::conflict, "document.contended", "Other writers changed the document each time before this one could.",
                          "Send it again."});
}

}  // namespace millrace::document
