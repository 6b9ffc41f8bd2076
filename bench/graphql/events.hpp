// What the benches of the GraphQL engine ask: the schema of processed events, a document of about 1 KB, and a resolver that has its
// answers.
#pragma once

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "graphql/execution/resolver.hpp"

namespace millrace::graphql {

/// About 1 KB, as a page about processed events sends it: variables, aliases, fragments, a directive, a literal object's worth of
/// arguments.
inline constexpr std::string_view kQuery =
    R"(query EventsOfUser($name: String!, $other: String = "user_logout", $raw: ID!, $withRaw: Boolean!, $at: Float) {
  logins: getByName(name: $name, at: $at, limit: 20) {
    ...Processed
    rawEvent @include(if: $withRaw) {
      ...Raw
    }
  }
  logouts: getByName(name: $other, limit: 20, offset: 40) {
    ...Processed
    error: error_message
    enrichment_data
  }
  byRaw: getByRawEventId(raw_event_id: $raw, limit: 5) {
    ...Processed
    rawEvent {
      ...Raw
      metadata
    }
  }
  one: getById(id: "0190c6f3-0000-7000-8000-000000000001", at: 1717171717000) {
    __typename
    id
    status
    processing_time_ms
    rawEvent {
      id
      name
      source
      version
    }
  }
}

fragment Processed on ProcessedEvent {
  id
  name
  raw_event_id
  status
  processed_data
  processed_timestamp
  processing_time_ms
}

fragment Raw on RawEvent {
  id
  name
  data
  timestamp
  source
}
)";
inline constexpr std::string_view kVariables = R"({"name":"user_login","raw":"0190c6f3-0000-7000-8000-000000000002","withRaw":true})";

inline std::string read(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  CHECK(!text.str().empty());
  return text.str();
}

/// Gives twenty processed events to every list and one to every other query, and a raw event to each of them.
class MemoryResolver : public Resolver {
 public:
  Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) override {
    std::vector<Resolved> answers;
    for (const FieldCall& call : calls) {
      Resolved& answer = answers.emplace_back();
      const std::string_view text = call.field.type.named->name == "RawEvent" ? kRaw : kProcessed;
      const bool is_list = call.field.type.nullable().is_list();
      const std::uint32_t first = answer.add_value(text);
      for (std::uint32_t i = 1; i < 20 && is_list; ++i) answer.add_value(text);
      for (std::size_t parent = 0; parent < call.parents; ++parent) is_list ? answer.give_list(first, 20) : answer.give_value(first);
    }
    co_return std::move(answers);
  }

 private:
  static constexpr std::string_view kRaw =
      R"({"id":"r1","name":"user_login","data":{"user_id":"user123"},"timestamp":"2024-01-01T12:00:00Z","source":"web","version":"1.0","metadata":{}})";
  static constexpr std::string_view kProcessed =
      R"({"id":"p1","raw_event_id":"r1","name":"user_login","processed_data":{"risk_score":0.1},"processed_timestamp":"2024-01-01T12:00:01Z",)"
      R"("status":"SUCCESS","processing_time_ms":45.2,"enrichment_data":null,"error_message":null})";
};

struct Events {
  std::shared_ptr<const Schema> schema;
  MemoryResolver resolver;
  Bindings bindings;

  Events() : schema(*build_schema(read(MILLRACE_SOURCE_DIR "/examples/events/config/graph/processed_event.graphql"), "processed")) {
    for (const Field& field : schema->query()->fields) bindings.bind("Query", field.name, resolver);
    bindings.bind("ProcessedEvent", "rawEvent", resolver);
  }
  static Events& get() {
    static Events events;
    return events;
  }
};

}  // namespace millrace::graphql
