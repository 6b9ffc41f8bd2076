// Versions in MongoDB: the newest of each document in a collection, what was superseded in COLLECTION_history. No transactions are
// needed: horizon.hpp says how a batch becomes visible all at once (docs/decisions/0015-mongo-horizon.md).
//
// libmongoc blocks, so a writer thread and a pool of readers take whole calls. Several stores, processes and machines may share a
// collection. The payload is a plain sub-document that other tools can query.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "document/measures.hpp"
#include "document/store.hpp"

namespace millrace::store::mongo {

struct Options {
  std::string uri;                                                    // as libmongoc takes it; reads ask the primary, whatever it says
  std::vector<std::pair<std::string, std::string>> uri_options = {};  // that are added to it
  std::string database = {};                                          // empty: the one that the URI names
  std::string collection;
  std::vector<document::FieldPath> indexes = {};  // made when they are not there
  std::function<Instant()> clock = &now;          // where recorded_at comes from
  document::Measures measures = {};
  std::function<void(std::string_view)> log = {};  // what the server said when something failed; any thread; outlives the store
  std::size_t readers = 4;                         // threads
  std::size_t queue_max = 10'000;                  // waiting appends; more are refused: "overloaded.writes"
  std::size_t batch_max = 1'000;                   // appends in one commit
  std::chrono::milliseconds wait_max{10'000};      // for a write behind a long one; then it is refused likewise
  std::chrono::milliseconds lease{5'000};          // of a writer without a sign of life; then another one goes on
  std::chrono::milliseconds select{3'000};         // to find a server, where the URI does not say
  std::chrono::milliseconds timeout{10'000};       // of one command, likewise; then "store.timeout"
  std::chrono::milliseconds resolve{20'000};       // to find out whether a commit came that was not answered; then "store.unconfirmed"
};

/// Does not wait for the server: what needs it says "store.unavailable" while it is away. Error "store.open": the URI is none.
Result<std::unique_ptr<document::Store>> open_store(Options options);

}  // namespace millrace::store::mongo
