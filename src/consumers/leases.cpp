#include "consumers/leases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace millrace::consumers {
namespace {

/// Of those that were answered for, as many are remembered, so that an answer that got lost can be asked for again.
constexpr std::size_t kFinishedMax = 256;

Failure conflict(std::string_view code, std::string message, std::string hint) {
  return Failure(Error{ErrorKind::conflict, code, std::move(message), std::move(hint)});
}

Failure not_of_this_lease(Position position) {
  return conflict("consumer.position", fmt::format("The position {} is not of this lease.", position),
                  "Name positions that the claim gave.");
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string token_of(const Progress& progress, const Lease& lease) {
  return fmt::format("{}.{}", progress.incarnation, lease.number);
}

Result<Lease*> find_lease(Progress& progress, std::string_view token) {
  const std::size_t dot = std::min(token.find('.'), token.size());
  const auto number = number_of(token.substr(std::min(dot + 1, token.size())));
  if (token.substr(0, dot) != progress.incarnation || !number || *number == 0 || *number > progress.numbers)
    return conflict("consumer.token", "The token is not of this consumer, or the consumer was deleted since.", "Claim anew.");
  const auto lease = std::ranges::find(progress.leases, *number, &Lease::number);
  if (lease != progress.leases.end()) return &*lease;
  if (std::ranges::find(progress.finished, *number) != progress.finished.end()) return nullptr;
  return conflict("consumer.lease_over", "The lease ran out before this: what it held is handed out again, or was already.",
                  "Claim anew, with a longer lease, or extend it while you work.");
}

Result<> check_results(const Lease& lease, const std::vector<BroughtResult>& results) {
  Spans seen;
  for (const BroughtResult& result : results) {
    if (!lease.held.find(result.position) && !lease.done.find(result.position)) return not_of_this_lease(result.position);
    if (seen.find(result.position))
      return Failure(Error{ErrorKind::unprocessable, "consumer.results",
                           fmt::format("There are two results of the position {}.", result.position), "Bring one for each version."});
    seen.add({result.position, result.position, 0});
  }
  return {};
}

Result<Spans> take_answered(Lease& lease, const Answered& answered) {
  Spans taken;
  if (answered.all) {
    taken = std::exchange(lease.held, {});
  } else {
    for (const Position position : answered.positions) {
      if (lease.held.find(position) || lease.done.find(position)) continue;
      return not_of_this_lease(position);
    }
    for (const Position position : answered.positions) {
      if (const auto attempts = lease.held.remove(position)) taken.add({position, position, *attempts});
    }
  }
  lease.done.add(taken);
  return taken;
}

void finish(Progress& progress, std::uint64_t number) {
  const auto lease = std::ranges::find(progress.leases, number, &Lease::number);
  if (lease == progress.leases.end() || !lease->held.empty()) return;
  progress.leases.erase(lease);
  progress.finished.push_back(number);
  if (progress.finished.size() > kFinishedMax) progress.finished.erase(progress.finished.begin());
}

}  // namespace millrace::consumers
