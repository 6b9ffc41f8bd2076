#include "rest/bulk.hpp"

#include <algorithm>

#include "base/id.hpp"
#include "document/incoming.hpp"
#include "http/status.hpp"
#include "rest/answers.hpp"
#include "rest/append_one.hpp"
#include "rest/body.hpp"
#include "rest/bulk_items.hpp"
#include "rest/parameters.hpp"

namespace millrace::rest {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kLines = "application/x-ndjson";
constexpr std::string_view kLinesToo = "application/ndjson";

/// Items of a bulk request, read; the details of all that is wrong with any of them.
struct Items {
  std::vector<document::Incoming> documents;
  std::vector<ErrorDetail> problems;
};

Result<Items> read_items(const std::vector<std::string_view>& texts, const jsonschema::Schema* schema) {
  Items items;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string pointer = '/' + std::to_string(i);
    auto incoming = document::read_document(texts[i], schema, pointer);
    if (incoming) {
      items.documents.push_back(*std::move(incoming));
    } else if (incoming.error().details.empty()) {
      items.problems.push_back({pointer, std::string(incoming.error().code), incoming.error().message});
    } else {
      std::ranges::move(incoming.error().details, std::back_inserter(items.problems));
    }
  }
  if (items.problems.empty()) return items;
  return Failure(Error{
      ErrorKind::unprocessable, "schema.violation",
      fmt::format("The bulk request has {} problem{}; nothing was stored.", items.problems.size(), items.problems.size() == 1 ? "" : "s"),
      "Mend them, or send it with ?partial=true to store what is right.", std::move(items.problems)});
}

document::Append creation(document::Incoming& incoming) {
  return {document::Operation::create, incoming.id ? *incoming.id : make_uuid7(), incoming.payload};
}

}  // namespace

Task<http::Response> bulk_create(const ResourceOptions& options, const http::Request& request) {
  CO_TRY_OK(expect_media_type(request, {kJson, kLines, kLinesToo}));
  CO_TRY(auto texts, split_items(request, options.bulk_items_max));
  CO_TRY(auto items, read_items(texts, options.schema));
  std::vector<document::Append> appends;
  std::string body = "[";
  for (document::Incoming& incoming : items.documents) {
    appends.push_back(creation(incoming));
    if (body.size() > 1) body += ',';
    body += document::document_text(appends.back().id, appends.back().payload);
  }
  http::Response response{201, {}, std::move(body) + ']'};
  response.add("Content-Type", kJson);
  if (!appends.empty()) {
    CO_TRY(auto receipts, co_await options.store->append(std::move(appends)));
    response.add("X-Position", std::to_string(receipts.back().position));
  }
  co_return response;
}

namespace {

/// Tells, of the items that were refused because their id is taken, those whose very document is what is stored: sent again, not in
/// conflict.
Task<void> mark_repeated(document::Store& store, std::vector<ItemResult>& results, const std::vector<std::string>& ids) {
  std::vector<std::string_view> asked;
  std::vector<std::size_t> items;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].error || results[i].error->code != "document.exists") continue;
    asked.push_back(ids[i]);
    items.push_back(i);
  }
  if (asked.empty()) co_return {};
  CO_TRY(auto stored, co_await store.read(asked, {}));
  for (std::size_t k = 0; k < items.size(); ++k) {
    if (!stored.found(k) || stored.text(k) != results[items[k]].document) continue;
    results[items[k]].error = Error{ErrorKind::conflict, "document.repeated", "This very document is stored already."};
  }
  co_return {};
}

}  // namespace

Task<http::Response> bulk_create_partial(const ResourceOptions& options, const http::Request& request) {
  CO_TRY_OK(expect_media_type(request, {kJson, kLines, kLinesToo}));
  CO_TRY(auto texts, split_items(request, options.bulk_items_max));
  std::vector<ItemResult> results(texts.size());
  std::vector<std::string> ids(texts.size());
  std::vector<Task<document::Receipt>> tasks;
  std::vector<std::size_t> sent;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto incoming = document::read_document(texts[i], options.schema);
    if (!incoming) {
      results[i].error = std::move(incoming).error();
      continue;
    }
    document::Append append = creation(*incoming);
    results[i].document = document::document_text(append.id, append.payload);
    ids[i] = append.id;
    tasks.push_back(append_one(*options.store, std::move(append)));
    sent.push_back(i);
  }
  CO_TRY(auto receipts, co_await when_all(std::move(tasks)));
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (receipts[i]) {
      results[sent[i]].position = receipts[i]->position;
    } else {
      results[sent[i]].error = std::move(receipts[i]).error();
    }
  }
  CO_TRY_OK(co_await mark_repeated(*options.store, results, ids));
  http::Response response{200, {}, item_results_text(results)};
  response.add("Content-Type", kJson);
  co_return response;
}

}  // namespace millrace::rest
