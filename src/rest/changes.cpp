#include "rest/changes.hpp"

#include <utility>

#include "document/feed_place.hpp"
#include "http/media_range.hpp"
#include "rest/author.hpp"
#include "rest/change_stream.hpp"
#include "rest/list_filter.hpp"
#include "rest/parameters.hpp"

namespace millrace::rest {
namespace {

using document::Position;

bool prefers_events(const http::Request& request) {
  return http::preferred_media_type(request.header("accept"), {"application/x-ndjson", "text/event-stream"}) == 1;
}

/// Where the changes begin; an event id goes before the parameter, since a browser sends the URL as it was first.
Result<Position> begin_of(const FeedPlace& place, const http::Request& request, Position last) {
  FeedPlace asked = place;
  if (const std::string_view id = request.header("last-event-id"); !id.empty()) {
    TRY(asked.after, document::read_feed_place(id, "Last-Event-ID"));
    asked.snapshot = false;
  }
  return document::feed_begin(asked.snapshot ? std::nullopt : asked.after, last);
}

http::Response begun(bool is_sse) {
  http::Response response{.is_feed = true};
  response.add("Content-Type", is_sse ? "text/event-stream" : "application/x-ndjson");
  // Proxies are asked to pass on each line as it comes, folding nothing.
  return std::move(response.add("Cache-Control", "no-cache, no-transform").add("X-Accel-Buffering", "no").add("Vary", "Accept"));
}

}  // namespace

Task<http::Response> read_changes(const ResourceOptions& options, const Fields& fields, const http::Request& request) {
  CHECK(options.feed != nullptr);
  ChangesAsked asked{.is_sse = prefers_events(request), .heartbeat = options.heartbeat};
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY(const FeedPlace place, take_feed_place(parameters));
  CO_TRY(const FeedPace pace, take_feed_pace(parameters, {options.list_limit, options.list_limit_max}, asked.is_sse));
  CO_TRY(asked.filter, make_list_filter(parameters, fields));
  const document::Query query{.filter = &asked.filter};
  CO_TRY_OK(options.feed->store().may_ask(query, request.principal.get(), document::Store::Asks::follows));
  asked.asker = asker_of(request);
  CO_TRY(asked.end, co_await options.feed->store().last_position());
  CO_TRY(const Position begin, begin_of(place, request, asked.end));
  if (place.snapshot && request.header("last-event-id").empty()) asked.snapshot = begin;
  asked.follows = pace.follows;
  asked.wait = pace.wait;
  asked.limit = pace.limit;
  CO_TRY(document::Follower follower, options.feed->follow(begin, asker_of(request)));
  http::Response response = begun(asked.is_sse);
  response.stream = make_change_stream(*options.feed, std::move(follower), std::move(asked));
  co_return response;
}

}  // namespace millrace::rest
