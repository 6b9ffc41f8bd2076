// Ledger: small records that change in place, beside the versions of a collection and in the same storage: cursors, leases, waiting lists.
//
// They are no documents: they have no history, and nobody is given them by any face.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/task.hpp"

namespace millrace::document {

struct Record {
  std::string value;
  std::uint64_t revision = 0;  // 0: it is not there
};

/// Any thread with a loop, as a store.
class Ledger {
 public:
  virtual ~Ledger() = default;
  virtual Task<Record> get(std::string_view name) = 0;
  /// Writes the record if its revision is still `revision`; gives the new one, which is larger. Error "ledger.revision"
  /// (precondition_failed): somebody else was faster. Durable when acknowledged; "store.unconfirmed": not known.
  virtual Task<std::uint64_t> put(std::string_view name, std::string value, std::uint64_t revision) = 0;
};

}  // namespace millrace::document
