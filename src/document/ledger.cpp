#include "document/ledger.hpp"

#include <algorithm>

namespace millrace::document {

Result<> check_record(std::string_view value) {
  if (value.size() <= kRecordBytesMax) return {};
  return Failure(Error{ErrorKind::too_large, "ledger.too_large", "What is kept about the progress is larger than 8 MiB."});
}

Error revision_differs() {
  return {ErrorKind::precondition_failed, "ledger.revision", "Somebody else wrote the record first."};
}

Task<Record> MemoryLedger::get(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto known = records_.find(name);
  co_return known == records_.end() ? Record() : known->second;
}

Task<std::uint64_t> MemoryLedger::put(std::string_view name, std::string value, std::uint64_t revision) {
  co_return put_now(name, std::move(value), revision);
}

Result<std::uint64_t> MemoryLedger::put_now(std::string_view name, std::string value, std::uint64_t revision) {
  TRY_OK(check_record(value));
  const std::lock_guard lock(mutex_);
  const auto known = records_.find(name);
  if ((known == records_.end() ? 0 : known->second.revision) != revision) return Failure(revision_differs());
  records_.insert_or_assign(std::string(name), Record{std::move(value), revision + 1});
  return revision + 1;
}

Task<std::vector<std::string>> MemoryLedger::names(std::string_view prefix, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, record] : records_) {
    if (name.starts_with(prefix) && !record.value.empty()) names.push_back(name);
  }
  std::ranges::sort(names);
  if (names.size() > limit) names.resize(limit);
  co_return names;
}

}  // namespace millrace::document
