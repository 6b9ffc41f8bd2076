// What every store asks before it appends: whether the newest version of a document lets the append through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "document/store.hpp"

namespace millrace::document {

/// The newest version of a document; version 0: there is none.
struct Head {
  std::uint64_t version = 0;
  bool deleted = false;

  bool present() const { return version != 0 && !deleted; }
};

/// The error for a document that is not there.
Error not_found(std::string_view id);

/// Why the append cannot be made on this head, or nothing when it can. `index` is its place among the appends of the call.
std::optional<Error> refusal(const Append& append, const Head& head, std::size_t index);

}  // namespace millrace::document
