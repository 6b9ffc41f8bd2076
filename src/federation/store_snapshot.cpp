#include "federation/store_snapshot.hpp"

#include <algorithm>

namespace millrace::federation {

void StoreSnapshot::add(document::Store& store) {
  if (std::ranges::find(held_, &store, &Held::store) == held_.end()) held_.push_back({.store = &store});
}

/// The instant is the clock's; or that of a version which is there already and was recorded by a clock that is ahead: then the stores are
/// asked again, so that what they say is from after the instant was known.
Task<void> StoreSnapshot::take() {
  instant_ = now();
  CO_TRY_OK(co_await ask(kNewest));
  const Instant latest = latest_of_all();
  if (latest <= instant_) co_return {};
  instant_ = latest;
  CO_TRY_OK(co_await ask(latest));
  co_return {};
}

/// Asks those for their latest version whose latest is before an instant.
Task<void> StoreSnapshot::ask(Instant below) {
  std::vector<Held*> asked;
  for (Held& held : held_)
    if (held.latest && *held.latest < below) asked.push_back(&held);
  std::vector<Task<Instant>> tasks;
  for (Held* held : asked) tasks.push_back(held->store->latest());
  if (tasks.empty()) co_return {};
  auto answers = co_await when_all(std::move(tasks));
  for (std::size_t i = 0; i < asked.size(); ++i) asked[i]->latest = std::move((*answers)[i]);
  co_return {};
}

Instant StoreSnapshot::latest_of_all() const {
  Instant latest;
  for (const Held& held : held_)
    if (held.latest) latest = std::max(latest, *held.latest);
  return latest;
}

Result<Instant> StoreSnapshot::at(const document::Store& store) const {
  const auto held = std::ranges::find(held_, &store, &Held::store);
  CHECK(held != held_.end());
  TRY(const Instant latest, held->latest);
  return std::min(latest, instant_);
}

}  // namespace millrace::federation
