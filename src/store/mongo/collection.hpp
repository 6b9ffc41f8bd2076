// The versions in one collection and its history, as a horizon lets them be seen.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.hpp"
#include "document/document.hpp"
#include "document/filter.hpp"
#include "store/mongo/connection.hpp"
#include "store/mongo/horizon.hpp"
#include "store/mongo/version.hpp"

namespace millrace::store::mongo {

struct Names {
  std::string newest;
  std::string history;
};

/// Makes the indexes. Error "store.open" when there are documents that are not ours.
Result<> prepare(Client& client, const Names& names, const std::vector<document::FieldPath>& indexes);

/// {PATH: {$in: [TEXTS]}} for one of our own members.
Bson any_of(std::string_view member, std::span<const std::string_view> texts);

/// Adds to a filter that the horizon sees the version.
Bson seen(Bson filter, const Horizon& horizon);

/// What is asked of the versions of documents.
struct Asked {
  Instant at = kNewest;
  bool with_payload = true;
};

/// The newest visible versions of these ids at an instant, tombstones included. What is not there is absent. `own`: an epoch that sees
/// what it has itself written.
Result<TextMap<Version>> newest_of(Client& client, const Names& names, const Horizon& horizon, std::span<const std::string_view> ids,
                                   Asked asked, std::int64_t own = -1);

/// The ids of documents whose newest version in the collection the horizon does not see.
Result<std::vector<std::string>> covered(Client& client, const Names& names, const Horizon& horizon);

}  // namespace millrace::store::mongo
