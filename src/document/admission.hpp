// Whether a store may append what a call asks for: one answer for every store, so that all refuse alike.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "document/head.hpp"
#include "document/store.hpp"

namespace millrace::document {

/// What stands under an idempotency key: the document that was created, and from what.
struct KeyUse {
  std::string id;
  std::string fingerprint;
};

/// What a store holds, as far as appends depend on it.
class Held {
 public:
  virtual ~Held() = default;
  virtual Result<Head> head(const std::string& id) = 0;
  /// Nothing when no living document was created under the key.
  virtual Result<std::optional<KeyUse>> key(const std::string& key) = 0;
};

/// Why the appends cannot all be made in this order, or nothing when they can. Appends nothing; later elements see what earlier ones will
/// have done. The error of the result is that of `held`.
Result<std::optional<Error>> refusal(std::span<const Append> appends, Held& held);

/// The error about an element ("/3") of a batch, counted over all batches of which `first` elements came before.
Error counted_from(std::size_t first, Error error);

}  // namespace millrace::document
