#include "rest/openapi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "auth/gate.hpp"
#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "document/incoming.hpp"
#include "http/status.hpp"
#include "jsonschema/example.hpp"
#include "rest/answers.hpp"
#include "rest/consumer_schemas.hpp"
#include "rest/filter_parameters.hpp"
#include "rest/operations.hpp"
#include "rest/schema_component.hpp"

namespace millrace::rest {
namespace {

/// Stands for the origin in the document that is made once. No schema can hold it: it is no JSON text.
constexpr std::string_view kOrigin = "\x01origin\x01";

constexpr std::string_view kProblemSchema =
    R"({"type":"object","description":"RFC 9457.","required":["type","title","status","code","error"],"properties":{)"
    R"("type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},)"
    R"("code":{"type":"string","description":"Stable, for programs."},"error":{"type":"string","description":"One sentence, for people."},)"
    R"("hint":{"type":"string"},"errors":{"type":"array","items":{"type":"object","required":["path","keyword","message"],"properties":{)"
    R"("path":{"type":"string","description":"JSON Pointer into what was sent."},"keyword":{"type":"string"},"message":{"type":"string"}}}}}})";

constexpr std::string_view kLifecycleSchema =
    R"({"type":"object","required":["id","entries","complete"],"properties":{"id":{"type":"string"},)"
    R"("complete":{"type":"boolean","description":"Else there is more than is told: the newest are there."},)"
    R"("entries":{"type":"array","items":{"type":"object","required":["kind","at"],"properties":{"kind":{"enum":["received","changed",)"
    R"("removed","attempt","outcome","outcome_changed","outcome_removed","pending"]},"at":{"type":"string","format":"date-time"},)"
    R"("version":{"type":"integer","minimum":1},"position":{"type":"integer","minimum":1},"processor":{"type":"string"},)"
    R"("raw_version":{"type":"integer","minimum":1},"attempt":{"type":"integer","minimum":0},"queue_time_ms":{"type":"number"},)"
    R"("run_time_ms":{"type":"number"},"result_id":{"type":"string"},"status":{},"processing_time_ms":{},"error":{},)"
    R"("overdue":{"type":"boolean"},"author":{"type":"object"}}}}}})";

constexpr std::string_view kAuthorSchema =
    R"({"type":"object","description":"Who wrote the version, as far as that is known and may be seen.","properties":{)"
    R"("sub":{"type":"string"},"address":{"type":"string"},"trace":{"type":"string"},"processor":{"type":"string"}}})";

constexpr std::string_view kDeletedSchema =
    R"({"type":"object","required":["id","status"],"properties":{"id":{"type":"string"},"status":{"const":"deleted"}}})";

// Headers of answers, by name.
constexpr std::string_view kETag = R"("ETag":{"description":"The version, in quotes.","required":true,"schema":{"type":"string"}})";
constexpr std::string_view kCanonicalId =
    R"("X-Canonical-Id":{"description":"The document's id, percent-encoded where it is no visible ASCII.","required":true,"schema":{"type":"string"}})";
constexpr std::string_view kPosition =
    R"("X-Position":{"description":"The write's place in the change feed.","required":true,"schema":{"type":"integer"}})";
constexpr std::string_view kLastPosition =
    R"("X-Position":{"description":"The last document's place in the change feed; absent when there is none.","schema":{"type":"integer"}})";
constexpr std::string_view kLocation = R"("Location":{"description":"The document's path.","required":true,"schema":{"type":"string"}})";
constexpr std::string_view kReplayed =
    R"("Idempotent-Replayed":{"description":"`true`: nothing was created, this is the first answer again.","schema":{"type":"string"}})";
constexpr std::string_view kLink = R"("Link":{"description":"The next page: `<URL>; rel=\"next\"`.","schema":{"type":"string"}})";
constexpr std::string_view kVary = R"("Vary":{"description":"What the answer depends on beside the URL.","schema":{"type":"string"}})";
constexpr std::string_view kRetryAfter = R"("Retry-After":{"description":"Seconds.","schema":{"type":"integer"}})";

/// A name that components may have: letters, digits, dots, dashes and underscores.
std::string component_name(const ResourceOptions& options) {
  std::string title;
  if (options.schema != nullptr)
    if (auto parsed = json::parse(options.schema->text()))
      if (auto given = parsed->root().find("title"); given && given->is(json::Kind::string)) title = given->string();
  const bool is_titled = std::ranges::any_of(title, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; });
  if (!is_titled) title = options.path;
  std::string name;
  bool begins_word = true;
  for (const char c : title) {
    const bool is_part = c >= 0 && std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (is_part) name += begins_word ? static_cast<char>(std::toupper(c)) : c;
    begins_word = !is_part;
  }
  const bool is_taken = name.empty() || name == "Problem" || name == "BulkResult" || name == "Lifecycle";
  return is_taken ? name + "Document" : name;
}

/// The first member of an object as an object of its own: what changes nothing, and shows how to change it. Empty: it has none.
std::string first_member(std::string_view object) {
  auto parsed = json::parse(object);
  if (!parsed || !parsed->root().is(json::Kind::object) || parsed->root().size() == 0) return {};
  const json::Value key = parsed->root().first();
  return fmt::format("{{{}: {}}}", key.text(), key.after().text());
}

std::string reference(std::string_view component) {
  return fmt::format(R"({{"$ref":"#/components/schemas/{}"}})", component);
}

std::string array_of(std::string_view schema) {
  return fmt::format(R"({{"type":"array","items":{}}})", schema);
}

std::string lines_of(std::string_view schema) {
  constexpr std::string_view kMeaning =
      "A document a line, without brackets and commas. A line may also be an envelope of two members, `idempotencyKey` and `document`.";
  return fmt::format(R"({{"type":"array","description":{},"items":{}}})", json::quoted(kMeaning), schema);
}

std::string content(std::string_view media_type, std::string_view schema, std::string_view example = {}) {
  return fmt::format(R"("{}":{{"schema":{}{}{}}})", media_type, schema, example.empty() ? "" : R"(,"example":)", example);
}

class Document {
 public:
  Document(const ResourceOptions& options, std::string_view origin)
      : options_(options), origin_(origin), name_(component_name(options)), text_(options.schema != nullptr ? options.schema->text() : "") {
    if (options.schema != nullptr) example_ = jsonschema::make_example(*options.schema).value_or("");
    if (auto parsed = json::parse(example_); parsed && parsed->root().is(json::Kind::object)) {
      std::string payload;
      json::append_canonical_without(payload, parsed->root(), "id");
      answered_ = document::document_text("0190a5b8-6f1c-7c3e-9b1a-2f4d6e8a0c12", payload);
    }
  }

  std::string text() const {
    std::string out = fmt::format(
        R"({{"openapi":"3.1.0","info":{{"title":{},"version":"1.0.0","description":{}}},"servers":[{{"url":"{}"}}],)"
        R"("tags":[{{"name":"{}"}}],{}"paths":{{)",
        json::quoted(name_), json::quoted(fmt::format("The REST API at {}: documents with every version that they had.", options_.path)),
        origin_, name_, security());
    bool is_first = true;
    for (const Target target : targets()) {
      out += is_first ? "" : ",";
      is_first = false;
      append_path(out, target);
    }
    out += "},\"components\":{\"schemas\":{";
    append_schemas(out);
    out += "},\"responses\":{";
    append_failures(out);
    return out + '}' + security_schemes() + "}}";
  }

 private:
  /// Any of them will do; nothing where the service takes none.
  std::string security() const {
    const Credentials& taken = options_.credentials;
    std::string list;
    if (taken.tokens) list += R"({"token":[]})";
    if (taken.api_keys) list.append(list.empty() ? "" : ",").append(R"({"apiKey":[]})");
    if (list.empty()) return {};
    return fmt::format(R"("security":[{}{}],)", list, taken.are_required ? "" : ",{}");
  }
  std::string security_schemes() const {
    std::string schemes;
    if (options_.credentials.tokens) schemes += R"("token":{"type":"http","scheme":"bearer","bearerFormat":"JWT"})";
    if (options_.credentials.api_keys)
      fmt::format_to(std::back_inserter(schemes), R"({}"apiKey":{{"type":"apiKey","in":"header","name":"{}"}})", schemes.empty() ? "" : ",",
                     auth::kKeyHeader);
    return schemes.empty() ? std::string() : fmt::format(R"(,"securitySchemes":{{{}}})", schemes);
  }

  void append_path(std::string& out, Target target) const {
    const bool is_root = options_.path == "/" && target != Target::collection;
    out += json::quoted((is_root ? std::string() : options_.path) + std::string(path_template(target))) + ":{";
    for (const Operation& operation : operations()) {
      if (operation.target != target || find_operation(target, operation.method, options_.immutable) == nullptr) continue;
      if (out.back() != '{') out += ',';
      append_operation(out, operation);
    }
    out += '}';
  }

  void append_operation(std::string& out, const Operation& operation) const {
    std::string method(http::to_string(operation.method));
    std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    fmt::format_to(std::back_inserter(out), R"("{}":{{"operationId":"{}","tags":["{}"],"summary":{},"description":{},"parameters":[)",
                   method, operation.name, name_, json::quoted(operation.summary), json::quoted(description_of(operation)));
    append_parameters(out, operation);
    out += ']';
    append_body(out, operation);
    out += ",\"responses\":{";
    append_success(out, operation);
    for (const FailureStatus& failure : failure_statuses())
      if (failure.is_everywhere || std::ranges::find(operation.fails_with, failure.status) != operation.fails_with.end())
        fmt::format_to(std::back_inserter(out), R"(,"{0}":{{"$ref":"#/components/responses/Problem{0}"}})", failure.status);
    out += R"(,"default":{"$ref":"#/components/responses/Problem"}}})";
  }

  static std::string description_of(const Operation& operation) {
    std::string text(operation.meaning);
    for (const Parameter& parameter : operation.takes)
      if (parameter.is_told_in_words)
        fmt::format_to(std::back_inserter(text), "\n\n{} `{}`: {}", parameter.in == "header" ? "Header" : "Parameter", parameter.name,
                       parameter.meaning);
    return text;
  }

  void append_parameters(std::string& out, const Operation& operation) const {
    const auto separate = [&out] { out += out.back() == '[' ? "" : ","; };
    out += path_parameters(operation.target);
    for (const Parameter& parameter : operation.takes) {
      if (parameter.is_told_in_words) continue;
      separate();
      fmt::format_to(std::back_inserter(out), R"({{"name":"{}","in":"{}","required":{},"description":{},"schema":{}}})", parameter.name,
                     parameter.in, parameter.is_required, json::quoted(parameter.meaning), parameter.schema);
    }
    if (operation.has_filters) append_filter_parameters(out, read_fields(text_), operation.takes);
  }

  void append_body(std::string& out, const Operation& operation) const {
    std::string bodies;
    switch (operation.id) {
      case OperationId::create: bodies = content("application/json", reference("New" + name_), example_); break;
      case OperationId::update: bodies = content("application/json", reference(name_ + "Replacement"), example_); break;
      case OperationId::patch: bodies = content("application/merge-patch+json", reference(name_ + "Patch"), first_member(example_)); break;
      case OperationId::bulk_create:
        bodies = content("application/json", array_of(reference("New" + name_)), example_.empty() ? "" : '[' + example_ + ']') + ',' +
                 content("application/x-ndjson", lines_of(reference("New" + name_)));
        break;
      case OperationId::ack: bodies = content("application/json", ack_schema(options_.result_targets)); break;
      case OperationId::nack: bodies = content("application/json", kNackSchema); break;
      case OperationId::extend: bodies = content("application/json", kExtensionSchema); break;
      default: return;
    }
    fmt::format_to(std::back_inserter(out), R"(,"requestBody":{{"required":true,"content":{{{}}}}})", bodies);
  }

  static std::string success(int status, std::string_view description, std::string_view headers, std::string_view body) {
    return fmt::format(R"("{}":{{"description":"{}","headers":{{{}}}{}{}{}}})", status, description, headers,
                       body.empty() ? "" : R"(,"content":{)", body, body.empty() ? "" : "}");
  }

  void append_success(std::string& out, const Operation& operation) const {
    const std::string written = fmt::format("{},{},{}", kETag, kCanonicalId, kPosition);
    const std::string read_headers = fmt::format("{},{},{}", kETag, kCanonicalId, kVary);
    const std::string document = content("application/json", reference(name_), answered_);
    switch (operation.id) {
      case OperationId::list:
        out += success(
            200, "The documents, newest first.", fmt::format("{},{}", kLink, kVary),
            content("application/json", array_of(reference(name_))) + ',' + content("application/x-ndjson", array_of(reference(name_))));
        break;
      case OperationId::create: append_created(out, written, document); break;
      case OperationId::read:
        out += success(200, "The document.", read_headers, document) + ',' +
               success(304, "It is a version that the client has.", read_headers, {});
        break;
      case OperationId::update:
      case OperationId::patch: out += success(200, "The document as it is now.", written, document); break;
      case OperationId::remove:
        out += success(200, "It is deleted.", fmt::format("{},{}", kCanonicalId, kPosition), content("application/json", kDeletedSchema));
        break;
      case OperationId::history:
        out += success(200, "Its versions, newest first.", fmt::format("{},{},{}", kCanonicalId, kLink, kVary),
                       content("application/json", array_of(reference(name_ + "Version"))));
        break;
      case OperationId::lifecycle:
        out += success(200, "What happened, in order.", fmt::format("{},{}", kCanonicalId, kVary),
                       content("application/json", reference("Lifecycle")));
        break;
      case OperationId::bulk_read:
        out += success(200, "Those that are there, in the order asked.", kVary, content("application/json", array_of(reference(name_))));
        break;
      case OperationId::bulk_create:
        out += success(201, "The documents, in order.", kLastPosition, content("application/json", array_of(reference(name_)))) + ',' +
               success(200, "With `partial=true`: what became of each item, in order.", {},
                       content("application/json", array_of(reference("BulkResult"))));
        break;
      case OperationId::changes:
        out += success(200, "The versions, a line each, and at the end how far the feed was read.", kVary,
                       content("application/x-ndjson", array_of(reference(name_ + "Change"))) + ',' +
                           content("text/event-stream", R"({"type":"string"})"));
        break;
      default: out += success(200, "What it is now.", {}, content("application/json", consumer_answer(operation.id, name_)));
    }
  }

  void append_created(std::string& out, const std::string& written, const std::string& document) const {
    const std::string headers = fmt::format("{},{},{}", written, kLocation, kReplayed);
    std::string created = options_.redirects_creator ? success(303, "It is created: its path is in Location.", headers, {})
                                                     : success(201, "The document with its id.", headers, document);
    // Where the new document leads to.
    created.pop_back();
    created += ",\"links\":{";
    for (const Operation& operation : operations()) {
      if (operation.target != Target::document || find_operation(operation.target, operation.method, options_.immutable) == nullptr)
        continue;
      fmt::format_to(std::back_inserter(created), R"({0}"{1}":{{"operationId":"{1}","parameters":{{"id":"{2}"}}}})",
                     created.back() == '{' ? "" : ",", operation.name,
                     options_.redirects_creator ? "$response.header.X-Canonical-Id" : "$response.body#/id");
    }
    out += created + "}}";
  }

  void append_schemas(std::string& out) const {
    const SchemaComponents components = make_components(options_.schema, name_);
    const std::string version = fmt::format(
        R"({{"type":"object","required":["version","recorded_at","deleted","position","document"],"properties":{{)"
        R"("version":{{"type":"integer","minimum":1}},"recorded_at":{{"type":"string","format":"date-time"}},"deleted":{{"type":"boolean"}},)"
        R"("position":{{"type":"integer","minimum":1}},"document":{{"anyOf":[{},{{"type":"null"}}]}},"author":{}}}}})",
        reference(name_), kAuthorSchema);
    const std::string result = fmt::format(
        R"({{"type":"object","required":["index","status"],"properties":{{"index":{{"type":"integer"}},"status":{{"type":"integer"}},)"
        R"("position":{{"type":"integer"}},"document":{},"problem":{}}}}})",
        reference(name_), reference("Problem"));
    const std::string change = fmt::format(
        R"({{"type":"object","description":"A version; or, with a position alone, how far the feed was read.","required":["position"],)"
        R"("properties":{{"position":{{"type":"integer","minimum":0}},"id":{{"type":"string"}},"version":{{"type":"integer","minimum":1}},)"
        R"("recorded_at":{{"type":"string","format":"date-time"}},"deleted":{{"type":"boolean"}},"document":{{"anyOf":[{},{{"type":"null"}}]}},)"
        R"("author":{},"snapshot":{{"const":true,"description":"A document of the snapshot."}}}}}})",
        reference(name_), kAuthorSchema);
    fmt::format_to(
        std::back_inserter(out),
        R"("New{0}":{1},"{0}":{2},"{0}Replacement":{3},"{0}Patch":{4},"{0}Version":{5},"{0}Change":{8},"BulkResult":{6},"Problem":{7},"Lifecycle":{9})",
        name_, components.created, components.document, components.replacement, components.patch, version, result, kProblemSchema, change,
        kLifecycleSchema);
    for (const jsonschema::Bundle::Part& part : components.parts)
      fmt::format_to(std::back_inserter(out), R"(,"{}":{})", part.name, part.schema);
  }

  void append_failures(std::string& out) const {
    const std::string problem = content("application/problem+json", reference("Problem"));
    fmt::format_to(std::back_inserter(out), R"("Problem":{{"description":"Another failure.","content":{{{}}}}})", problem);
    for (const FailureStatus& failure : failure_statuses()) {
      fmt::format_to(std::back_inserter(out), R"(,"Problem{}":{{"description":{},"headers":{{{}}},"content":{{{}}}}})", failure.status,
                     json::quoted(failure.meaning), failure.status == 503 ? kRetryAfter : "", problem);
    }
  }

  const ResourceOptions& options_;
  std::string_view origin_;
  std::string name_;
  std::string text_;      // the schema's
  std::string example_;   // may be empty
  std::string answered_;  // the example as it is answered
};

}  // namespace

std::string openapi_document(const ResourceOptions& options, std::string_view origin) {
  return Document(options, origin).text();
}

OpenApiPage::OpenApiPage(const ResourceOptions& options) : public_url_(options.public_url), public_path_(options.public_path) {
  const std::string document = openapi_document(options, kOrigin);
  const std::size_t place = document.find(kOrigin);
  before_origin_ = document.substr(0, place);
  after_origin_ = document.substr(place + kOrigin.size());
}

Task<http::Response> OpenApiPage::handle(const http::Request& request) {
  if (request.method != http::Method::get && request.method != http::Method::head) {
    const bool asks = request.method == http::Method::options;
    http::Response response =
        asks ? http::Response{204, {}, {}}
             : http::problem(405, {ErrorKind::invalid_argument, "http.method", "This resource answers GET, HEAD, OPTIONS."});
    response.add("Allow", "GET, HEAD, OPTIONS");
    co_return response;
  }
  std::string origin = origin_of(request, public_url_) + public_path_;
  if (origin.empty()) origin = "/";
  http::Response response = json_answer(200, before_origin_ + origin + after_origin_);
  response.add("Cache-Control", "no-cache");
  co_return response;
}

}  // namespace millrace::rest
