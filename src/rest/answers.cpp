#include "rest/answers.hpp"

#include <charconv>

#include "base/json/canonical.hpp"
#include "http/status.hpp"

namespace millrace::rest {

Task<http::Response> answer(http::Response response) {
  co_return response;
}
Task<http::Response> refuse(Error error) {
  co_return Failure(std::move(error));
}

void add_document_headers(http::Response& response, std::string_view id, std::uint64_t version) {
  response.add("ETag", fmt::format("\"{}\"", version)).add("X-Canonical-Id", id);
}

std::optional<std::uint64_t> parse_etag(std::string_view etag) {
  if (etag.size() < 3 || etag.front() != '"' || etag.back() != '"') return std::nullopt;
  etag = etag.substr(1, etag.size() - 2);
  std::uint64_t version = 0;
  auto [end, error] = std::from_chars(etag.data(), etag.data() + etag.size(), version);
  if (error != std::errc() || end != etag.data() + etag.size()) return std::nullopt;
  return version;
}

bool none_match(std::string_view header, std::uint64_t version) {
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    std::string_view tag = header.substr(0, comma);
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    while (tag.starts_with(' ')) tag.remove_prefix(1);
    while (tag.ends_with(' ')) tag.remove_suffix(1);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == "*" || parse_etag(tag) == version) return true;
  }
  return false;
}

namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

/// The query string without the parameters that say where a page begins.
std::string without_cursor(std::string_view query) {
  std::string kept;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (parameter.starts_with("after=") || parameter.starts_with("at=") || parameter.empty()) continue;
    kept.append(parameter).append(1, '&');
  }
  return kept;
}

}  // namespace

std::string location(std::string_view path, std::string_view id) {
  std::string text(path);
  text += '/';
  for (char c : id) {
    if (is_unreserved(c)) {
      text += c;
    } else {
      fmt::format_to(std::back_inserter(text), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

std::string next_link(std::string_view path, std::string_view query, document::Position last, Instant at) {
  return fmt::format("<{}?{}at={}&after={}>; rel=\"next\"", path, without_cursor(query), to_string(at), last);
}

std::string array_text(const document::Documents& documents, std::size_t count) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) {
    if (!documents.found(i)) continue;
    if (text.size() > 1) text += ',';
    text += documents.text(i);
  }
  return text += ']';
}

std::string history_text(const document::Documents& versions) {
  std::string text = "[";
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const document::Envelope& envelope = versions.envelope(i);
    fmt::format_to(std::back_inserter(text), "{}{{\"version\":{},\"recorded_at\":\"{}\",\"deleted\":{},\"position\":{},\"document\":{}}}",
                   i > 0 ? "," : "", envelope.version, to_string(envelope.recorded_at), envelope.deleted, envelope.position,
                   envelope.deleted ? std::string_view("null") : versions.text(i));
  }
  return text += ']';
}

std::string item_results_text(const std::vector<ItemResult>& results) {
  std::string text = "[";
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (i > 0) text += ',';
    if (results[i].error) {
      http::Response problem = http::problem(*results[i].error);
      fmt::format_to(std::back_inserter(text), "{{\"index\":{},\"status\":{},\"problem\":{}}}", i, problem.status, problem.body);
    } else {
      fmt::format_to(std::back_inserter(text), "{{\"index\":{},\"status\":201,\"position\":{},\"document\":{}}}", i, results[i].position,
                     results[i].document);
    }
  }
  return text += ']';
}

}  // namespace millrace::rest
