// Documents without the members that somebody may not see, and documents with those again that somebody could not know.
#pragma once

#include <string>
#include <string_view>

#include "access/rules.hpp"
#include "base/result.hpp"
#include "document/store.hpp"

namespace millrace::access {

/// Whether any member of any document may be hidden by the rule.
bool hides(const Rule& rule);

/// The payload of a document (its text as clients see it), as the rule shows it. A null rule shows nothing but the id.
std::string shown_payload(const Rule* rule, std::string_view text, document::Hidden hidden);

/// Adds the document at a place of another read, as the rule shows it. A null rule adds that it is missing.
void add_shown(document::Documents& out, const document::Documents& in, std::size_t i, const Rule* rule, document::Hidden hidden);

/// The first member of an object that the rule hides; empty: there is none.
std::string_view hidden_member(const Rule& rule, std::string_view object);

/// The payload with what the rule hides of the version before.
std::string with_hidden(const Rule& rule, std::string_view payload, std::string_view before);

/// The payload with the subject of who created it.
std::string with_token(std::string_view payload, std::string_view subject);

}  // namespace millrace::access
