// Documents as clients send them: parsed, validated, and split into id and payload.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"
#include "jsonschema/schema.hpp"

namespace millrace::rest {

/// A document that may be stored.
struct Incoming {
  std::optional<std::string> id;  // the client's own
  std::string payload;            // canonical object without the member "id"
};

/// Refuses what is not sent as one of the media types. A request without Content-Type is taken at its word.
Result<> expect_media_type(const http::Request& request, std::initializer_list<std::string_view> types);

/// Reads one document. Errors: JSON's own, "document.not_object", "document.id", and "schema.violation" (422) with every violation.
/// `pointer` stands before every path in the details (the item's place in a bulk request).
Result<Incoming> read_document(std::string_view text, const jsonschema::Schema* schema, std::string_view pointer = {});

/// The document as it is answered: {"id":ID,MEMBERS...}.
std::string document_text(std::string_view id, std::string_view payload);

}  // namespace millrace::rest
