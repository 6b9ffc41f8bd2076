#include "federation/entity_subscription.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/json/slices.hpp"
#include "document/feed_place.hpp"

namespace millrace::federation {
namespace {

using document::Changes;
using graphql::SourceEvent;
using Clock = std::chrono::steady_clock;

bool is_meant(EntitySubscription::Kind kind, const document::Envelope& envelope) {
  switch (kind) {
    case EntitySubscription::Kind::created: return !envelope.deleted && envelope.version == 1;
    case EntitySubscription::Kind::updated: return !envelope.deleted && envelope.version > 1;
    case EntitySubscription::Kind::changed: return !envelope.deleted;
    case EntitySubscription::Kind::removed: return envelope.deleted;
  }
  return false;
}

/// What versions are compared with: the filter and the texts of its arguments.
struct Condition {
  std::shared_ptr<const document::Filter> filter;
  std::vector<std::string> texts;
  std::vector<std::string_view> arguments = {};
};

class ChangeStream final : public graphql::SourceStream {
 public:
  ChangeStream(const EntitySubscription& subscription, Condition condition, document::Follower follower)
      : subscription_(subscription), condition_(std::move(condition)), follower_(std::move(follower)) {
    condition_.arguments.assign(condition_.texts.begin(), condition_.texts.end());
  }

  Task<SourceEvent> next() override {
    const auto latest = Clock::now() + subscription_.heartbeat;
    while (true) {
      for (; at_ < end_; ++at_)
        if (matches(at_)) co_return event_at(at_++);
      changes_ = {};
      const auto patience = std::chrono::ceil<std::chrono::milliseconds>(latest - Clock::now());
      CO_TRY(changes_, co_await follower_.next(std::max(patience, std::chrono::milliseconds{0})));
      at_ = changes_.begin;
      end_ = at_ + changes_.size();
      if (changes_.is_over) co_return SourceEvent{.position = changes_.until};
      const bool is_late = changes_.empty() && Clock::now() >= latest;
      if (is_late) co_return SourceEvent{.kind = SourceEvent::Kind::nothing, .position = changes_.until};
    }
  }

  void stop() override { follower_.stop(); }

 private:
  bool matches(std::size_t i) const {
    if (!changes_.documents->found(i)) return false;
    if (!is_meant(subscription_.kind, changes_.documents->envelope(i))) return false;
    const document::Filter& filter = condition_.filter ? *condition_.filter : subscription_.query.filter;
    return document::matches(filter, condition_.arguments, changes_.documents->text(i));
  }

  SourceEvent event_at(std::size_t i) const {
    const document::Documents& documents = *changes_.documents;
    const bool gives_id = subscription_.kind == EntitySubscription::Kind::removed;
    return {.kind = SourceEvent::Kind::value,
            .value = gives_id ? documents.quoted_id(i) : documents.text(i),
            .position = documents.envelope(i).position};
  }

  const EntitySubscription& subscription_;
  Condition condition_;
  document::Follower follower_;
  Changes changes_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

Result<std::optional<document::Position>> place_of(const EntitySubscription& subscription, const graphql::SourceCall& call) {
  if (!call.begin.empty()) return document::read_feed_place(call.begin, "The place to begin after");
  const std::string_view value = subscription.after.empty() ? std::string_view() : call.arguments.find(subscription.after);
  if (value.empty() || value == "null") return std::nullopt;
  const bool is_text = value.starts_with('"');
  return document::read_feed_place(is_text ? json::decode_string(value) : std::string(value),
                                   fmt::format("The argument \"{}\"", subscription.after));
}

Result<Condition> condition_of(const EntityQuery& query, const graphql::ArgumentValues& arguments) {
  const auto given = [&arguments](std::string_view name) {
    const std::string_view value = arguments.find(name);
    return value == "null" ? std::string_view() : value;
  };
  Condition condition;
  TRY(condition.filter, filter_with(query, query.takes_where ? given("where") : std::string_view()));
  for (const std::string& parameter : query.parameters) condition.texts.emplace_back(given(parameter));
  return condition;
}

document::Asker asker_of(const graphql::SourceCall& call) {
  if (call.caller == nullptr) return {.hidden = document::Hidden::renamed};
  return {.principal = call.caller->principal,
          .hidden = document::Hidden::renamed,
          .address = call.caller->address,
          .trace = call.caller->trace};
}

Result<> check_asked(const EntitySubscription& subscription, const Condition& condition, const Principal* principal) {
  document::Query query{.filter = condition.filter ? condition.filter.get() : &subscription.query.filter};
  query.arguments.assign(condition.texts.begin(), condition.texts.end());
  return subscription.feed->store().may_ask(query, principal, document::Store::Asks::follows);
}

}  // namespace

Task<std::unique_ptr<graphql::SourceStream>> SubscriptionSource::open(const graphql::SourceCall& call) {
  CO_TRY(const auto after, place_of(subscription_, call));
  CO_TRY(Condition condition, condition_of(subscription_.query, call.arguments));
  document::Asker asker = asker_of(call);
  CO_TRY_OK(check_asked(subscription_, condition, asker.principal.get()));
  CO_TRY(const document::Position last, co_await subscription_.feed->store().last_position());
  CO_TRY(const document::Position begin, document::feed_begin(after, last));
  CO_TRY(document::Follower follower, subscription_.feed->follow(begin, std::move(asker)));
  std::unique_ptr<graphql::SourceStream> stream = std::make_unique<ChangeStream>(subscription_, std::move(condition), std::move(follower));
  co_return std::move(stream);
}

}  // namespace millrace::federation
