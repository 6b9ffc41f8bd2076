// Changes of one document: one append, and the next version made of the newest one.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "document/store.hpp"

namespace millrace::document {

/// Times that a change is made anew because another writer was faster; one of them wins each time.
inline constexpr std::size_t kChangeAttemptsMax = 1'000;

/// One append; the place of an element in a batch says nothing about a request that has one. The store lives until the call ends.
Task<Receipt> append_one(Store& store, Append append);

/// What a change makes of the newest version: the payload of the next (empty for Operation::remove). Its error ends the change.
using Change = std::function<Result<std::string>(const Documents& newest)>;

struct Changed {
  std::string payload;
  Receipt receipt;
};

/// Reads the newest version, makes the next of it, and appends that if nobody was faster; else once more. `append` brings operation, id,
/// and the version that the newest one must be, if any; the store lives until the call ends. Errors: "document.not_found",
/// "document.version", "document.contended" after kChangeAttemptsMax times, those of the change and of the store.
Task<Changed> change_newest(Store& store, Append append, Change change);

}  // namespace millrace::document
