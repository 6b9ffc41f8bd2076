#include "graph/parameters.hpp"

namespace millrace::graph {
namespace {

Failure malformed(std::string message) {
  return Failure(Error{ErrorKind::invalid_argument, "graphql.request", std::move(message)});
}

Result<std::unique_ptr<json::Document>> parse(std::string_view text) {
  TRY(auto document, json::parse(text));
  return std::make_unique<json::Document>(std::move(document));
}

/// A string member; empty when it is absent or null.
Result<std::string> string_member(const json::Value& body, std::string_view name) {
  auto value = body.find(name);
  if (!value || value->is(json::Kind::null)) return std::string();
  if (value->is(json::Kind::string)) return value->string();
  return malformed(fmt::format("The parameter \"{}\" must be a string.", name));
}

Result<std::optional<json::Value>> object_member(const json::Value& body, std::string_view name) {
  auto value = body.find(name);
  if (!value || value->is(json::Kind::null)) return std::nullopt;
  if (value->is(json::Kind::object)) return *value;
  return malformed(fmt::format("The parameter \"{}\" must be an object.", name));
}

Result<Parameters> read_body(std::string_view text) {
  Parameters parameters;
  TRY(parameters.document, parse(text));
  json::Value body = parameters.document->root();
  if (!body.is(json::Kind::object)) return malformed("The body must be a JSON object with the member \"query\".");
  TRY(parameters.query, string_member(body, "query"));
  TRY(parameters.operation_name, string_member(body, "operationName"));
  TRY(parameters.variables, object_member(body, "variables"));
  TRY_OK(object_member(body, "extensions"));
  return parameters;
}

Result<Parameters> read_query(std::string_view text) {
  auto pairs = http::parse_query(text);
  if (!pairs) return malformed("The query string is malformed.");
  Parameters parameters;
  for (auto& [name, value] : *pairs) {
    if (name == "query") parameters.query = std::move(value);
    if (name == "operationName") parameters.operation_name = std::move(value);
    if (name == "variables" && !value.empty()) parameters.variables_text = std::make_unique<std::string>(std::move(value));
  }
  if (!parameters.variables_text) return parameters;
  TRY(parameters.document, parse(*parameters.variables_text));
  json::Value variables = parameters.document->root();
  if (variables.is(json::Kind::null)) return parameters;
  if (!variables.is(json::Kind::object)) return malformed("The parameter \"variables\" must be a JSON object.");
  parameters.variables = variables;
  return parameters;
}

}  // namespace

Result<Parameters> read_parameters(const http::Request& request) {
  Parameters parameters;
  if (request.method == http::Method::get || request.method == http::Method::head) {
    TRY(parameters, read_query(request.query));
  } else {
    std::string type = http::media_type(request.header("content-type"));
    if (type != "application/json")
      return Failure(Error{ErrorKind::unsupported_media_type, "http.media_type",
                           fmt::format("The content type \"{}\" is not read here.", type),
                           "Send the request as JSON with \"Content-Type: application/json\"."});
    TRY(parameters, read_body(request.body));
  }
  if (parameters.query.empty()) return malformed("Must provide query string.");
  return parameters;
}

}  // namespace millrace::graph
