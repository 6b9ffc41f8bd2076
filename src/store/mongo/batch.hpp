// What one batch of appends writes, under a head that is ours.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "document/admission.hpp"
#include "document/store.hpp"
#include "store/mongo/collection.hpp"
#include "store/mongo/payload.hpp"

namespace millrace::store::mongo {

class Batch : private document::Held {
 public:
  /// `position`: the last one that is taken, and when it was recorded. `time`: by the clock.
  Batch(Client& client, const Names& names, const Horizon& mine, std::int64_t position, Instant recorded_at, Instant time)
      : client_(client), names_(names), mine_(mine), position_(position), recorded_at_(recorded_at), time_(time) {}

  /// Reads what the appends depend on. Once, before apply(). `is_again`: another epoch has tried, so that what it wrote, which nobody sees,
  /// may be there. False: somebody else has taken the head since. What that one committed is not in our horizon, so that we would take
  /// it for nothing and write over it.
  Result<bool> load(std::span<const document::Append* const> appends, bool is_again);

  /// Adds all of a call, or refuses all. The appends live as long as the batch.
  Result<std::vector<document::Receipt>> apply(std::span<const document::Append> appends);

  bool empty() const { return !has_new_; }
  std::int64_t position() const { return position_; }
  Instant recorded_at() const { return recorded_at_; }

  /// Writes what was added, invisibly. False: somebody who was taken for dead wrote meanwhile, or we were.
  Result<bool> write();

 private:
  struct State {
    std::optional<Version> there = {};    // what lies in the collection, visible or not
    std::optional<Version> visible = {};  // the newest that is visible
    document::Head head = {};
    const FirstUse* key = nullptr;
    std::vector<NewVersion> added = {};
  };

  Result<document::Head> head(const std::string& id) override;
  Result<std::optional<document::KeyUse>> key(const std::string& key) override;
  Result<bool> load_documents(std::span<const std::string_view> ids);
  Result<bool> load_keys(std::span<const std::string_view> keys);
  document::Receipt append_one(const document::Append& append, const Encoded* payload);
  bool is_ours(const Version& version) const { return version.epoch() == mine_.epoch || mine_.sees(version.position(), version.epoch()); }

  Client& client_;
  const Names& names_;
  const Horizon& mine_;
  std::int64_t position_;
  Instant recorded_at_;
  const Instant time_;
  bool has_new_ = false;
  TextMap<State> states_;
  TextMap<std::string> id_of_key_;
  std::deque<Encoded> payloads_;
  std::deque<FirstUse> keys_;
};

}  // namespace millrace::store::mongo
