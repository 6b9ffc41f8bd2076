#include "bench/handwritten/routes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/json/escapes.hpp"
#include "http/characters.hpp"

namespace millrace::handwritten {
namespace {

constexpr std::string_view kApi = "/raw-events/api";
constexpr std::string_view kGraphHeaders = "Content-Type: application/json; charset=utf-8\r\nVary: Accept, Millrace-At\r\n";

/// The id as a header or a path has it, percent-encoded where it must be; nearly always it is plain.
void append_id(std::string& out, std::string_view id, bool (*is_plain)(char)) {
  for (const char c : id) {
    if (is_plain(c)) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

bool is_visible(char c) {
  return c > ' ' && c < 0x7f && c != '%';
}

void append_document_headers(std::string& out, std::string_view id, std::int64_t version) {
  fmt::format_to(std::back_inserter(out), "ETag: \"{}\"\r\nX-Canonical-Id: ", version);
  append_id(out, id, is_visible);
  out += "\r\n";
}

/// Takes white space and then this character away.
bool take(std::string_view& text, char c) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// The variable of a GraphQL request that has this one alone. Within a string, such as the query, the quotes of the key would be escaped.
std::optional<std::string> variable(std::string_view body, std::string_view name) {
  constexpr std::string_view kVariables = R"("variables")";
  const std::size_t place = body.rfind(kVariables);
  if (place == std::string_view::npos) return std::nullopt;
  body.remove_prefix(place + kVariables.size());
  if (!take(body, ':') || !take(body, '{') || !take(body, '"') || !body.starts_with(name)) return std::nullopt;
  body.remove_prefix(name.size());
  if (!take(body, '"') || !take(body, ':') || !take(body, '"')) return std::nullopt;
  std::size_t end = 0;
  while (end < body.size() && body[end] != '"') end += body[end] == '\\' ? 2 : 1;
  if (end >= body.size()) return std::nullopt;
  const std::string_view raw = body.substr(0, end);
  if (!raw.contains('\\')) return std::string(raw);
  std::string value;
  json::append_unescaped(value, raw);
  return value;
}

Failure no_variable() {
  return Failure(Error{ErrorKind::invalid_argument, "graphql.request", "The request has no variable for this query."});
}

http::Response graph_answer() {
  return {.status = 200, .headers = std::string(kGraphHeaders), .body = {}};
}

Failure not_found(std::string_view id) {
  return Failure(Error{ErrorKind::not_found, "document.not_found", fmt::format("There is no document with the id \"{:.255}\".", id)});
}

Task<http::Response> refuse(Failure failure) {
  co_return std::move(failure);
}

}  // namespace

Task<http::Response> Routes::handle(const http::Request& request) {
  const std::string_view path = request.path;
  if (request.method == http::Method::get && path.size() > kApi.size() + 1 && path.starts_with(kApi))
    return read(path.substr(kApi.size() + 1));
  if (request.method == http::Method::post) {
    if (path == kApi) return create(request);
    if (path == "/raw-events/graph") return ask_by_id(request);
    if (path == "/processed-events/graph") return ask_by_name(request);
  }
  return refuse(Failure(Error{ErrorKind::not_found, "http.no_route", "Nothing is served at this path."}));
}

Task<http::Response> Routes::read(std::string_view segment) {
  std::string decoded;
  std::string_view id = segment;
  if (segment.contains('%')) {
    decoded = http::percent_decode(segment).value_or("");
    id = decoded;
  }
  io::Completion<Stored> done;
  events_->find(id, done);
  Result<Stored> found = co_await done;
  if (found->version == 0) co_return not_found(id);
  http::Response response;
  append_document_headers(response.headers, id, found->version);
  response.headers += "Content-Type: application/json\r\n";
  response.body = std::move(found->document);
  co_return std::move(response);
}

Task<http::Response> Routes::create(const http::Request& request) {
  if (!request.header("content-type").starts_with("application/json")) {
    co_return Failure(Error{ErrorKind::unsupported_media_type, "http.content_type", "The body must be application/json."});
  }
  Result<Event> event = read_event(request.body);
  if (!event) co_return Failure(std::move(event).error());
  io::Completion<Place> done;
  events_->add(*event, done);
  const Result<Place> place = co_await done;
  if (!*place) {
    co_return Failure(
        Error{ErrorKind::conflict, "document.exists", fmt::format("A document with the id \"{}\" exists already.", event->id)});
  }
  http::Response response{.status = 201, .headers = "Content-Type: application/json\r\n", .body = {}};
  append_document_headers(response.headers, event->id, 1);
  fmt::format_to(std::back_inserter(response.headers), "X-Position: {}\r\nLocation: {}/", **place, kApi);
  append_id(response.headers, event->id, http::is_unreserved);
  response.headers += "\r\n";
  response.body = std::move(event->document);
  co_return std::move(response);
}

Task<http::Response> Routes::ask_by_id(const http::Request& request) {
  const std::optional<std::string> id = variable(request.body, "id");
  if (!id) co_return no_variable();
  io::Completion<Stored> done;
  events_->find(*id, done);
  const Result<Stored> found = co_await done;
  http::Response response = graph_answer();
  response.body.reserve(found->document.size() + 32);
  response.body = R"({"data":{"getById":)";
  if (found->version == 0) {
    response.body += "null";
  } else {
    append_raw(response.body, found->document);
  }
  response.body += "}}";
  co_return std::move(response);
}

Task<http::Response> Routes::ask_by_name(const http::Request& request) {
  const std::optional<std::string> name = variable(request.body, "name");
  if (!name) co_return no_variable();
  io::Completion<std::string> done;
  events_->find_processed(*name, done);
  Result<std::string> body = co_await done;
  http::Response response = graph_answer();
  response.body = *std::move(body);
  co_return std::move(response);
}

}  // namespace millrace::handwritten
