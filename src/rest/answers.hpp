// Pieces of REST answers: bodies of many documents, and the headers of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.hpp"
#include "document/cursor.hpp"
#include "document/document.hpp"
#include "document/store.hpp"
#include "http/message.hpp"

namespace millrace::rest {

/// A response that is there already, as a task.
Task<http::Response> answer(http::Response response);
Task<http::Response> refuse(Error error);

/// The member `author` of a version behind its others; nothing where nobody knows.
std::string author_member(std::string_view author);

/// A response of JSON.
http::Response json_answer(int status, std::string body);

/// ETag (the version in quotes) and X-Canonical-Id.
void add_document_headers(http::Response& response, std::string_view id, std::uint64_t version);

/// ETag, X-Canonical-Id and X-Position of a document that was written.
void add_receipt_headers(http::Response& response, std::string_view id, const document::Receipt& receipt);

/// An id as the header X-Canonical-Id has it: what is no visible ASCII is percent-encoded, and so is %.
std::string canonical_id(std::string_view id);

/// The path of a document, its id percent-encoded.
std::string location(std::string_view path, std::string_view id);

/// Adds the Link header to the page that begins after the cursor. `base` stands before the request's path: an absolute URL where it is
/// known how the client reached us, since not every client resolves one against the request's. The request's other parameters are kept.
void add_next_link(http::Response& response, const http::Request& request, std::string_view base, const document::Cursor& cursor);

/// The scheme, host and port of this service: `public_url` when it is not empty, else as the client named them; empty when it did not.
std::string origin_of(const http::Request& request, std::string_view public_url);

/// The first `count` versions as a JSON array of {version, recorded_at, deleted, position, document}.
std::string history_text(const document::Documents& versions, std::size_t count);

}  // namespace millrace::rest
