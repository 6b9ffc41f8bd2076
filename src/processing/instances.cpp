#include "processing/instances.hpp"

#include "processing/partition_record.hpp"

namespace millrace::processing {
namespace {

constexpr int kBeatAttempts = 5;
// Of a lease: what is dead for so long is taken off the list.
constexpr int kForgottenAfter = 10;

}  // namespace

Instances::Instances(Scheduler& scheduler, document::Ledger& ledger, InstancesOptions options)
    : scheduler_(scheduler), ledger_(ledger), options_(std::move(options)) {}

Task<void> Instances::beat() {
  for (int attempt = 0; attempt < kBeatAttempts; ++attempt) {
    CO_TRY(const document::Record record, co_await ledger_.get(options_.record));
    Members members = read_members(record.value);
    look(members);
    const Duration now = scheduler_.now();
    std::erase_if(members, [&](const auto& each) { return now - seen_[each.first].since > kForgottenAfter * options_.lease; });
    members[options_.instance] = ++beats_;
    auto put = co_await ledger_.put(options_.record, to_text(members), record.revision);
    if (put) {
      std::erase_if(seen_, [&](const auto& each) { return now - each.second.since > 2 * kForgottenAfter * options_.lease; });
      co_return {};
    }
    if (put.error().code != "ledger.revision") co_return Failure(std::move(put).error());
  }
  co_return {};
}

Task<void> Instances::leave() {
  for (int attempt = 0; attempt < kBeatAttempts; ++attempt) {
    CO_TRY(const document::Record record, co_await ledger_.get(options_.record));
    Members members = read_members(record.value);
    if (members.erase(options_.instance) == 0) co_return {};
    auto put = co_await ledger_.put(options_.record, to_text(members), record.revision);
    if (put) co_return {};
    if (put.error().code != "ledger.revision") co_return Failure(std::move(put).error());
  }
  co_return {};
}

void Instances::look(const Members& members) {
  listed_ = members;
  const Duration now = scheduler_.now();
  for (const auto& [id, counter] : members) {
    const auto [known, is_new] = seen_.try_emplace(id, Seen{counter, now});
    if (!is_new && known->second.counter != counter) known->second = {counter, now};
  }
}

bool Instances::is_alive(const std::string& instance) {
  if (instance.empty()) return false;
  const Duration now = scheduler_.now();
  const auto [known, is_new] = seen_.try_emplace(instance, Seen{0, now});
  return now - known->second.since <= options_.lease;
}

std::size_t Instances::share(std::size_t parts) const {
  const Duration now = scheduler_.now();
  std::size_t alive = 1;
  std::size_t before = 0;
  for (const auto& [id, each] : seen_) {
    if (id == options_.instance || now - each.since > options_.lease || !listed_.contains(id)) continue;
    ++alive;
    before += id < options_.instance ? 1 : 0;
  }
  return parts / alive + (before < parts % alive ? 1 : 0);
}

}  // namespace millrace::processing
