// What a read may see, and for whom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/author.hpp"
#include "base/instant.hpp"
#include "base/principal.hpp"

namespace millrace::document {

enum class Operation : std::uint8_t;  // store.hpp

/// What becomes of the members of a document that who asks may not see (access/guard.hpp; nothing else hides any).
enum class Hidden : std::uint8_t {
  left_out,
  /// "x" becomes "#x", and the object has a member "#hidden": whoever writes the answer can tell what is not there from what is hidden, and
  /// follow a key that is. What may be seen and is not there is null.
  renamed,
  kept,  // nothing is hidden: of View::writes
};

/// How the versions look to a read, and how much of them it may give.
struct View {
  Instant at = kNewest;
  /// A read ends where the texts of all that it gives would be longer, so that it never holds more: Documents::is_cut() says so. One
  /// document it gives in any case. Counts have no use for it.
  std::size_t bytes_max = SIZE_MAX;
  /// Who asks; what it points to lives until the call ends. Null: nobody who said so.
  const Principal* principal = nullptr;
  Origin origin = {};  // for records of who read what (access/audited.hpp), and spans (traced.hpp)
  Hidden hidden = Hidden::left_out;
  /// What is read is to be changed so: then all of it is given to who may do that; error "access.denied" where nobody like them may.
  std::optional<Operation> writes = {};
};

/// Who asks, for as long as they are answered.
struct Asker {
  std::shared_ptr<const Principal> principal = nullptr;
  Hidden hidden = Hidden::left_out;
  std::string address = {};  // the client's
  Trace trace = {};

  /// What they see of what is newest. It ends with the asker.
  View view() const { return {.principal = principal.get(), .origin = {address, &trace}, .hidden = hidden}; }
};

/// How much of an entity somebody may see.
enum class Sight : std::uint8_t { none, some, all };

}  // namespace millrace::document
