#include "store/mongo/version.hpp"

#include "store/mongo/payload.hpp"

namespace millrace::store::mongo {
namespace {

void append_members(Bson& out, const NewVersion& version) {
  const document::Envelope& envelope = version.envelope;
  out = std::move(out)
            .text("id", version.id)
            .integer("version", static_cast<std::int64_t>(envelope.version))
            .integer("position", static_cast<std::int64_t>(envelope.position))
            .integer("epoch", version.epoch)
            .integer("recorded_at", envelope.recorded_at.microseconds)
            .boolean("deleted", envelope.deleted);
  if (version.payload != nullptr) out = std::move(out).child("payload", *version.payload);
  if (!version.text.empty()) out = std::move(out).text("text", version.text);
  if (!version.author.empty()) out = std::move(out).text("author", version.author);
  if (version.key == nullptr) return;
  const FirstUse& key = *version.key;
  out = std::move(out).child("key", Bson()
                                        .text("name", key.name)
                                        .binary("fingerprint", key.fingerprint)
                                        .integer("version", static_cast<std::int64_t>(key.envelope.version))
                                        .integer("position", static_cast<std::int64_t>(key.envelope.position))
                                        .integer("recorded_at", key.envelope.recorded_at.microseconds));
}

Bson history_id(std::int64_t position, std::int64_t epoch) {
  return Bson().child("_id", Bson().integer("position", position).integer("epoch", epoch));
}

document::Envelope envelope_of(const bson_t& document) {
  return {.version = static_cast<std::uint64_t>(integer_at(document, "version")),
          .position = static_cast<document::Position>(integer_at(document, "position")),
          .recorded_at = {integer_at(document, "recorded_at")},
          .deleted = boolean_at(document, "deleted")};
}

}  // namespace

document::Envelope Version::envelope() const {
  return envelope_of(*document_.get());
}

std::string Version::payload() const {
  const bson_t& document = *document_.get();
  if (boolean_at(document, "deleted")) return {};
  if (const std::string_view text = text_at(document, "text"); !text.empty()) return std::string(text);
  bson_t payload;
  return child_at(document, "payload", payload) ? decode_payload(payload) : "{}";
}

std::optional<FirstUse> Version::key() const {
  bson_t key;
  if (!child_at(*document_.get(), "key", key)) return std::nullopt;
  return FirstUse{
      .name = std::string(text_at(key, "name")), .fingerprint = std::string(binary_at(key, "fingerprint")), .envelope = envelope_of(key)};
}

Bson as_newest(const NewVersion& version) {
  Bson out = Bson().text("_id", version.id);
  append_members(out, version);
  return out;
}

Bson as_superseded(const NewVersion& version) {
  Bson out = history_id(static_cast<std::int64_t>(version.envelope.position), version.epoch);
  append_members(out, version);
  return out;
}

Bson as_superseded(const bson_t& newest) {
  Bson out = history_id(integer_at(newest, "position"), integer_at(newest, "epoch"));
  bson_copy_to_excluding_noinit(&newest, out.get(), "_id", nullptr);
  return out;
}

Bson envelope_only() {
  return Bson().child(
      "projection",
      Bson().small("id", 1).small("position", 1).small("epoch", 1).small("version", 1).small("recorded_at", 1).small("deleted", 1));
}

}  // namespace millrace::store::mongo
