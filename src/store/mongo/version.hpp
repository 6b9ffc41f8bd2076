// One version as MongoDB keeps it.
//
//   COLLECTION          {_id: ID, id: ID, version, position, epoch, recorded_at, deleted, payload: {...}, text?, author?, key?}   the
//   newest of each COLLECTION_history  {_id: {position, epoch}, the same}                                             what was superseded
//
// `text` is the payload's where its BSON does not give it again (payload.hpp). `key` is the idempotency key of the create that the
// document lives from: {name, fingerprint, version, position, recorded_at}.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "document/document.hpp"
#include "store/mongo/bson.hpp"

namespace millrace::store::mongo {

/// A create under an idempotency key, and what it was told.
struct FirstUse {
  std::string name;
  std::string fingerprint;
  document::Envelope envelope;
};

/// A version that was read. Movable; it holds the document.
class Version {
 public:
  explicit Version(const bson_t& document) : document_(document) {}

  const Bson& document() const { return document_; }
  std::string_view id() const { return text_at(*document_.get(), "id"); }
  document::Envelope envelope() const;
  std::int64_t position() const { return integer_at(*document_.get(), "position"); }
  std::int64_t epoch() const { return integer_at(*document_.get(), "epoch"); }
  std::string payload() const;
  std::string_view author() const { return text_at(*document_.get(), "author"); }
  std::optional<FirstUse> key() const;

  /// As Selection asks: what is offered to it is what the read would give.
  static Instant superseded_at() { return kNewest; }

 private:
  Bson document_;
};

/// What is written.
struct NewVersion {
  std::string_view id;
  document::Envelope envelope;
  std::int64_t epoch = 0;
  const Bson* payload = nullptr;  // null: a tombstone
  std::string_view text = {};     // empty: the payload's BSON gives it
  std::string_view author = {};   // empty: nobody knows
  const FirstUse* key = nullptr;
};

/// As the newest one of its document.
Bson as_newest(const NewVersion& version);
/// As a superseded one.
Bson as_superseded(const NewVersion& version);
Bson as_superseded(const bson_t& newest);

/// What members of a version there are beside the payload.
Bson envelope_only();

}  // namespace millrace::store::mongo
