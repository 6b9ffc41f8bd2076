// One hot path, again and again, in the processor alone: no sockets, no other thread, nothing that depends on the clock. guard.py counts
// the instructions of measured() under callgrind.
//
//   millrace_bench_guard PATH ITERATIONS
//   millrace_bench_guard                   lists the paths: "NAME ITERATIONS", as many as its count is worth something with
#include <fmt/format.h>

#include <charconv>
#include <functional>

#include "base/json/document.hpp"
#include "bench/graphql/events.hpp"
#include "bench/guard/example.hpp"
#include "bench/guard/wire.hpp"
#include "graphql/execution/plan.hpp"
#include "graphql/execution/preparer.hpp"
#include "store/sqlite/transaction.hpp"

namespace millrace::bench {
namespace {

using Once = std::move_only_function<void()>;

std::string post(std::string_view path, std::string_view body) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: localhost:4055\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      path, body.size(), body);
}

const jsonschema::Schema& raw_event_schema(const Example& example) {
  for (const app::RestletteModel& restlette : example.model().restlettes)
    if (restlette.entity == kRaw) return *restlette.schema;
  CHECK(false);
}

// --- Reading ---------------------------------------------------------------------------------------------------------------------------

Once http_parse() {
  return [wire = Wire(), request = post("/raw-events/api", kRawEvent)]() mutable {
    CHECK(wire.read(request).body.size() == kRawEvent.size());
    wire.finish();
  };
}

Once json_read() {
  return [] { CHECK(json::parse(kRawEvent).has_value()); };
}

Once json_schema_validate() {
  auto example = std::make_shared<Example>(Example::Storage::memory);
  auto event = std::make_shared<json::Document>(*json::parse(kRawEvent));
  return [example, event, &schema = raw_event_schema(*example)] { CHECK(schema.validate(event->root()).empty()); };
}

Once graphql_parse() {
  return [] { CHECK(graphql::parse(graphql::kQuery).has_value()); };
}

Once graphql_validate() {
  return [document = std::make_shared<graphql::Document>(*graphql::parse(graphql::kQuery))] {
    CHECK(graphql::validate(*graphql::Events::get().schema, *document).empty());
  };
}

Once graphql_plan() {
  graphql::Events& events = graphql::Events::get();
  auto introspection = std::make_shared<graphql::Introspection>(*events.schema);
  auto document = std::make_shared<graphql::Document>(*graphql::parse(graphql::kQuery));
  return [&events, introspection, document] {
    const graphql::Variables variables = {{"withRaw", "true"}};
    const std::vector<std::string> inherited = {"at"};
    const auto plan = graphql::make_plan(
        {*events.schema, *document, document->operations.front(), events.bindings, introspection->bindings(), variables, inherited});
    CHECK(plan != nullptr);
  };
}

// --- Answering -------------------------------------------------------------------------------------------------------------------------

/// A query that the engine knows, over stores in memory.
Once execute(std::size_t graphlette, std::string query) {
  auto example = std::make_shared<Example>(Example::Storage::memory);
  return [example, graphlette, query = std::move(query)] {
    const auto response = at_once(example->engine(graphlette).execute({query}));
    CHECK(response.body.starts_with("{\"data\":{\"get") && response.body.contains("user123"));
  };
}

Once graphql_execute() {
  return execute(kRaw, fmt::format("{{ getById(id: \"{}\") {{ id name data timestamp source metadata }} }}", event_id(7)));
}

Once graphql_federated() {
  return execute(kProcessed,
                 "{ getByName(name: \"user_login\", limit: 20) { id name processed_data status processing_time_ms"
                 " rawEvent { id name data timestamp } } }");
}

/// Twenty documents, as a store gives them, to the bytes of an answer.
Once serialise() {
  return [wire = Wire()]() mutable {
    document::Documents documents;
    for (std::uint64_t i = 0; i < kEvents; ++i)
      documents.add("0190c6f3-0000-7000-8000-000000000001", kRawEvent, {.version = 1, .position = i});
    http::Response response;
    response.add("Content-Type", "application/json");
    response.body = std::move(documents).take_array(kEvents);
    CHECK(wire.write(std::move(response)).ends_with("}]"));
  };
}

// --- Storage ---------------------------------------------------------------------------------------------------------------------------

Once store_read() {
  auto example = std::make_shared<Example>(Example::Storage::sqlite);
  return [example, id = event_id(7)] {
    const std::string_view ids[] = {id};
    CHECK(at_once(example->store(kRaw).read(ids, {})).found(0));
  };
}

/// Commits of 64 new events, as the writer's thread makes them.
class Appending {
 public:
  Appending() {
    auto connection = store::sqlite::Connection::open({.file = folder_ / "events.sqlite", .mode = store::sqlite::Connection::Mode::write});
    CHECK(connection.has_value());
    connection_ = *std::move(connection);
    CHECK(store::sqlite::create_table(*connection_, table_, {document::FieldPath::parse("name")}).has_value());
  }
  void commit() {
    store::sqlite::Write write;
    for (int i = 0; i < 64; ++i) write.appends.push_back({.id = event_id(++next_), .payload = std::string(kRawEvent), .has_new_id = true});
    write.table = &table_;
    write.clock = &clock_;
    store::sqlite::Write* const writes[] = {&write};
    store::sqlite::commit_writes(*connection_, writes);
    CHECK(write.result.has_value());
  }

 private:
  store::sqlite::TemporaryFolder folder_;
  store::sqlite::Table table_{"events"};
  store::sqlite::Clock clock_ = [] { return Instant{1'700'000'000'000'000}; };
  std::unique_ptr<store::sqlite::Connection> connection_;
  int next_ = 0;
};

Once store_append() {
  return [appending = std::make_unique<Appending>()] { appending->commit(); };
}

// --- Whole requests --------------------------------------------------------------------------------------------------------------------

/// From the bytes of a request to those of its answer.
Once exchange(std::shared_ptr<Example> example, std::string request, std::string_view expected) {
  return [example, wire = Wire(), request = std::move(request), expected]() mutable {
    CHECK(wire.exchange(example->handler(), example->traffic(), request).contains(expected));
  };
}

Once rest_get() {
  return exchange(
      std::make_shared<Example>(Example::Storage::sqlite),
      fmt::format("GET /raw-events/api/{} HTTP/1.1\r\nHost: localhost:4055\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n", event_id(7)),
      "user123");
}

/// In memory: SQLite commits on a thread of its own, and store_append counts that.
Once rest_post() {
  return exchange(std::make_shared<Example>(Example::Storage::memory), post("/raw-events/api", kRawEvent), "201 Created");
}

std::string get_by_id() {
  return post("/raw-events/graph",
              fmt::format(R"({{"query":"{{ getById(id: \"{}\") {{ id name data timestamp source metadata }} }}"}})", event_id(7)));
}

Once graphql_post() {
  return exchange(std::make_shared<Example>(Example::Storage::sqlite), get_by_id(), "user123");
}

/// What metrics take is what this does not: nothing is counted, and the clock is not asked for how long something took.
Once graphql_post_uncounted() {
  auto example = std::make_shared<Example>(Example::Storage::sqlite, Example::Metrics::none);
  return [example, wire = Wire(), request = get_by_id()]() mutable {
    CHECK(wire.exchange_uncounted(example->handler(), example->traffic(), request).contains("user123"));
  };
}

// --- Running ---------------------------------------------------------------------------------------------------------------------------

struct Path {
  std::string_view name;
  int iterations;
  Once (*make)();
};

constexpr Path kPaths[] = {
    {"http_parse", 1000, http_parse},
    {"json_read", 1000, json_read},
    {"json_schema_validate", 1000, json_schema_validate},
    {"graphql_parse", 300, graphql_parse},
    {"graphql_validate", 300, graphql_validate},
    {"graphql_plan", 300, graphql_plan},
    {"graphql_execute", 500, graphql_execute},
    {"graphql_federated", 100, graphql_federated},
    {"serialise", 500, serialise},
    {"store_read", 500, store_read},
    {"store_append", 30, store_append},
    {"rest_get", 500, rest_get},
    {"rest_post", 500, rest_post},
    {"graphql_post", 500, graphql_post},
    {"graphql_post_uncounted", 500, graphql_post_uncounted},
};

// Fills caches, and resolves what is linked at its first use.
constexpr int kWarmUp = 10;

int number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace
}  // namespace millrace::bench

/// What guard.py counts, by this name.
extern "C" [[gnu::noinline]] void measured(millrace::bench::Once& once, int iterations) {
  for (int i = 0; i < iterations; ++i) once();
}

namespace millrace::bench {
namespace {

int run(std::string_view name, int iterations) {
  for (const Path& path : kPaths) {
    if (path.name != name) continue;
    Once once = path.make();
    io::Loop loop;
    loop.post([&once, &loop, iterations] {
      for (int i = 0; i < kWarmUp; ++i) once();
      measured(once, iterations);
      loop.stop();
    });
    loop.run();
    return 0;
  }
  fmt::print(stderr, "There is no path \"{}\".\n", name);
  return 2;
}

}  // namespace
}  // namespace millrace::bench

int main(int count, char** arguments) {
  if (count == 3) return millrace::bench::run(arguments[1], millrace::bench::number(arguments[2]));
  for (const auto& path : millrace::bench::kPaths) fmt::print("{} {}\n", path.name, path.iterations);
}
