#include "rest/reading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json/canonical.hpp"
#include "document/head.hpp"
#include "http/media_range.hpp"
#include "rest/answers.hpp"
#include "rest/author.hpp"
#include "rest/list_filter.hpp"
#include "rest/list_stream.hpp"
#include "rest/parameters.hpp"
#include "rest/preconditions.hpp"

namespace millrace::rest {
namespace {

/// One more than wanted tells whether there is a next page.
document::Page one_more(document::Page page) {
  ++page.limit;
  return page;
}

/// A page of a list: so many of those that were found, and where the next one begins when there is one.
struct Shown {
  std::size_t count = 0;
  std::optional<document::Position> next = {};
};

/// A page ends by its number of documents or by their bytes.
Shown shown_of(const document::Documents& found, std::size_t limit) {
  Shown shown{.count = std::min(found.size(), limit)};
  if (shown.count > 0 && (found.size() > limit || found.is_cut())) shown.next = found.envelope(shown.count - 1).position;
  return shown;
}

void add_link(http::Response& response, const ResourceOptions& options, const http::Request& request, const Shown& shown, Instant asked) {
  if (shown.next)
    add_next_link(response, request, origin_of(request, options.public_url) + options.public_path, {.position = *shown.next, .at = asked});
}

bool prefers_lines(const http::Request& request) {
  return http::preferred_media_type(request.header("accept"), {"application/json", "application/x-ndjson"}) == 1;
}

Task<http::Response> list_page(const ResourceOptions& options, const http::Request& request, const document::Filter& filter, Slice slice) {
  const Instant asked = std::min(slice.at, now());  // later pages are read as of the first
  document::View view = view_of(request);
  view.at = slice.at;
  view.bytes_max = options.list_bytes_max;
  document::Query query{&filter, {}, one_more(slice.page)};
  CO_TRY(auto found, co_await options.store->find({&query, 1}, view));
  const Shown shown = shown_of(found.front(), slice.page.limit);
  http::Response response = json_answer(200, std::move(found.front()).take_array(shown.count));
  add_link(response, options, request, shown, asked);
  co_return response;
}

/// All of it, however much it is, as of now where the request names no instant.
Task<http::Response> list_lines(document::Store& store, document::Filter filter, Slice slice, document::Asker asker) {
  // Before there is an answer that could only break off.
  const document::Query query{.filter = &filter};
  CO_TRY_OK(store.may_ask(query, asker.principal.get(), document::Store::Asks::reads));
  CO_TRY(const Instant latest, co_await store.latest());
  ListAsked asked{.filter = std::move(filter), .at = std::min(slice.at, latest), .page = slice.page, .asker = std::move(asker)};
  http::Response response;
  response.add("Content-Type", "application/x-ndjson");
  response.stream = make_list_stream(store, std::move(asked));
  co_return response;
}

}  // namespace

Task<http::Response> list_documents(const ResourceOptions& options, const Fields& fields, const http::Request& request) {
  const bool is_lines = prefers_lines(request);
  const PageLimits limits = is_lines ? PageLimits{SIZE_MAX, SIZE_MAX} : PageLimits{options.list_limit, options.list_limit_max};
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY(const Slice slice, take_slice(parameters, limits));
  CO_TRY(auto filter, make_list_filter(parameters, fields));
  Task<http::Response> listing =
      is_lines ? list_lines(*options.store, std::move(filter), slice, asker_of(request)) : list_page(options, request, filter, slice);
  CO_TRY(http::Response response, co_await std::move(listing));
  response.add("Vary", "Accept");
  co_return response;
}

Task<http::Response> read_one(const ResourceOptions& options, const http::Request& request, std::string id) {
  CO_TRY(auto parameters, read_parameters(request.query));
  document::View view = view_of(request);
  CO_TRY(view.at, take_instant(parameters));
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
  document::View view = view_of(request);
  CO_TRY(view.at, take_instant(parameters));
  CO_TRY(auto ids, take_ids(parameters));
  CO_TRY_OK(refuse_unknown(parameters, {"ids", "at"}));
  const std::vector<std::string_view> views(ids.begin(), ids.end());
  view.bytes_max = options.list_bytes_max;
  CO_TRY(auto documents, co_await options.store->read(views, view));
  if (documents.is_cut()) {
    co_return Failure(Error{ErrorKind::too_large, "list.bytes",
                            fmt::format("These documents are more than the {} bytes that one answer may bring.", options.list_bytes_max),
                            "Ask for fewer at a time."});
  }
  const std::size_t count = documents.size();
  co_return json_answer(200, std::move(documents).take_array(count));
}

Task<http::Response> read_history(const ResourceOptions& options, const http::Request& request, std::string id) {
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY(const Slice slice, take_slice(parameters, {options.list_limit, options.list_limit_max}));
  CO_TRY_OK(refuse_unknown(parameters, {"at", "limit", "after"}));
  const Instant asked = std::min(slice.at, now());
  document::View view = view_of(request);
  view.at = slice.at;
  view.bytes_max = options.list_bytes_max;
  CO_TRY(auto versions, co_await options.store->history(id, view, slice.page.after, slice.page.limit + 1));
  if (versions.empty()) {
    document::View whole = view_of(request);
    if (slice.page.after == 0) whole.at = slice.at;
    CO_TRY(auto any, co_await options.store->history(id, whole, 0, 1));
    if (any.empty()) co_return Failure(document::not_found(id));
  }
  const Shown shown = shown_of(versions, slice.page.limit);
  http::Response response = json_answer(200, history_text(versions, shown.count));
  response.add("X-Canonical-Id", canonical_id(id));
  add_link(response, options, request, shown, asked);
  co_return response;
}

Task<http::Response> read_lifecycle(const ResourceOptions& options, const http::Request& request, std::string id) {
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY_OK(refuse_unknown(parameters, {}));
  const processing::Lifecycle versions_alone(*options.store, {});
  const processing::Lifecycle& lifecycle = options.lifecycle != nullptr ? *options.lifecycle : versions_alone;
  CO_TRY(const auto story, co_await lifecycle.of(id, view_of(request)));
  if (!story) co_return Failure(document::not_found(id));
  http::Response response = json_answer(
      200, fmt::format(R"({{"id":{},"entries":[{}],"complete":{}}})", json::quoted(id), fmt::join(story->entries, ","), !story->is_cut));
  response.add("X-Canonical-Id", canonical_id(id));
  co_return response;
}

}  // namespace millrace::rest
