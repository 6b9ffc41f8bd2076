#include "processing/claim.hpp"

#include <algorithm>

#include "base/json/members.hpp"
#include "base/json/number.hpp"

namespace millrace::processing {

Owner read_owner(std::string_view record) {
  Owner owner;
  const auto parsed = json::parse(record);
  if (!parsed) return owner;
  json::each_member(parsed->root(), [&owner](const std::string& key, json::Value value) {
    if (key == "owner" && value.is(json::Kind::string)) owner.instance = value.string();
    if (key == "fence" && value.is(json::Kind::number))
      owner.fence = static_cast<std::uint64_t>(std::max<std::int64_t>(0, json::integer(value.text()).value_or(0)));
  });
  return owner;
}

Claim::Claim(document::Ledger& ledger, std::string record, Owner owner, std::uint64_t revision)
    : ledger_(&ledger), record_(std::move(record)), owner_(std::move(owner)), revision_(revision) {}

Task<bool> Claim::check() {
  CO_TRY(const document::Record found, co_await ledger_->get(record_));
  co_return read_owner(found.value) == owner_;
}

Task<bool> Claim::write(std::string value) {
  if (is_uncertain_) {
    CO_TRY(const document::Record found, co_await ledger_->get(record_));
    if (read_owner(found.value) != owner_) co_return false;
    revision_ = found.revision;
    is_uncertain_ = false;
  }
  auto put = co_await ledger_->put(record_, std::move(value), revision_);
  if (put) {
    revision_ = *put;
    co_return true;
  }
  if (put.error().code == "ledger.revision") co_return false;
  is_uncertain_ = true;
  co_return Failure(std::move(put).error());
}

Task<void> Claim::ignore_owner() {
  CO_TRY(const document::Record found, co_await ledger_->get(record_));
  revision_ = found.revision;
  is_uncertain_ = false;
  co_return {};
}

}  // namespace millrace::processing
