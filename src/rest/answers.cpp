#include "rest/answers.hpp"

#include <algorithm>

#include "base/json/canonical.hpp"
#include "http/authority.hpp"
#include "http/characters.hpp"
#include "http/status.hpp"
#include "rest/preconditions.hpp"

namespace millrace::rest {

Task<http::Response> answer(http::Response response) {
  co_return response;
}
Task<http::Response> refuse(Error error) {
  co_return Failure(std::move(error));
}

std::string author_member(std::string_view author) {
  return author.empty() ? std::string() : fmt::format(R"(,"author":{})", author);
}

http::Response json_answer(int status, std::string body) {
  http::Response response{status, {}, std::move(body)};
  response.add("Content-Type", "application/json");
  return response;
}

void add_document_headers(http::Response& response, std::string_view id, std::uint64_t version) {
  response.add("ETag", etag(version)).add("X-Canonical-Id", canonical_id(id));
}

void add_receipt_headers(http::Response& response, std::string_view id, const document::Receipt& receipt) {
  add_document_headers(response, id, receipt.version);
  response.add("X-Position", std::to_string(receipt.position));
}

namespace {

/// The query string without the cursor.
std::string without_cursor(std::string_view query) {
  std::string kept;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (parameter.starts_with("after=") || parameter.empty()) continue;
    kept.append(parameter).append(1, '&');
  }
  return kept;
}

/// Escapes what a client may send in a target though no URI has it, so that it cannot end the `<...>` of a Link.
void append_uri(std::string& out, std::string_view text) {
  for (const char c : text) {
    const bool is_plain = c > ' ' && c < 0x7f && c != '<' && c != '>' && c != '"';
    is_plain ? void(out += c) : void(fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c)));
  }
}

/// Whether each character is one of those. No early exit, so that the compiler looks at many at a time.
template <class Is>
bool all_are(Is is, std::string_view text) {
  bool all = true;
  for (const char c : text) all &= is(c);
  return all;
}

}  // namespace

std::string canonical_id(std::string_view id) {
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7f && c != '%'; };
  if (all_are(is_plain, id)) return std::string(id);
  std::string text;
  for (const char c : id) {
    is_plain(c) ? void(text += c) : void(fmt::format_to(std::back_inserter(text), "%{:02X}", static_cast<unsigned char>(c)));
  }
  return text;
}

std::string location(std::string_view path, std::string_view id) {
  std::string text;
  text.reserve(path.size() + 1 + id.size());
  text += path;
  if (!text.ends_with('/')) text += '/';
  if (all_are(http::is_unreserved, id)) return text.append(id);
  for (char c : id) {
    if (http::is_unreserved(c)) {
      text += c;
    } else {
      fmt::format_to(std::back_inserter(text), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

std::string origin_of(const http::Request& request, std::string_view public_url) {
  if (!public_url.empty()) return std::string(public_url);
  const std::string_view host = request.header("host");
  return !host.empty() && http::is_authority(host) ? fmt::format("http://{}", host) : std::string();
}

void add_next_link(http::Response& response, const http::Request& request, std::string_view base, const document::Cursor& cursor) {
  std::string link = "<" + std::string(base);
  append_uri(link, request.path);
  link += '?';
  append_uri(link, without_cursor(request.query));
  link.append("after=").append(document::write_cursor(cursor)).append(">; rel=\"next\"");
  response.add("Link", link);
}

std::string history_text(const document::Documents& versions, std::size_t count) {
  constexpr std::size_t kAround = 250;
  std::string text = "[";
  text.reserve(versions.bytes() + kAround * count);
  for (std::size_t i = 0; i < count; ++i) {
    const document::Envelope& envelope = versions.envelope(i);
    fmt::format_to(std::back_inserter(text), "{}{{\"version\":{},\"recorded_at\":\"{}\",\"deleted\":{},\"position\":{},\"document\":{}{}}}",
                   i > 0 ? "," : "", envelope.version, to_string(envelope.recorded_at), envelope.deleted, envelope.position,
                   envelope.deleted ? std::string_view("null") : versions.text(i), author_member(versions.author(i)));
  }
  return text += ']';
}

}  // namespace millrace::rest
