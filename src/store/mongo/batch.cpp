#include "store/mongo/batch.hpp"

#include <fmt/format.h>

#include <set>

namespace millrace::store::mongo {
namespace {

using document::Append;
using document::Operation;
using document::Receipt;

/// The error about an element of a call, as refusals name theirs.
Error placed(Error error, std::size_t index) {
  if (!error.details.empty()) error.message += fmt::format(" ({})", error.details.front().path);
  error.details = {{.path = fmt::format("/{}", index), .keyword = std::string(error.code), .message = error.message}};
  return error;
}

}  // namespace

Result<bool> Batch::load(std::span<const Append* const> appends, bool is_again) {
  std::set<std::string_view> ids;
  std::set<std::string_view> keys;
  for (const Append* append : appends) {
    if (!append->has_new_id || is_again) ids.insert(append->id);
    if (append->idempotency) keys.insert(append->idempotency->key);
  }
  TRY(const bool is_whole, load_documents(std::vector<std::string_view>(ids.begin(), ids.end())));
  if (!is_whole) return false;
  return load_keys(std::vector<std::string_view>(keys.begin(), keys.end()));
}

Result<bool> Batch::load_documents(std::span<const std::string_view> ids) {
  if (ids.empty()) return true;
  bool is_buried = false;
  std::vector<std::string> covered;
  TRY_OK(client_.find(names_.newest, any_of("_id", ids), Bson(), [&](const bson_t& document) {
    Version version(document);
    is_buried |= version.epoch() > mine_.epoch;
    State& state = states_[std::string(version.id())];
    if (is_ours(version)) {
      state.visible.emplace(document);
    } else {
      covered.emplace_back(version.id());
    }
    state.there.emplace(document);
    return !is_buried;
  }));
  if (is_buried) return false;
  const std::vector<std::string_view> views(covered.begin(), covered.end());
  TRY(auto versions, newest_of(client_, names_, mine_, views, {}, mine_.epoch));
  for (auto& [id, version] : versions) states_[id].visible.emplace(std::move(version));
  for (const std::string_view id : ids) {
    State& state = states_[std::string(id)];
    if (!state.visible) continue;
    const document::Envelope envelope = state.visible->envelope();
    state.head = {.version = envelope.version, .deleted = envelope.deleted};
    auto key = state.visible->key();
    if (!key || envelope.deleted) continue;
    state.key = &keys_.emplace_back(*std::move(key));
    id_of_key_[state.key->name] = id;
  }
  return true;
}

/// The documents that may live from a create under one of the keys. A version that covers one may have let the key go: so the history is
/// asked as well.
Result<bool> Batch::load_keys(std::span<const std::string_view> keys) {
  if (keys.empty()) return true;
  std::set<std::string> ids;
  for (const std::string& name : {names_.newest, names_.history}) {
    TRY_OK(client_.find(name, any_of("key.name", keys), envelope_only(), [&](const bson_t& document) {
      const std::string id(text_at(document, "id"));
      if (!states_.contains(id)) ids.insert(id);
      return true;
    }));
  }
  return load_documents(std::vector<std::string_view>(ids.begin(), ids.end()));
}

Result<document::Head> Batch::head(const std::string& id) {
  return states_[id].head;
}

Result<std::optional<document::KeyUse>> Batch::key(const std::string& key) {
  const auto known = id_of_key_.find(key);
  if (known == id_of_key_.end()) return std::nullopt;
  return document::KeyUse{.id = known->second, .fingerprint = states_[known->second].key->fingerprint};
}

Result<std::vector<Receipt>> Batch::apply(std::span<const Append> appends) {
  TRY(std::optional<Error> refused, document::refusal(appends, *this));
  if (refused) return Failure(*std::move(refused));
  std::vector<const Encoded*> payloads;
  for (std::size_t i = 0; i < appends.size(); ++i) {
    payloads.push_back(nullptr);
    if (appends[i].operation == Operation::remove) continue;
    auto encoded = encode_payload(appends[i].payload);
    if (!encoded) return Failure(placed(std::move(encoded).error(), i));
    payloads.back() = &payloads_.emplace_back(*std::move(encoded));
  }
  std::vector<Receipt> receipts;
  for (std::size_t i = 0; i < appends.size(); ++i) receipts.push_back(append_one(appends[i], payloads[i]));
  return receipts;
}

Receipt Batch::append_one(const Append& append, const Encoded* payload) {
  if (append.idempotency) {
    const auto known = id_of_key_.find(append.idempotency->key);
    if (known != id_of_key_.end()) {
      const document::Envelope& first = states_[known->second].key->envelope;
      return {
          .version = first.version, .position = first.position, .recorded_at = first.recorded_at, .repeated = true, .id = known->second};
    }
  }
  State& state = states_[append.id];
  recorded_at_ = append.recorded_after(recorded_at_, time_);
  const bool deleted = append.operation == Operation::remove;
  const document::Envelope envelope{.version = state.head.version + 1,
                                    .position = static_cast<document::Position>(++position_),
                                    .recorded_at = recorded_at_,
                                    .deleted = deleted};
  if (deleted && state.key != nullptr) {
    id_of_key_.erase(state.key->name);
    state.key = nullptr;
  }
  if (append.idempotency) {
    state.key = &keys_.emplace_back(append.idempotency->key, append.idempotency->fingerprint, envelope);
    id_of_key_[state.key->name] = append.id;
  }
  NewVersion version{.id = append.id, .envelope = envelope, .epoch = mine_.epoch, .author = append.author, .key = state.key};
  if (payload != nullptr) {
    version.payload = &payload->document;
    if (!payload->exact) version.text = append.payload;
  }
  state.added.push_back(version);
  state.head = {.version = envelope.version, .deleted = deleted};
  has_new_ = true;
  return {.version = envelope.version, .position = envelope.position, .recorded_at = recorded_at_};
}

/// First copies to the history what will be superseded, and only then takes its place.
Result<bool> Batch::write() {
  std::vector<Bson> superseded;
  std::vector<Bson> created;
  std::vector<Replacement> replaced;
  for (const auto& [id, state] : states_) {
    if (state.added.empty()) continue;
    if (state.there && is_ours(*state.there)) superseded.push_back(as_superseded(*state.there->document().get()));
    for (std::size_t i = 0; i + 1 < state.added.size(); ++i) superseded.push_back(as_superseded(state.added[i]));
    Bson newest = as_newest(state.added.back());
    if (!state.there) {
      created.push_back(std::move(newest));
    } else {
      Bson selector = Bson().text("_id", id).integer("position", state.there->position()).integer("epoch", state.there->epoch());
      replaced.push_back({std::move(selector), std::move(newest)});
    }
  }
  TRY_OK(client_.insert(names_.history, superseded));
  TRY(const BulkOutcome inserted, client_.insert(names_.newest, created));
  if (inserted.was_there) return false;
  TRY(const BulkOutcome replacements, client_.replace(names_.newest, replaced));
  return replacements.matched == static_cast<std::int64_t>(replaced.size());
}

}  // namespace millrace::store::mongo
