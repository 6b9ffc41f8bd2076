#include "graph/parameters.hpp"

#include "http/media_range.hpp"

namespace millrace::graph {
namespace {

Failure malformed(std::string message) {
  return Failure(Error{ErrorKind::invalid_argument, "graphql.request", std::move(message)});
}

Result<std::unique_ptr<json::Document>> parse(std::string_view text) {
  TRY(auto document, json::parse(text));
  return std::make_unique<json::Document>(std::move(document));
}

/// A string member; nothing when it is absent or null.
Result<std::optional<std::string>> string_member(const json::Value& body, std::string_view name) {
  auto value = body.find(name);
  if (!value || value->is(json::Kind::null)) return std::nullopt;
  if (value->is(json::Kind::string)) return value->string();
  return malformed(fmt::format("The parameter \"{}\" must be a string.", name));
}

Result<std::optional<json::Value>> object_member(const json::Value& body, std::string_view name) {
  auto value = body.find(name);
  if (!value || value->is(json::Kind::null)) return std::nullopt;
  if (value->is(json::Kind::object)) return *value;
  return malformed(fmt::format("The parameter \"{}\" must be an object.", name));
}

/// As text; whoever begins there says whether it is a place.
std::string begin_of(const json::Value& extensions) {
  const auto after = extensions.find("after");
  if (!after || after->is(json::Kind::null)) return {};
  return after->is(json::Kind::string) ? after->string() : std::string(after->text());
}

}  // namespace

Result<Parameters> read_parameters(json::Value object) {
  Parameters parameters;
  TRY(auto query, string_member(object, "query"));
  parameters.query = std::move(query).value_or("");
  TRY(parameters.operation_name, string_member(object, "operationName"));
  TRY(parameters.variables, object_member(object, "variables"));
  TRY(const auto extensions, object_member(object, "extensions"));
  if (extensions) parameters.begin = begin_of(*extensions);
  if (parameters.query.empty()) return malformed("Must provide query string.");
  return parameters;
}

namespace {

Result<> read_batch(json::Value array, std::size_t batch_max, Asked& asked) {
  const auto refuse = [](std::string message, std::string hint) {
    return Failure(Error{ErrorKind::invalid_argument, "graphql.batch", std::move(message), std::move(hint)});
  };
  if (batch_max == 0)
    return refuse("Batches of requests are not taken here.", "Send one request as an object, or set `batching` in the service's config.");
  if (array.size() > batch_max)
    return refuse(fmt::format("The batch has {} requests; the limit is {}.", array.size(), batch_max), "Send them in several batches.");
  asked.is_batch = true;
  for (json::Value request = array.first(); request != array.end(); request = request.after()) {
    if (!request.is(json::Kind::object)) return malformed("Every request of a batch must be a JSON object with the member \"query\".");
    asked.requests.push_back(read_parameters(request));
  }
  return {};
}

Result<Asked> read_body(std::string_view text, std::size_t batch_max) {
  Asked asked;
  TRY(asked.document, parse(text));
  const json::Value body = asked.document->root();
  if (body.is(json::Kind::array)) {
    TRY_OK(read_batch(body, batch_max, asked));
    return asked;
  }
  if (!body.is(json::Kind::object)) return malformed("The body must be a JSON object with the member \"query\".");
  TRY(auto parameters, read_parameters(body));
  asked.requests.emplace_back(std::move(parameters));
  return asked;
}

/// A parameter of a query string that holds a JSON object; absent, empty and null are one.
Result<std::unique_ptr<json::Document>> object_parameter(std::string_view text, std::string_view name) {
  if (text.empty()) return nullptr;
  TRY(auto document, parse(text));
  if (document->root().is(json::Kind::null)) return nullptr;
  if (!document->root().is(json::Kind::object)) return malformed(fmt::format("The parameter \"{}\" must be a JSON object.", name));
  return document;
}

Result<Asked> read_query(std::string_view text) {
  auto pairs = http::parse_query(text);
  if (!pairs) return malformed("The query string is not well-formed percent-encoded UTF-8.");
  constexpr std::string_view kNames[] = {"query", "operationName", "variables", "extensions"};
  std::optional<std::string> values[4];
  for (auto& [name, value] : *pairs) {
    const auto known = std::ranges::find(kNames, name) - std::begin(kNames);
    if (known == std::ssize(kNames)) continue;  // reserved for what may come (GraphQL over HTTP, "Request Parameters")
    if (values[known]) return malformed(fmt::format("The parameter \"{}\" is given twice.", name));
    values[known] = std::move(value);
  }
  Asked asked;
  Parameters parameters{values[0].value_or(""), std::move(values[1]), std::nullopt};
  asked.variables_text = std::make_unique<std::string>(values[2].value_or(""));
  TRY(asked.document, object_parameter(*asked.variables_text, "variables"));
  if (asked.document) parameters.variables = asked.document->root();
  const std::string extensions_text = values[3].value_or("");
  TRY(const auto extensions, object_parameter(extensions_text, "extensions"));
  if (extensions) parameters.begin = begin_of(extensions->root());
  if (parameters.query.empty()) return malformed("Must provide query string.");
  asked.requests.emplace_back(std::move(parameters));
  return asked;
}

}  // namespace

Result<Asked> read_parameters(const http::Request& request, std::size_t batch_max) {
  if (request.method == http::Method::get || request.method == http::Method::head) return read_query(request.query);
  const std::string_view header = request.header("content-type");
  const std::string type = http::media_type(header);
  if (type == "application/json" && http::is_utf8_or_silent(header)) return read_body(request.body, batch_max);
  return Failure(Error{ErrorKind::unsupported_media_type, "http.media_type",
                       type.empty() ? "The content type is missing." : fmt::format("The content type \"{}\" is not read here.", header),
                       "Send the request as JSON in UTF-8 with \"Content-Type: application/json\"."});
}

}  // namespace millrace::graph
