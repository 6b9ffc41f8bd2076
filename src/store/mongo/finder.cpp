#include "store/mongo/finder.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "store/mongo/condition.hpp"

namespace millrace::store::mongo {
namespace {

using document::Documents;
using document::Position;
using document::Query;

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kChunk = 500;
// A version's BSON with all that surrounds it has no more bytes than this for one of its text, but for the smallest.
constexpr std::size_t kBsonShare = 64;

std::int64_t to_integer(std::uint64_t count) {
  return static_cast<std::int64_t>(std::min(count, static_cast<std::uint64_t>(kEnd)));
}

/// Positions that can be on the page are below this. Where there are keys to order by, positions say nothing.
std::int64_t below_of(const Query& query) {
  const Position after = query.order.empty() ? query.page.after : 0;
  return after == 0 ? kEnd : to_integer(after);
}

/// How long the text of the document is; 0 when it is deleted or does not match.
std::size_t matching_bytes(const Query& query, const Version& version) {
  const document::Envelope envelope = version.envelope();
  if (envelope.deleted) return 0;
  Documents one;
  one.add(version.id(), version.payload(), envelope);
  return matches(*query.filter, query.arguments, one.text(0)) ? one.bytes() : 0;
}

Bson by_position(int direction) {
  return Bson().child("sort", Bson().small("position", direction));
}

std::size_t wanted_of(const document::Page& page) {
  return page.limit > SIZE_MAX - page.offset ? SIZE_MAX : page.limit + page.offset;
}

/// A page comes in parts no larger than itself: left alone, the server sends 16 MiB after the first hundred.
Bson page_by_position(const Query& query) {
  constexpr std::size_t kPartMax = 1'000;
  const std::size_t wanted = wanted_of(query.page);
  if (!query.order.empty() || query.page.from_end || wanted == SIZE_MAX) return by_position(-1);
  return by_position(-1).integer("batchSize", static_cast<std::int64_t>(std::min(wanted, kPartMax)));
}

void add(Documents& documents, const Version& version) {
  documents.add(version.id(), version.payload(), version.envelope());
}

void add_authored(Documents& documents, const Version& version) {
  add(documents, version);
  documents.set_author(version.author());
}

/// By position, newest first.
using Versions = std::map<std::int64_t, Version, std::greater<>>;

std::function<bool(const bson_t&)> into(Versions& versions, const Horizon& horizon) {
  return [&](const bson_t& document) {
    Version version(document);
    if (horizon.sees(version.position(), version.epoch())) versions.emplace(version.position(), std::move(version));
    return true;
  };
}

}  // namespace

Result<Documents> Finder::find(const Query& query) {
  const bool is_ranked = !query.order.empty() || query.page.from_end;
  TRY(Documents documents, is_ranked ? find_ranked(query) : find_newest_first(query));
  view_.bytes_max -= std::min(view_.bytes_max, documents.bytes());
  return documents;
}

Result<std::uint64_t> Finder::count(const Query& query) {
  std::uint64_t count = 0;
  const Sink sink = [&](Version, std::size_t) {
    ++count;
    return true;
  };
  const Query whole{.filter = query.filter, .arguments = query.arguments};
  TRY_OK(select(whole, kEnd, sink));
  return count;
}

Result<Documents> Finder::find_newest_first(const Query& query) {
  const std::size_t wanted = wanted_of(query.page);
  Versions found;
  std::size_t bytes = 0;
  const Sink sink = [&](Version version, std::size_t text_bytes) {
    // The one that is too much is wanted as well: it tells that the list is cut.
    const bool was_enough = bytes > view_.bytes_max;
    if (found.size() >= query.page.offset) bytes += text_bytes;
    found.emplace(version.position(), std::move(version));
    return found.size() < wanted && !was_enough;
  };
  if (wanted > 0) TRY_OK(select(query, below_of(query), sink));
  document::NewestPage page(query, view_);
  page.check_only(nullptr);
  for (auto& [position, version] : found) {
    if (page.full()) break;
    page.take(version);
  }
  return std::move(page).take_documents();
}

Result<Documents> Finder::find_ranked(const Query& query) {
  document::Ranking::Bounds bounds;
  TRY(bounds.after, rank_at(query, query.page.after));
  TRY(bounds.until, rank_at(query, query.page.until));
  document::RankedPage page(query, view_, std::move(bounds));
  page.check_only(nullptr);
  const Sink sink = [&](const Version& version, std::size_t) {
    page.take(version);
    return true;
  };
  TRY_OK(select(query, below_of(query), sink));
  return versions_at(std::move(page).positions(), view_.bytes_max);
}

Result<std::optional<document::Rank>> Finder::rank_at(const Query& query, Position position) {
  if (position == 0) return std::nullopt;
  if (query.order.empty()) return document::Rank{{}, position};
  TRY(const Documents versions, versions_at({position}, SIZE_MAX));
  if (versions.empty()) return Failure(document::no_version_at(position));
  return document::Rank{document::order_bytes(query.order, versions.text(0)), position};
}

Result<Documents> Finder::versions_at(const std::vector<Position>& positions, std::size_t bytes_max) {
  Documents documents;
  bool is_full = false;
  for (std::size_t begin = 0; begin < positions.size() && !is_full; begin += kChunk) {
    const std::size_t end = std::min(positions.size(), begin + static_cast<std::size_t>(kChunk));
    Bson array;
    for (std::size_t i = begin; i < end; ++i) array = std::move(array).integer(std::to_string(i - begin), to_integer(positions[i]));
    const Bson filter = Bson().child("position", Bson().array("$in", array));
    Versions found;
    TRY_OK(client_.find(names_.newest, filter, Bson(), into(found, horizon_)));
    TRY_OK(client_.find(names_.history, filter, Bson(), into(found, horizon_)));
    for (std::size_t i = begin; i < end && !is_full; ++i) {
      const auto version = found.find(to_integer(positions[i]));
      if (version == found.end()) continue;
      add(documents, version->second);
      is_full = documents.cut_to(bytes_max);
    }
  }
  return documents;
}

Bson Finder::filter_of(const Query& query, std::int64_t below, std::string_view id_member) const {
  const Bson conditions = conditions_of(*query.filter, query.arguments, id_member);
  Bson position = Bson().integer("$lte", std::min(horizon_.committed, below - 1));
  if (query.order.empty() && query.page.until != 0) position = std::move(position).integer("$gt", to_integer(query.page.until));
  Bson filter = Bson().child("position", position);
  if (bson_count_keys(conditions.get()) > 0) filter = std::move(filter).array("$and", conditions);
  return filter;
}

Result<> Finder::select(const Query& query, std::int64_t below, const Sink& sink) {
  // When nothing was recorded after the instant, the newest is what it shows.
  return horizon_.recorded_at <= view_.at ? select_newest(query, below, sink) : select_at(query, below, sink);
}

/// First what the collection shows, then what writers under way and dead ones cover there: a version that is covered meanwhile is above
/// the horizon, so that it is found then.
Result<> Finder::select_newest(const Query& query, std::int64_t below, const Sink& sink) {
  std::set<std::int64_t> taken;
  TRY_OK(client_.find(names_.newest, filter_of(query, below, "_id"), page_by_position(query), [&](const bson_t& document) {
    Version version(document);
    if (!horizon_.sees(version.position(), version.epoch())) return true;
    const std::size_t bytes = matching_bytes(query, version);
    if (bytes == 0) return true;
    taken.insert(version.position());
    return sink(std::move(version), bytes);
  }));
  TRY(const std::vector<std::string> ids, covered(client_, names_, horizon_));
  const std::vector<std::string_view> views(ids.begin(), ids.end());
  const auto until = to_integer(query.order.empty() ? query.page.until : 0);
  for (std::size_t begin = 0; begin < views.size(); begin += kChunk) {
    const auto some = std::span(views).subspan(begin, std::min(views.size() - begin, static_cast<std::size_t>(kChunk)));
    TRY(auto versions, newest_of(client_, names_, horizon_, some, {}));
    for (auto& [id, version] : versions) {
      const std::int64_t position = version.position();
      const bool is_new = position < below && position > until && !taken.contains(position);
      const std::size_t bytes = is_new ? matching_bytes(query, version) : 0;
      if (bytes > 0) sink(std::move(version), bytes);
    }
  }
  return {};
}

Result<> Finder::select_at(const Query& query, std::int64_t below, const Sink& sink) {
  bool wants_more = true;
  while (wants_more && below > 0) {
    TRY(wants_more, select_chunk(query, below, sink));
  }
  return {};
}

Result<bool> Finder::select_chunk(const Query& query, std::int64_t& below, const Sink& sink) {
  const Bson options = by_position(-1).integer("limit", kChunk);
  Versions candidates;
  std::int64_t complete_from = 0;  // below this position a collection may have more
  // First the collection, then the history: a version moves the other way.
  for (const bool is_history : {false, true}) {
    Bson filter = filter_of(query, below, is_history ? "id" : "_id");
    filter = std::move(filter).child("recorded_at", Bson().integer("$lte", view_.at.microseconds));
    std::int64_t count = 0;
    std::int64_t last = 0;
    const auto keep = into(candidates, horizon_);
    TRY_OK(client_.find(is_history ? names_.history : names_.newest, filter, options, [&](const bson_t& document) {
      ++count;
      last = integer_at(document, "position");
      return keep(document);
    }));
    if (count == kChunk) complete_from = std::max(complete_from, last);
  }
  std::vector<std::string> ids;
  for (const auto& [position, version] : candidates)
    if (position >= complete_from) ids.emplace_back(version.id());
  const std::vector<std::string_view> views(ids.begin(), ids.end());
  TRY(const auto newest, newest_of(client_, names_, horizon_, views, {.at = view_.at, .with_payload = false}));
  below = complete_from;
  for (auto& [position, version] : candidates) {
    if (position < complete_from) break;
    const auto shown = newest.find(version.id());
    if (shown == newest.end() || shown->second.position() != position) continue;
    const std::size_t bytes = matching_bytes(query, version);
    if (bytes > 0 && !sink(std::move(version), bytes)) return false;
  }
  return true;
}

Result<Documents> Finder::history(std::string_view id, Position before, std::size_t limit) {
  const std::int64_t below = before == 0 ? kEnd : to_integer(before);
  Bson filter = Bson().text("id", id).child("position", Bson().integer("$lt", below));
  filter = seen(std::move(filter), horizon_);
  if (view_.at != kNewest) filter = std::move(filter).child("recorded_at", Bson().integer("$lte", view_.at.microseconds));
  Documents documents;
  if (limit == 0) return documents;
  Versions found;
  const auto keep = into(found, horizon_);
  TRY_OK(client_.find(names_.newest, Bson().text("_id", id), Bson(), keep));
  std::erase_if(found, [&](const auto& each) { return each.first >= below || each.second.envelope().recorded_at > view_.at; });
  Bson options = by_position(-1);
  if (limit < static_cast<std::size_t>(kEnd)) options = std::move(options).integer("limit", static_cast<std::int64_t>(limit));
  std::size_t bytes = 0;
  TRY_OK(client_.find(names_.history, filter, options, [&](const bson_t& document) {
    const bool was_enough = bytes > view_.bytes_max;
    bytes += Version(document).payload().size();
    return keep(document) && !was_enough;
  }));
  for (const auto& [position, version] : found) {
    if (documents.size() == limit) break;
    add_authored(documents, version);
    if (documents.cut_to(view_.bytes_max)) break;
  }
  return documents;
}

Result<Documents> Finder::changes(Position after, std::size_t limit) {
  Documents documents;
  if (limit == 0) return documents;
  const Bson filter = seen(Bson().child("position", Bson().integer("$gt", to_integer(after))), horizon_);
  Bson options = by_position(1);
  if (limit < static_cast<std::size_t>(kEnd)) options = std::move(options).integer("limit", static_cast<std::int64_t>(limit));
  Versions found;
  std::int64_t complete_until = kEnd;  // what is behind may have others before it that were not read
  for (const std::string& collection : {names_.newest, names_.history}) {
    const auto keep = into(found, horizon_);
    std::size_t bytes = 0;
    TRY_OK(client_.find(collection, filter, options, [&](const bson_t& document) {
      bytes += document.len;
      const bool is_enough = bytes / kBsonShare > view_.bytes_max;
      if (is_enough) complete_until = std::min(complete_until, Version(document).position());
      return keep(document) && !is_enough;
    }));
  }
  for (auto version = found.rbegin(); version != found.rend() && version->first <= complete_until && documents.size() < limit; ++version) {
    add_authored(documents, version->second);
    if (documents.cut_to(view_.bytes_max)) break;
  }
  return documents;
}

}  // namespace millrace::store::mongo
