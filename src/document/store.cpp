#include "document/store.hpp"

#include "base/result.hpp"

namespace millrace::document {

bool Store::commits_with(const Ledger&) const {
  return false;
}

Task<std::shared_ptr<const Documents>> Store::seen(const Documents&, std::size_t, View) {
  co_return std::shared_ptr<const Documents>();
}

Result<std::string> Store::feed_scope(const Principal*) const {
  return std::string();
}

Result<> Store::may_ask(const Query&, const Principal*, Asks) const {
  return {};
}

Sight Store::sight(const Principal*) const {
  return Sight::all;
}

Task<std::vector<Receipt>> Store::append_with(std::vector<Append>, RecordWrite record) {
  CHECK(commits_with(*record.ledger));
  co_return Failure(Error{ErrorKind::internal, "store.internal", "The storage has no commits over versions and records."});
}

}  // namespace millrace::document
