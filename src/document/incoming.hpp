// Documents as clients send them, over whatever face: validated, and split into id and payload. The one way by which a document comes in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json/document.hpp"
#include "base/result.hpp"
#include "jsonschema/schema.hpp"

namespace millrace::document {

inline constexpr std::size_t kIdCharactersMax = 255;

/// Names below an entity's path that are not documents, now or by the specification; and what URLs fold away.
inline constexpr std::string_view kReservedIds[] = {"bulk", "changes", "consumers", "api-docs", "history", "lifecycle", ".", ".."};

/// A document that may be stored.
struct Incoming {
  std::optional<std::string> id;  // the client's own
  std::string payload;            // canonical object without the member "id"
};

/// Reads one document. Errors: "document.not_object", and "schema.violation" (422) with every violation. `schema` may be null: then any
/// object will do. `pointer` stands before every path in the details (the item's place in a bulk request, the argument of a mutation).
Result<Incoming> read_document(const json::Value& document, const jsonschema::Schema* schema, std::string_view pointer = {});

/// The same from its text. Errors: JSON's own as well.
Result<Incoming> read_document(std::string_view text, const jsonschema::Schema* schema, std::string_view pointer = {});

/// The document as it is answered: {"id":ID,MEMBERS...}.
std::string document_text(std::string_view id, std::string_view payload);

}  // namespace millrace::document
