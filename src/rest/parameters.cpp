#include "rest/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <ranges>

#include "base/problem.hpp"
#include "document/cursor.hpp"
#include "document/feed_place.hpp"
#include "hocon/units.hpp"

namespace millrace::rest {
namespace {

// The longest that a request may wait for a change; who wants more follows.
constexpr std::chrono::minutes kWaitMax{1};

Failure invalid(std::string_view code, std::string message, std::string hint = {}) {
  return Failure(Error{ErrorKind::invalid_argument, code, std::move(message), std::move(hint)});
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

Result<std::size_t> take_limit(QueryParameters& parameters, PageLimits limits) {
  TRY(auto text, take_parameter(parameters, "limit"));
  if (!text) return limits.otherwise;
  const auto limit = whole_number(*text);
  if (limit && *limit <= limits.max) return *limit;
  return invalid("list.limit",
                 fmt::format("The parameter \"limit\" must be a whole number from 0 to {}, found \"{}\".", limits.max, *text));
}

/// A value, cut at its commas before it is decoded.
std::optional<std::vector<std::string>> decode_pieces(std::string_view value) {
  std::vector<std::string> pieces;
  while (true) {
    const std::size_t comma = value.find(',');
    auto piece = http::percent_decode(value.substr(0, comma), true);
    if (!piece) return std::nullopt;
    pieces.push_back(*std::move(piece));
    if (comma == std::string_view::npos) return pieces;
    value.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<std::optional<std::string>> take_parameter(QueryParameters& parameters, std::string_view name) {
  auto found = std::ranges::find(parameters, name, &QueryParameter::name);
  if (found == parameters.end()) return std::nullopt;
  std::string value = found->value();
  parameters.erase(found);
  if (std::ranges::find(parameters, name, &QueryParameter::name) == parameters.end()) return value;
  return invalid("http.parameter", fmt::format("The parameter \"{}\" is given more than once.", name));
}

Result<std::size_t> take_number(QueryParameters& parameters, std::string_view name, NumberLimits limits) {
  TRY(const auto text, take_parameter(parameters, name));
  if (!text) return limits.otherwise;
  const auto number = whole_number(*text);
  if (number && *number >= limits.min && *number <= limits.max) return *number;
  return invalid("http.parameter", fmt::format("The parameter \"{}\" is a whole number from {} to {}, found \"{:.100}\".", name, limits.min,
                                               limits.max, *text));
}

Result<std::chrono::milliseconds> take_duration(QueryParameters& parameters, std::string_view name, DurationLimits limits) {
  TRY(const auto text, take_parameter(parameters, name));
  if (!text) return limits.otherwise;
  const auto time = hocon::parse_duration(*text);
  if (time && *time >= limits.min && *time <= limits.max) return *time;
  return invalid("http.parameter",
                 fmt::format("The parameter \"{}\" is a time from {} ms to {} s, such as 30s, found \"{:.100}\".", name, limits.min.count(),
                             std::chrono::seconds(std::chrono::floor<std::chrono::seconds>(limits.max)).count(), *text));
}

std::vector<std::string> QueryParameter::values() const {
  std::vector<std::string> all;
  for (const std::string& piece : pieces) {
    all.push_back(piece);
    if (!piece.contains(',')) continue;
    for (const auto part : piece | std::views::split(','))
      if (!part.empty()) all.emplace_back(part.begin(), part.end());
  }
  return all;
}

Result<QueryParameters> read_parameters(std::string_view query) {
  QueryParameters parameters;
  for (const auto part : query | std::views::split('&')) {
    const std::string_view text(part);
    if (text.empty()) continue;
    const std::size_t equals = std::min(text.find('='), text.size());
    auto name = http::percent_decode(text.substr(0, equals), true);
    auto pieces = decode_pieces(text.substr(std::min(equals + 1, text.size())));
    if (!name || !pieces) return invalid("http.query", "The query string is not well-formed percent-encoded UTF-8.");
    const bool is_listed = name->ends_with("[]");
    if (is_listed) name->resize(name->size() - 2);
    auto known = is_listed ? std::ranges::find(parameters, *name, &QueryParameter::name) : parameters.end();
    if (known == parameters.end())
      parameters.push_back({*std::move(name), *std::move(pieces)});
    else
      std::ranges::move(*pieces, std::back_inserter(known->pieces));
  }
  return parameters;
}

Result<Instant> take_instant(QueryParameters& parameters) {
  TRY(auto text, take_parameter(parameters, "at"));
  if (!text) return kNewest;
  if (auto at = parse_at(*text)) return *at;
  return invalid("list.at", fmt::format("The parameter \"at\" is no instant: \"{}\".", *text),
                 "Give milliseconds since 1970, such as 1704110400000, or RFC 3339, such as 2024-01-01T12:00:00Z (a + is %2B in a URL).");
}

Result<Slice> take_slice(QueryParameters& parameters, PageLimits limits) {
  Slice slice;
  TRY(slice.at, take_instant(parameters));
  TRY(slice.page.limit, take_limit(parameters, limits));
  TRY(auto after, take_parameter(parameters, "after"));
  if (!after) return slice;
  auto cursor = document::read_cursor(*after);
  if (!cursor)
    return invalid("list.after", fmt::format("The parameter \"after\" is no cursor: \"{}\".", *after),
                   "Follow the Link header of the page before.");
  slice.at = cursor->at;
  slice.page.after = cursor->position;
  if (cursor->position == 0) slice.page.limit = 0;  // no page ended there; nothing is before it
  return slice;
}

Result<bool> take_flag(QueryParameters& parameters, std::string_view name) {
  TRY(auto text, take_parameter(parameters, name));
  if (!text || *text == "false") return false;
  if (*text == "true") return true;
  return invalid("http.parameter", fmt::format("The parameter \"{}\" is true or false, found \"{}\".", name, *text));
}

Result<FeedPlace> take_feed_place(QueryParameters& parameters) {
  FeedPlace place;
  TRY(auto after, take_parameter(parameters, "after"));
  TRY(place.snapshot, take_flag(parameters, "snapshot"));
  const bool has_limit = std::ranges::find(parameters, "limit", &QueryParameter::name) != parameters.end();
  if (place.snapshot && has_limit) return invalid("http.parameter", "A snapshot is given whole: \"limit\" has no place beside it.");
  if (!after) return place;
  if (place.snapshot) return invalid("http.parameter", "A snapshot says itself where the feed goes on: \"after\" has no place beside it.");
  TRY(place.after, document::read_feed_place(*after, "The parameter \"after\""));
  return place;
}

Result<FeedPace> take_feed_pace(QueryParameters& parameters, PageLimits limits, bool follows) {
  FeedPace pace;
  TRY(pace.follows, take_flag(parameters, "follow"));
  pace.follows |= follows;
  const bool has_wait = std::ranges::find(parameters, "wait", &QueryParameter::name) != parameters.end();
  TRY(pace.wait, take_duration(parameters, "wait", {.max = kWaitMax}));
  if (has_wait && pace.follows) return invalid("http.parameter", "Who follows the feed waits anyway: \"wait\" has no place beside it.");
  if (pace.follows) limits = {SIZE_MAX, SIZE_MAX};
  TRY(pace.limit, take_limit(parameters, limits));
  return pace;
}

Result<std::vector<std::string>> take_ids(QueryParameters& parameters) {
  std::vector<std::string> ids;
  for (const QueryParameter& parameter : parameters)
    if (parameter.name == "ids") std::ranges::move(parameter.values(), std::back_inserter(ids));
  if (std::erase_if(parameters, [](const QueryParameter& parameter) { return parameter.name == "ids"; }) == 0)
    return invalid("bulk.ids", "The parameter \"ids\" is missing.", "Ask with ?ids=ID,ID.");
  if (std::ranges::find(ids, "") != ids.end()) return invalid("bulk.ids", "One of the \"ids\" is empty.", "Ask with ?ids=ID,ID.");
  return ids;
}

Result<> refuse_unknown(const QueryParameters& parameters, const std::vector<std::string>& known) {
  for (const QueryParameter& parameter : parameters) {
    const std::string& name = parameter.name;
    if (name.starts_with('_')) continue;
    const std::string_view near = nearest(name, known);
    std::string hint = near.empty() ? known.empty() ? "It takes none." : fmt::format("It takes {}.", fmt::join(known, ", "))
                                    : fmt::format("Did you mean \"{}\"?", near);
    return invalid("http.parameter", fmt::format("There is no parameter \"{:.100}\" here.", name), std::move(hint));
  }
  return {};
}

Result<bool> take_partial(QueryParameters& parameters) {
  return take_flag(parameters, "partial");
}

}  // namespace millrace::rest
