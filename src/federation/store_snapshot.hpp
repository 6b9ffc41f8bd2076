// The stores that one request reads, all as of one instant.
#pragma once

#include <vector>

#include "document/store.hpp"
#include "graphql/execution/snapshot.hpp"

namespace millrace::federation {

/// The snapshot that the resolvers over stores share. What was acknowledged before it is taken is in it, whoever's clock it was recorded
/// by; of what is written while it is taken, a version is in it only with all that was acknowledged before that version was recorded (by
/// clocks that agree, where several machines write).
class StoreSnapshot : public graphql::Snapshot {
 public:
  /// Before it is taken. The store outlives the snapshot.
  void add(document::Store& store);

  Task<void> take() override;

  /// The instant to read the store at: later writes to it change nothing that is seen at it. The error is that of a store that did not
  /// say. Requires: it was added, and the snapshot was taken.
  Result<Instant> at(const document::Store& store) const;

 private:
  struct Held {
    document::Store* store = nullptr;
    Result<Instant> latest = Instant{};
  };
  Task<void> ask(Instant below);
  Instant latest_of_all() const;

  std::vector<Held> held_;
  Instant instant_;
};

}  // namespace millrace::federation
