#include "store/mongo/collection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json/slices.hpp"
#include "store/mongo/condition.hpp"

namespace millrace::store::mongo {
namespace {

Bson numbered(std::vector<Bson>& values) {
  Bson array;
  for (std::size_t i = 0; i < values.size(); ++i) array = std::move(array).child(std::to_string(i), values[i]);
  return array;
}

Bson index_on(std::string_view name, const Bson& keys) {
  return Bson().text("name", name).child("key", keys);
}

Bson create_indexes(const std::string& collection, std::vector<Bson> indexes) {
  return Bson().text("createIndexes", collection).array("indexes", numbered(indexes));
}

/// What no horizon is asked about: those after it, and those of epochs that were voided.
std::vector<Bson> unseen(const Horizon& horizon) {
  std::vector<Bson> parts;
  parts.push_back(Bson().child("position", Bson().integer("$gt", horizon.committed)));
  for (const Void& each : horizon.voids)
    parts.push_back(Bson().integer("epoch", each.epoch).child("position", Bson().integer("$gt", each.above)));
  return parts;
}

/// A tombstone and so on: keeps the version with the greatest position of each id.
void keep_newest(TextMap<Version>& versions, const bson_t& document) {
  const std::string id(text_at(document, "id"));
  const auto known = versions.find(id);
  if (known == versions.end()) {
    versions.emplace(id, Version(document));
  } else if (known->second.position() < integer_at(document, "position")) {
    known->second = Version(document);
  }
}

struct Places {
  std::int64_t position;
  std::int64_t epoch;
};

/// The newest versions in the history, found by their envelopes first: a document may have many versions.
Result<> add_from_history(Client& client, const Names& names, const Horizon& horizon, const std::vector<std::string_view>& ids, Asked asked,
                          TextMap<Version>& versions) {
  if (ids.empty()) return {};
  Bson filter = seen(any_of("id", ids), horizon);
  if (asked.at != kNewest) filter = std::move(filter).child("recorded_at", Bson().integer("$lte", asked.at.microseconds));
  TextMap<Version> found;
  TRY_OK(client.find(names.history, filter, envelope_only(), [&](const bson_t& document) {
    keep_newest(found, document);
    return true;
  }));
  std::vector<Bson> wanted;
  for (const auto& [id, version] : found) {
    const auto known = versions.find(id);
    if (known != versions.end() && known->second.position() >= version.position()) continue;
    if (!asked.with_payload) {
      keep_newest(versions, *version.document().get());
    } else {
      wanted.push_back(Bson().integer("position", version.position()).integer("epoch", version.epoch()));
    }
  }
  if (wanted.empty()) return {};
  const Bson places = Bson().child("_id", Bson().array("$in", numbered(wanted)));
  return client.find(names.history, places, Bson(), [&](const bson_t& document) {
    keep_newest(versions, document);
    return true;
  });
}

/// Whether there are documents, and no head: a writer of ours makes that first.
Result<bool> is_of_others(Client& client, const Names& names) {
  const auto has_any = [&client](const std::string& collection, const Bson& filter) -> Result<bool> {
    bool any = false;
    TRY_OK(client.find(collection, filter, Bson().integer("limit", 1), [&](const bson_t&) {
      any = true;
      return false;
    }));
    return any;
  };
  TRY(const bool has_newest, has_any(names.newest, Bson()));
  TRY(const bool has_history, has_any(names.history, Bson()));
  if (!has_newest && !has_history) return false;
  TRY(const bool has_head, has_any(kHeads, Bson().text("_id", names.newest)));
  return !has_head;
}

}  // namespace

Bson any_of(std::string_view member, std::span<const std::string_view> texts) {
  Bson array;
  for (std::size_t i = 0; i < texts.size(); ++i) array = std::move(array).text(std::to_string(i), texts[i]);
  return Bson().child(member, Bson().array("$in", array));
}

Bson seen(Bson filter, const Horizon& horizon) {
  std::vector<Bson> parts = unseen(horizon);
  return std::move(filter).array("$nor", numbered(parts));
}

Result<> prepare(Client& client, const Names& names, const std::vector<document::FieldPath>& indexes) {
  TRY(const bool is_foreign, is_of_others(client, names));
  if (is_foreign)
    return Failure(Error{ErrorKind::unavailable, "store.open",
                         fmt::format("The collection \"{}\" holds documents that are not Millrace's.", names.newest),
                         "Name another collection, or another database"});
  std::vector<Bson> newest;
  newest.push_back(index_on("position", Bson().small("position", -1)));
  newest.push_back(index_on("key", Bson().small("key.name", 1)).boolean("sparse", true));
  for (const document::FieldPath& path : indexes) {
    const auto name = member_path(path);
    if (name && path.root == document::FieldPath::Root::payload)
      newest.push_back(index_on(*name, Bson().small(*name, 1).small("position", -1)));
  }
  std::vector<Bson> history;
  history.push_back(index_on("position", Bson().small("position", -1)));
  history.push_back(index_on("id", Bson().small("id", 1).small("position", -1)));
  history.push_back(index_on("key", Bson().small("key.name", 1)).boolean("sparse", true));
  TRY_OK(client.command(create_indexes(names.newest, std::move(newest))));
  return client.command(create_indexes(names.history, std::move(history)));
}

Result<TextMap<Version>> newest_of(Client& client, const Names& names, const Horizon& horizon, std::span<const std::string_view> ids,
                                   Asked asked, std::int64_t own) {
  TextMap<Version> versions;
  if (ids.empty()) return versions;
  TextMap<bool> settled;
  // First the collection, then the history: a version moves the other way.
  const Bson options = asked.with_payload ? Bson() : envelope_only();
  TRY_OK(client.find(names.newest, any_of("_id", ids), options, [&](const bson_t& document) {
    const Version version(document);
    const bool is_seen = version.epoch() == own || horizon.sees(version.position(), version.epoch());
    if (is_seen && version.envelope().recorded_at <= asked.at) keep_newest(versions, document);
    settled[std::string(version.id())] = is_seen && version.envelope().recorded_at <= asked.at;
    return true;
  }));
  std::vector<std::string_view> missing;
  // What is not in the collection was never written.
  for (const auto& [id, is_settled] : settled)
    if (!is_settled) missing.push_back(id);
  TRY_OK(add_from_history(client, names, horizon, missing, asked, versions));
  return versions;
}

Result<std::vector<std::string>> covered(Client& client, const Names& names, const Horizon& horizon) {
  std::vector<std::string> ids;
  std::vector<Bson> parts = unseen(horizon);
  TRY_OK(client.find(names.newest, Bson().array("$or", numbered(parts)), envelope_only(), [&](const bson_t& document) {
    ids.emplace_back(text_at(document, "id"));
    return true;
  }));
  return ids;
}

}  // namespace millrace::store::mongo
