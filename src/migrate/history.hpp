// The versions that the rows of a source come to.
//
//   a row                                               a version, recorded at its created_at: the first of a document that does not live
//                                                       creates it, each further one replaces
//   a deleted row of a document that lives              a tombstone (MeshQL in Rust appends such rows)
//   a deleted row of one that does not                  a version and at once its tombstone: MeshQL in Java and TypeScript marks all
//                                                       rows of a document when it is deleted, and shows them at no instant any more; so
//                                                       they stay in the history and are seen at no instant either
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "document/store.hpp"
#include "migrate/living_ids.hpp"
#include "migrate/source.hpp"

namespace millrace::migrate {

struct Version {
  document::Append append;
  std::string place;  // of its row
};

struct Counts {
  std::uint64_t rows = 0;
  std::uint64_t refused = 0;
  std::uint64_t versions = 0;
  std::uint64_t documents = 0;
  std::uint64_t tombstones = 0;
  std::uint64_t hidden = 0;         // rows that were marked as deleted afterwards
  std::uint64_t with_tokens = 0;    // rows that restrict who may see them
  std::uint64_t with_defaults = 0;  // of these, those whose tokens MeshQL gives where no auth is configured
  std::uint64_t in_future = 0;
  std::uint64_t fingerprint = 0;  // of all versions in order

  friend bool operator==(const Counts&, const Counts&) = default;
};

/// Called with each row that cannot be taken.
using Refuse = std::function<void(const std::string& place, const std::string& reason)>;

class History {
 public:
  struct Options {
    std::size_t batch_versions = 500;
    std::size_t batch_bytes = 4u << 20;
  };
  /// The source outlives it.
  explicit History(Source& source) : History(source, Options()) {}
  History(Source& source, Options options) : source_(source), options_(options) {}

  /// From the first row, again.
  Result<> begin(Refuse refuse);
  /// The next versions; none at the end. Errors: the source's, and "migrate.order" when created_at goes back.
  Result<std::vector<Version>> next();
  /// Of all that next() gave so far.
  const Counts& counts() const { return counts_; }

 private:
  Result<> take(const Row& row, std::vector<Version>& versions);
  void count(const Row& row);
  void add(std::vector<Version>& versions, document::Append append, const std::string& place);

  Source& source_;
  const Options options_;
  Refuse refuse_;
  Counts counts_;
  LivingIds living_;
  Instant last_;
  const Instant begun_ = now();
  bool is_ended_ = false;
  std::size_t bytes_ = 0;  // of the versions at hand
};

}  // namespace millrace::migrate
