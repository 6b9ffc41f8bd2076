#include "rest/writing.hpp"

#include "base/id.hpp"
#include "base/json/canonical.hpp"
#include "document/change.hpp"
#include "document/idempotency.hpp"
#include "document/incoming.hpp"
#include "http/characters.hpp"
#include "rest/answers.hpp"
#include "rest/author.hpp"
#include "rest/body.hpp"
#include "rest/parameters.hpp"
#include "rest/preconditions.hpp"

namespace millrace::rest {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kMergePatch = "application/merge-patch+json";

Result<> expect_no_parameters(const http::Request& request) {
  TRY(auto parameters, read_parameters(request.query));
  return refuse_unknown(parameters, {});
}

/// The value of the header `Idempotency-Key`, which may stand once.
Result<std::optional<std::string_view>> key_header(const http::Request& request) {
  std::optional<std::string_view> key;
  for (const auto& [name, value] : request.headers) {
    if (!http::equal_ignoring_case(name, "idempotency-key")) continue;
    if (key)
      return Failure(Error{ErrorKind::invalid_argument, "idempotency.key", "The header Idempotency-Key is there twice.", "Send it once."});
    key = value;
  }
  return key;
}

/// The document with its id, version and place, as a write answers it.
http::Response written(int status, std::string_view id, std::string_view payload, const document::Receipt& receipt) {
  http::Response response = json_answer(status, document::document_text(id, payload));
  add_receipt_headers(response, id, receipt);
  return response;
}

/// The next version, as long as the preconditions admit the newest one.
document::Change admitted(const Preconditions& preconditions, document::Change change) {
  return [&preconditions, change = std::move(change)](const document::Documents& newest) -> Result<std::string> {
    const document::Envelope envelope = newest.envelope(0);
    if (!preconditions.admits(envelope.version)) return Failure(not_admitted(newest.id(0), envelope.version));
    return change(newest);
  };
}

/// Appends on whatever version the preconditions admit.
Task<document::Receipt> append_admitted(const ResourceOptions& options, const http::Request& request, document::Append append) {
  const Preconditions preconditions(request);
  const std::string author = author_of(request);
  sign(append, request, author);
  append.expected_version = preconditions.only_version();
  if (preconditions.none() || append.expected_version) {
    auto receipt = co_await document::append_one(*options.store, std::move(append));
    co_return receipt;
  }
  document::Change change = [payload = append.payload](const document::Documents&) { return payload; };
  CO_TRY(auto changed, co_await document::change_newest(*options.store, std::move(append), admitted(preconditions, std::move(change))));
  co_return std::move(changed.receipt);
}

}  // namespace

Task<http::Response> create_one(const ResourceOptions& options, const http::Request& request) {
  CO_TRY_OK(expect_no_parameters(request));
  CO_TRY_OK(expect_media_type(request, {kJson}));
  CO_TRY(auto incoming, document::read_document(request.body, options.schema));
  CO_TRY(const auto key, key_header(request));
  CO_TRY(auto append, document::creation(incoming, options.creation, key));
  const std::string author = author_of(request);
  sign(append, request, author);
  std::string id = append.id;
  CO_TRY(auto receipt, co_await document::append_one(*options.store, std::move(append)));
  if (receipt.repeated) id = receipt.id;
  http::Response response;
  if (options.redirects_creator) {
    response.status = 303;
    add_receipt_headers(response, id, receipt);
  } else {
    response = written(201, id, incoming.payload, receipt);
  }
  response.add("Location", location(options.public_path + options.path, id));
  if (receipt.repeated) response.add("Idempotent-Replayed", "true");
  co_return response;
}

Task<http::Response> replace_one(const ResourceOptions& options, const http::Request& request, std::string id) {
  CO_TRY_OK(expect_no_parameters(request));
  CO_TRY_OK(expect_media_type(request, {kJson}));
  CO_TRY(const auto payload, document::read_version(request.body, options.schema, id));
  document::Append append{.operation = document::Operation::replace, .id = id, .payload = payload};
  CO_TRY(auto receipt, co_await append_admitted(options, request, std::move(append)));
  co_return written(200, id, payload, receipt);
}

Task<http::Response> patch_one(const ResourceOptions& options, const http::Request& request, std::string id) {
  CO_TRY_OK(expect_no_parameters(request));
  CO_TRY_OK(expect_media_type(request, {kMergePatch, kJson}));
  CO_TRY(auto parsed, json::parse(request.body));
  std::string patch;
  json::append_canonical(patch, parsed.root());
  const Preconditions preconditions(request);
  document::Append append{.operation = document::Operation::replace, .id = id, .payload = {}};
  const std::string author = author_of(request);
  sign(append, request, author);
  append.patch = patch;
  document::Change change = [&options, &patch](const document::Documents& newest) {
    return document::patch_version(newest, patch, options.schema, options.document_bytes_max);
  };
  CO_TRY(auto changed, co_await document::change_newest(*options.store, std::move(append), admitted(preconditions, std::move(change))));
  co_return written(200, id, changed.receipt.seen.value_or(changed.payload), changed.receipt);
}

Task<http::Response> remove_one(const ResourceOptions& options, const http::Request& request, std::string id) {
  CO_TRY_OK(expect_no_parameters(request));
  document::Append append{.operation = document::Operation::remove, .id = id, .payload = {}};
  CO_TRY(auto receipt, co_await append_admitted(options, request, std::move(append)));
  http::Response response = json_answer(200, fmt::format("{{\"id\":{},\"status\":\"deleted\"}}", json::quoted(id)));
  response.add("X-Canonical-Id", canonical_id(id)).add("X-Position", std::to_string(receipt.position));
  co_return response;
}

}  // namespace millrace::rest
