// What a token may still do: decisions on a consumer's progress, and no more.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "consumers/consumers.hpp"
#include "consumers/progress.hpp"

namespace millrace::consumers {

std::string token_of(const Progress& progress, const Lease& lease);

/// The lease that a token names; null when all of it was answered for before. Errors: "consumer.token", "consumer.lease_over" (conflict).
Result<Lease*> find_lease(Progress& progress, std::string_view token);

/// Whether each result is of a position of the lease, and of another one than the others: "consumer.position" (conflict),
/// "consumer.results" (unprocessable).
Result<> check_results(const Lease& lease, const std::vector<BroughtResult>& results);

/// The positions that are meant and are still held, with their attempts, which are taken out of the lease and noted as answered for; those
/// that were answered for before are left out. Nothing changes on the error "consumer.position" (conflict).
Result<Spans> take_answered(Lease& lease, const Answered& answered);

/// Drops a lease of which nothing is held any more, and remembers that it was answered for.
void finish(Progress& progress, std::uint64_t number);

}  // namespace millrace::consumers
