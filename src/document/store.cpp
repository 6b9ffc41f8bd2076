#include "document/store.hpp"

#include "base/result.hpp"

namespace millrace::document {

bool Store::commits_with(const Ledger&) const {
  return false;
}

Task<std::vector<Receipt>> Store::append_with(std::vector<Append>, RecordWrite record) {
  CHECK(commits_with(*record.ledger));
  co_return Failure(Error{ErrorKind::internal, "store.internal", "The storage has no commits over versions and records."});
}

}  // namespace millrace::document
