// The query parameters of REST requests that have a name of their own: at, limit, after, ids, partial.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "document/store.hpp"
#include "http/message.hpp"

namespace millrace::rest {

struct QueryParameter {
  std::string name;
  std::vector<std::string> pieces;  // the value, cut where a comma stands for itself: one that is percent-encoded is part of its piece

  /// What a list of values may mean. Many clients encode every comma, so that a piece with commas is one value or several: both are there.
  std::vector<std::string> values() const;

  std::string value() const { return fmt::format("{}", fmt::join(pieces, ",")); }
};

/// Decoded, in order.
using QueryParameters = std::vector<QueryParameter>;

/// Values of a name that ends in `[]`, as some clients send lists, become one parameter of the name without it. Error
/// "http.query" when the query string is malformed.
Result<QueryParameters> read_parameters(std::string_view query);

/// Takes `at` out. Errors "list.at", "http.parameter" when it is given twice.
Result<Instant> take_instant(QueryParameters& parameters);

struct PageLimits {
  std::size_t otherwise;
  std::size_t max;
};

/// Takes a parameter out; nothing when it is not there. Error "http.parameter" when it is given twice.
Result<std::optional<std::string>> take_parameter(QueryParameters& parameters, std::string_view name);

/// Takes a flag out, `true` or `false`; false when it is not there. Error "http.parameter".
Result<bool> take_flag(QueryParameters& parameters, std::string_view name);

struct NumberLimits {
  std::size_t otherwise = 0;
  std::size_t min = 0;
  std::size_t max = SIZE_MAX;
};
/// Takes a whole number out. Error "http.parameter".
Result<std::size_t> take_number(QueryParameters& parameters, std::string_view name, NumberLimits limits);

struct DurationLimits {
  std::chrono::milliseconds otherwise{};
  std::chrono::milliseconds min{};
  std::chrono::milliseconds max{};
};
/// Takes a time such as `30s` out. Error "http.parameter".
Result<std::chrono::milliseconds> take_duration(QueryParameters& parameters, std::string_view name, DurationLimits limits);

/// A page of a list, and the instant that it is read at.
struct Slice {
  Instant at = kNewest;
  document::Page page;
};

/// Takes `at`, `limit` and `after` out. A cursor brings its instant along, whatever `at` says. Errors "list.at", "list.limit",
/// "list.after", "http.parameter".
Result<Slice> take_slice(QueryParameters& parameters, PageLimits limits);

/// Where a reader of a change feed begins.
struct FeedPlace {
  std::optional<document::Position> after = 0;  // nothing: now
  bool snapshot = false;                        // the documents there are, then what comes
};

/// Takes `after` (a position, or `now`) and `snapshot` out. Errors "feed.position", "http.parameter", also where a snapshot has one of
/// `after` and `limit` beside it.
Result<FeedPlace> take_feed_place(QueryParameters& parameters);

/// How long a reader of a change feed stays.
struct FeedPace {
  bool follows = false;
  std::chrono::milliseconds wait{};
  std::size_t limit = SIZE_MAX;
};

/// Takes `follow`, `wait` and `limit` out; who `follows` anyway may say the first, and has no limit unless it says so. Errors "list.limit",
/// "http.parameter".
Result<FeedPace> take_feed_pace(QueryParameters& parameters, PageLimits limits, bool follows);

/// Takes `ids`, comma-separated or given several times, out. Error "bulk.ids" when there are none.
Result<std::vector<std::string>> take_ids(QueryParameters& parameters);

/// Refuses what is left: a parameter that is not understood would change nothing, and the client would not know. Names with an underscore
/// in front are let through, since caches are evaded with them. Error "http.parameter" names the nearest of `known`.
Result<> refuse_unknown(const QueryParameters& parameters, const std::vector<std::string>& known);

/// Takes `partial` out: whether each item of a bulk request stands for itself. Error "http.parameter" when it is neither true nor false.
Result<bool> take_partial(QueryParameters& parameters);

}  // namespace millrace::rest
