#include "migrate/migration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json/canonical.hpp"
#include "document/incoming.hpp"

namespace millrace::migrate {
namespace {

using document::Append;
using document::Documents;
using document::Operation;
using document::Position;

Error changed() {
  return {ErrorKind::conflict, "migrate.changed", "The source was written to while it was read; nothing is stored.",
          "Stop what writes to it, and migrate again."};
}

/// The history as a store takes it. The first versions are read beforehand: they come when all are sorted, and the store should not wait.
class Appends final : public document::AppendSource {
 public:
  Appends(History& history, std::vector<Version> first, Counts surveyed)
      : history_(history), next_(std::move(first)), surveyed_(surveyed) {}

  Result<std::vector<Append>> next() override {
    begin_ += places_.size();
    places_.clear();
    std::vector<Append> appends;
    for (Version& version : next_) {
      places_.push_back(std::move(version.place));
      appends.push_back(std::move(version.append));
    }
    if (appends.empty() && history_.counts() != surveyed_) return Failure(changed());
    if (appends.empty()) return appends;
    TRY(next_, history_.next());
    return appends;
  }
  void appended(std::span<const document::Receipt>) override {}

  /// The error with the place of the row that it is about.
  Error placed(Error error) const {
    for (const ErrorDetail& detail : error.details) {
      std::size_t index = 0;
      const bool is_index = detail.path.starts_with('/') &&
                            std::from_chars(detail.path.data() + 1, detail.path.data() + detail.path.size(), index).ec == std::errc();
      if (!is_index || index < begin_ || index - begin_ >= places_.size()) continue;
      error.message = fmt::format("{}: {}", places_[index - begin_], error.message);
      break;
    }
    return error;
  }

 private:
  History& history_;
  std::vector<Version> next_;
  const Counts surveyed_;
  std::size_t begin_ = 0;            // how many came before those at hand
  std::vector<std::string> places_;  // of those at hand
};

/// How many versions to ask for, so that they make a few megabytes by those that came last.
class Pace {
 public:
  std::size_t wanted() const { return wanted_; }
  void note(std::size_t versions, std::size_t bytes) {
    constexpr std::size_t kBytesWanted = 4u << 20;
    if (versions > 0) wanted_ = std::clamp<std::size_t>(kBytesWanted * versions / std::max<std::size_t>(bytes, 1), 1, 4'000);
  }

 private:
  std::size_t wanted_ = 100;
};

/// The versions of a store in order, one after the other.
class Held {
 public:
  explicit Held(document::Store& store) : store_(store) {}

  /// Whether there is a next one, which then stands at `documents()[at()]`.
  Task<bool> next() {
    if (++at_ < documents_.size()) co_return true;
    CO_TRY(documents_, co_await store_.changes(last_, pace_.wanted()));
    at_ = 0;
    if (documents_.empty()) co_return false;
    pace_.note(documents_.size(), documents_.bytes());
    last_ = documents_.envelope(documents_.size() - 1).position;
    co_return true;
  }
  const document::Envelope& envelope() const { return documents_.envelope(at_); }
  std::string id() const { return documents_.id(at_); }
  std::string payload() const { return envelope().deleted ? std::string() : documents_.payload(at_); }

 private:
  document::Store& store_;
  Documents documents_;
  std::size_t at_ = 0;
  Position last_ = 0;
  Pace pace_;
};

std::string described(std::string_view id, Instant recorded_at, bool deleted, std::string_view payload) {
  constexpr std::size_t kShown = 200;
  std::string text = fmt::format("{} of {}", json::quoted(id), to_string(recorded_at));
  text += deleted ? std::string(", deleted") : fmt::format(", {}", payload.substr(0, kShown));
  return payload.size() > kShown ? text + "..." : text;
}

/// Empty when they are the same.
std::string difference(const Version& expected, const Held& held) {
  const Append& append = expected.append;
  const bool deleted = append.operation == Operation::remove;
  const document::Envelope& envelope = held.envelope();
  const std::string payload = held.payload();
  if (held.id() == append.id && envelope.deleted == deleted && envelope.recorded_at == append.recorded_at && payload == append.payload) {
    return {};
  }
  return fmt::format("{} is {} in the source, and {} in the entity", expected.place,
                     described(append.id, *append.recorded_at, deleted, append.payload),
                     described(held.id(), envelope.recorded_at, envelope.deleted, payload));
}

Task<void> compare_batch(const std::vector<Version>& versions, Held& held, Comparison& comparison) {
  for (const Version& version : versions) {
    CO_TRY(const bool is_there, co_await held.next());
    if (!is_there) {
      comparison.difference = fmt::format("{} is not in the entity", version.place);
      co_return {};
    }
    ++comparison.held;
    comparison.difference = difference(version, held);
    if (!comparison.is_same()) co_return {};
    ++comparison.versions;
  }
  co_return {};
}

}  // namespace

Result<Counts> survey(History& history, Refuse refuse) {
  TRY_OK(history.begin(std::move(refuse)));
  while (true) {
    TRY(const std::vector<Version> versions, history.next());
    if (versions.empty()) return history.counts();
  }
}

Task<void> copy(History& history, document::Store& store, Counts surveyed) {
  CO_TRY_OK(history.begin({}));
  CO_TRY(std::vector<Version> first, history.next());
  Appends appends(history, std::move(first), surveyed);
  Result<> copied = co_await store.append_all(appends);
  if (!copied) co_return Failure(appends.placed(std::move(copied).error()));
  co_return {};
}

Task<Comparison> compare(History& history, document::Store& store) {
  CO_TRY_OK(history.begin({}));
  Comparison comparison;
  Held held(store);
  while (comparison.is_same()) {
    CO_TRY(const std::vector<Version> versions, history.next());
    CO_TRY_OK(co_await compare_batch(versions, held, comparison));
    if (!versions.empty() || !comparison.is_same()) continue;
    CO_TRY(const bool has_more, co_await held.next());
    if (!has_more) co_return comparison;
    comparison.difference = fmt::format("{} is in the entity alone", json::quoted(held.id()));
  }
  co_return comparison;
}

Task<std::uint64_t> count_misfits(document::Store& store, const jsonschema::Schema& schema,
                                  std::function<void(const std::string& id, const std::string& reason)> show) {
  const document::Filter everything;
  std::vector<document::Query> queries = {{.filter = &everything}};
  std::uint64_t misfits = 0;
  Pace pace;
  while (true) {
    queries[0].page.limit = pace.wanted();
    CO_TRY(const std::vector<Documents> found, co_await store.find(queries, {}));
    const Documents& documents = found[0];
    if (documents.empty()) co_return misfits;
    for (std::size_t i = 0; i < documents.size(); ++i) {
      const auto fits = document::read_version(documents.text(i), &schema, documents.id(i));
      if (!fits && ++misfits > 0) show(documents.id(i), fits.error().message);
    }
    pace.note(documents.size(), documents.bytes());
    queries[0].page.after = documents.envelope(documents.size() - 1).position;
  }
}

}  // namespace millrace::migrate
