// Documents as clients send them, over whatever face: validated, and split into id and payload. The one way by which a document comes in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/document.hpp"
#include "base/result.hpp"
#include "document/document.hpp"
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

/// Reads a document that is to be created, as the client sent it. Errors: "document.not_object", and "schema.violation" (422) with every
/// violation. `schema` may be null: then any object will do. `pointer` stands before every path in the details (the item's place in a bulk
/// request, the argument of a mutation).
Result<Incoming> read_document(const json::Value& document, const jsonschema::Schema* schema, std::string_view pointer = {});

/// The same from its text. Errors: JSON's own as well.
Result<Incoming> read_document(std::string_view text, const jsonschema::Schema* schema, std::string_view pointer = {});

/// Reads the next version of the document `id`: gives its payload. The id may stand in it, and must be the same then ("document.id"). To
/// its schema the id is there or not, whichever fits: a schema that requires the id does not ask clients to repeat it, and one that does
/// not know it does not refuse what was read here.
Result<std::string> read_version(std::string_view text, const jsonschema::Schema* schema, std::string_view id,
                                 std::string_view pointer = {});

/// The next version by a merge patch (RFC 7396) of the newest one, of at most `bytes_max` bytes: its payload. Errors: those of
/// read_version(), and "document.too_large".
Result<std::string> patch_version(const Documents& newest, std::string_view patch, const jsonschema::Schema* schema, std::size_t bytes_max,
                                  std::string_view pointer = {});

/// How a schema takes ids.
enum class IdRule : std::uint8_t {
  any,   // those that are made here, whether it names them or not
  own,   // documents bring theirs: those made here would not fit
  none,  // no string fits, or no object at all: there can be no document
};
IdRule id_rule(const jsonschema::Schema& schema);

/// The document as it is answered: {"id":ID,MEMBERS...}.
std::string document_text(std::string_view id, std::string_view payload);

}  // namespace millrace::document
