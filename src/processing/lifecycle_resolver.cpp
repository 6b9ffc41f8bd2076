#include "processing/lifecycle_resolver.hpp"

#include <map>
#include <memory>

#include "base/json/document.hpp"

namespace millrace::processing {
namespace {

document::View view_of(const graphql::Caller* caller) {
  if (caller == nullptr) return {};
  return {.principal = caller->principal.get(), .origin = {caller->address, &caller->trace}};
}

/// The id that a quoted canonical string is.
std::string id_of(std::string_view quoted) {
  const auto parsed = json::parse(quoted);
  return parsed && parsed->root().is(json::Kind::string) ? parsed->root().string() : std::string();
}

}  // namespace

const std::string_view kLifecycleTypes = R"(
"What an entry of a lifecycle tells of."
enum LifecycleKind {
  "The event's first version."
  received
  "A later one."
  changed
  "The event was deleted."
  removed
  "A processor tried."
  attempt
  "A result's first version."
  outcome
  "A later one, as a replay makes it."
  outcome_changed
  "A result was deleted."
  outcome_removed
  "A processor is still to tell its outcome."
  pending
}

"Something that happened to an event."
type LifecycleEntry {
  kind: LifecycleKind!
  "When, in UTC; of what is pending: when it is due, else now."
  at: String!
  "Of the event, or of its result."
  version: Int
  "The version's place in the change feed of its entity."
  position: Float
  "Whose attempt or outcome it is; null: nobody's of this service."
  processor: String
  "The version of the event that was processed."
  raw_version: Int
  "Which attempt; of what is pending: how many have failed."
  attempt: Int
  "Milliseconds that the event waited before the attempt."
  queue_time_ms: Float
  "Milliseconds that the attempt took."
  run_time_ms: Float
  result_id: ID
  status: String
  processing_time_ms: Float
  error: String
  "Whether the outcome came, or is still to come, later than the processor's deadline."
  overdue: Boolean
  "Who wrote the version, where that is known."
  author: LifecycleAuthor
}

"Who wrote a version; what is not known is null."
type LifecycleAuthor {
  "Whose credentials it was written with."
  sub: String
  "Where the client's connection came from."
  address: String
  "The trace that it was written in (W3C Trace Context)."
  trace: String
  "The processor that made it."
  processor: String
}
)";

std::span<const std::string> LifecycleResolver::parent_keys() const {
  static const std::string keys[] = {"\"id\""};
  return keys;
}

Task<std::vector<graphql::Resolved>> LifecycleResolver::resolve(std::span<const graphql::FieldCall> calls) {
  std::vector<graphql::Resolved> resolved(calls.size());
  std::map<std::string, std::shared_ptr<const Story>, std::less<>> stories;  // by quoted id; null: there is no such event
  for (std::size_t i = 0; i < calls.size(); ++i) {
    for (const std::string_view key : calls[i].keys) {
      const auto [known, is_new] = stories.try_emplace(std::string(key));
      if (is_new) {
        CO_TRY(auto story, co_await lifecycle_.of(id_of(key), view_of(calls[i].caller)));
        if (story) known->second = std::make_shared<const Story>(*std::move(story));
      }
      const auto first = static_cast<std::uint32_t>(resolved[i].values().size());
      if (!known->second) {
        resolved[i].give_list(first, 0);
        continue;
      }
      for (const std::string& entry : known->second->entries) resolved[i].add_value(entry);
      resolved[i].give_list(first, static_cast<std::uint32_t>(known->second->entries.size()));
      resolved[i].keep(known->second);
    }
  }
  co_return std::move(resolved);
}

}  // namespace millrace::processing
