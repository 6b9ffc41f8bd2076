#include "rest/reading.hpp"

#include <algorithm>

#include "document/head.hpp"
#include "rest/answers.hpp"
#include "rest/list_filter.hpp"
#include "rest/parameters.hpp"
#include "rest/preconditions.hpp"

namespace millrace::rest {
namespace {

/// One more than wanted tells whether there is a next page.
document::Page one_more(document::Page page) {
  ++page.limit;
  return page;
}

/// The link to what follows the first `count` of those that were found.
void add_link(http::Response& response, const ResourceOptions& options, const http::Request& request, const document::Documents& found,
              document::Cursor cursor) {
  const std::size_t count = found.size() - 1;
  if (count == 0) return;
  cursor.position = found.envelope(count - 1).position;
  add_next_link(response, request, options.public_url, cursor);
}

}  // namespace

Task<http::Response> list_documents(const ResourceOptions& options, const Fields& fields, const http::Request& request) {
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY(const Slice slice, take_slice(parameters, {options.list_limit, options.list_limit_max}));
  CO_TRY(auto filter, make_list_filter(parameters, fields));
  const Instant asked = slice.view.at == kNewest ? now() : slice.view.at;  // later pages are read as of the first
  document::Query query{&filter, {}, one_more(slice.page)};
  CO_TRY(auto found, co_await options.store->find({&query, 1}, slice.view));
  const document::Documents& documents = found.front();
  http::Response response = json_answer(200, array_text(documents, std::min(documents.size(), slice.page.limit)));
  if (documents.size() > slice.page.limit) add_link(response, options, request, documents, {.at = asked});
  co_return response;
}

Task<http::Response> read_one(const ResourceOptions& options, const http::Request& request, std::string id) {
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY(auto view, take_view(parameters));
  CO_TRY_OK(refuse_unknown(parameters, {"at"}));
  const std::string_view ids[] = {id};
  CO_TRY(auto documents, co_await options.store->read(ids, view));
  if (!documents.found(0)) co_return Failure(document::not_found(id));
  const std::uint64_t version = documents.envelope(0).version;
  const Preconditions preconditions(request);
  if (!preconditions.matches(version)) co_return Failure(not_admitted(id, version));
  http::Response response;
  add_document_headers(response, id, version);
  if (preconditions.is_named(version)) {
    response.status = 304;
    co_return response;
  }
  response.add("Content-Type", "application/json");
  response.body = documents.text(0);
  co_return response;
}

Task<http::Response> read_many(const ResourceOptions& options, const http::Request& request) {
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY(auto view, take_view(parameters));
  CO_TRY(auto ids, take_ids(parameters));
  CO_TRY_OK(refuse_unknown(parameters, {"ids", "at"}));
  const std::vector<std::string_view> views(ids.begin(), ids.end());
  CO_TRY(auto documents, co_await options.store->read(views, view));
  co_return json_answer(200, array_text(documents, documents.size()));
}

Task<http::Response> read_history(const ResourceOptions& options, const http::Request& request, std::string id) {
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY(const Slice slice, take_slice(parameters, {options.list_limit, options.list_limit_max}));
  CO_TRY_OK(refuse_unknown(parameters, {"at", "limit", "after"}));
  const Instant asked = slice.view.at == kNewest ? now() : slice.view.at;
  CO_TRY(auto versions, co_await options.store->history(id, slice.view, slice.page.after, slice.page.limit + 1));
  if (versions.empty()) {
    CO_TRY(auto any, co_await options.store->history(id, slice.page.after == 0 ? slice.view : document::View{}, 0, 1));
    if (any.empty()) co_return Failure(document::not_found(id));
  }
  http::Response response = json_answer(200, history_text(versions, std::min(versions.size(), slice.page.limit)));
  response.add("X-Canonical-Id", id);
  if (versions.size() > slice.page.limit) add_link(response, options, request, versions, {.at = asked});
  co_return response;
}

}  // namespace millrace::rest
