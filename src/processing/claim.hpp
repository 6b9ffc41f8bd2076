// Claim: a record of a ledger that belongs to one instance at a time. It is a JSON object with "owner" and "fence"; what else it holds is
// its owner's. It is written by the revision that its writer knows: an owner that was replaced while it slept learns so, and has changed
// nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "document/ledger.hpp"

namespace millrace::processing {

struct Owner {
  std::string instance = {};  // empty: nobody
  std::uint64_t fence = 0;    // grows with each owner

  bool operator==(const Owner&) const = default;
};

/// Of a text that says none: nobody.
Owner read_owner(std::string_view record);

/// For one thread, one write at a time. The ledger outlives it.
class Claim {
 public:
  /// `revision`: of the record as this instance has written it to become its owner.
  Claim(document::Ledger& ledger, std::string record, Owner owner, std::uint64_t revision);

  /// Whether it still belongs to this instance. May be asked during a write.
  Task<bool> check();
  /// Writes the record, unless it belongs to somebody else: false. On an error it is not known what it holds; the next write looks first.
  Task<bool> write(std::string value);
  /// The next write goes by what the record holds now, whoever owns it: a bug that simulations plant.
  Task<void> ignore_owner();

 private:
  document::Ledger* ledger_;
  std::string record_;
  Owner owner_;
  std::uint64_t revision_;
  bool is_uncertain_ = false;
};

}  // namespace millrace::processing
