#include "consumers/watch.hpp"

#include <algorithm>
#include <utility>

namespace millrace::consumers {

void Watch::look(const Progress& progress, Clock::time_point at) {
  if (std::exchange(incarnation_, progress.incarnation) != progress.incarnation) seen_.clear();
  std::map<Key, Clock::time_point> there;
  const auto note = [&](Key key) {
    const auto known = seen_.find(key);
    there.emplace(key, known == seen_.end() ? at : known->second);
  };
  for (const Lease& lease : progress.leases) note({lease.number, lease.renewals});
  for (const Delay& delay : progress.delays) note({delay.number, 0});
  seen_ = std::move(there);
}

void Watch::add(const Progress& progress, Clock::time_point at) {
  for (const Lease& lease : progress.leases) seen_.try_emplace({lease.number, lease.renewals}, at);
  for (const Delay& delay : progress.delays) seen_.try_emplace({delay.number, 0}, at);
}

Watch::Clock::time_point Watch::end_of(const Lease& lease) const {
  return seen_.at({lease.number, lease.renewals}) + lease.time;
}

Watch::Clock::time_point Watch::end_of(const Delay& delay) const {
  return seen_.at({delay.number, 0}) + delay.time;
}

bool Watch::settle(Progress& progress, Clock::time_point at) const {
  bool changed = false;
  for (const Delay& delay : progress.delays) {
    if (end_of(delay) > at) continue;
    progress.due.add(delay.held);
    changed = true;
  }
  std::erase_if(progress.delays, [&](const Delay& delay) { return end_of(delay) <= at; });
  for (const Lease& lease : progress.leases) {
    if (end_of(lease) > at) continue;
    give_back(progress, {.spans = lease.held, .reason = "The lease ran out."});
    changed = true;
  }
  std::erase_if(progress.leases, [&](const Lease& lease) { return end_of(lease) <= at; });
  return changed;
}

std::optional<Watch::Clock::time_point> Watch::next(const Progress& progress) const {
  std::optional<Clock::time_point> next;
  const auto take = [&next](Clock::time_point end) { next = next ? std::min(*next, end) : end; };
  for (const Lease& lease : progress.leases) take(end_of(lease));
  for (const Delay& delay : progress.delays) take(end_of(delay));
  return next;
}

}  // namespace millrace::consumers
