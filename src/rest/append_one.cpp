#include "rest/append_one.hpp"

namespace millrace::rest {

Task<document::Receipt> append_one(document::Store& store, document::Append append) {
  std::vector<document::Append> appends;
  appends.push_back(std::move(append));
  auto receipts = co_await store.append(std::move(appends));
  if (receipts) co_return receipts->front();
  Error error = std::move(receipts).error();
  error.details.clear();
  co_return Failure(std::move(error));
}

}  // namespace millrace::rest
