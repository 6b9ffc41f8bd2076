// Which idempotency key a document comes with.
#pragma once

#include <optional>
#include <string_view>

#include "document/idempotency.hpp"
#include "rest/resource.hpp"

namespace millrace::rest {

/// The key that was sent beside the document (`key`, nothing when none was), else the text or number in the field that the options name.
/// `pointer` is the document's place in a bulk request. Error "idempotency.key".
Result<std::optional<document::Idempotency>> idempotency_of(const ResourceOptions& options, const document::Incoming& incoming,
                                                            std::optional<std::string_view> key, std::string_view pointer = {});

}  // namespace millrace::rest
