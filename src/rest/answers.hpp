// Pieces of REST answers: bodies of many documents, and the headers of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.hpp"
#include "document/document.hpp"
#include "http/message.hpp"

namespace millrace::rest {

/// A response that is there already, as a task.
Task<http::Response> answer(http::Response response);
Task<http::Response> refuse(Error error);

/// ETag (the version in quotes) and X-Canonical-Id.
void add_document_headers(http::Response& response, std::string_view id, std::uint64_t version);

/// The version in a strong ETag of ours: "3" in quotes.
std::optional<std::uint64_t> parse_etag(std::string_view etag);

/// Whether an If-None-Match header (a list of tags, weak or strong, or `*`) names the version (RFC 9110, 13.1.2).
bool none_match(std::string_view header, std::uint64_t version);

/// The path of a document, its id percent-encoded.
std::string location(std::string_view path, std::string_view id);

/// Link header to the page after `last`, with the request's other parameters kept and the instant pinned: a document that changes between
/// two pages moves in the newest order, and would be on none.
std::string next_link(std::string_view path, std::string_view query, document::Position last, Instant at);

/// The first `count` documents that were found as a JSON array.
std::string array_text(const document::Documents& documents, std::size_t count);

/// Versions as a JSON array of {version, recorded_at, deleted, position, document}.
std::string history_text(const document::Documents& versions);

/// What became of an item of a partial bulk request.
struct ItemResult {
  std::string document;
  document::Position position = 0;
  std::optional<Error> error = {};
};
std::string item_results_text(const std::vector<ItemResult>& results);

}  // namespace millrace::rest
