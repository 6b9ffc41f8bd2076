#include "app/config_keys.hpp"

#include <algorithm>

namespace millrace::app {
namespace {

constexpr KeyRange kPorts{0, 65535};
constexpr KeyRange kBatches{0, 1000};
constexpr KeyRange kCounts{1, 100'000'000};
constexpr KeyRange kSizes{1, 1ull << 40};

constexpr ConfigKey kTop[] = {
    {"port", KeyType::number, initially("4055"), "The port to listen on; 0 takes any that is free.", kPorts},
    {"host", KeyType::text, initially("0.0.0.0"), "The address to listen on; `127.0.0.1` lets only this machine in."},
    {"url", KeyType::text, otherwise("`http://localhost:PORT`"),
     "The public base URL of this service. Resolvers whose URL begins with it are answered in the process."},
    {"trustedProxies", KeyType::texts, otherwise("none"),
     "Proxies in front, as addresses and networks (`10.0.0.0/8`): what comes from them has the client's address from their `Forwarded` or "
     "`X-Forwarded-For` ([how](operations.md#behind-a-proxy))."},
    {"shutdownTimeout", KeyType::duration, initially("10s"),
     "How long requests that are in flight may take after SIGTERM. This and every limit in time below: 0 is no limit, unless it says "
     "otherwise."},
    {"batching", KeyType::number, initially("0"),
     "How many GraphQL requests one request may bring as an array; they are answered in order. 0 refuses arrays.", kBatches},
    {"limits", KeyType::object, otherwise("their defaults"), "What one request may ask for."},
    {"graphlettes", KeyType::objects, otherwise("none"), "The GraphQL APIs, one per entity."},
    {"restlettes", KeyType::objects, otherwise("derived from the graphlettes"), "The REST APIs, one per entity."},
    {"unified", KeyType::object, otherwise("at `/graph`"), "The GraphQL API over all graphlettes."},
    {"auth", KeyType::object, otherwise("open to all"), "Who is let in ([how](access.md))."},
    {"processors", KeyType::objects, otherwise("none"), "What turns events into processed events ([how](processors.md))."},
    {"sinks", KeyType::objects, otherwise("none"), "What is published to NATS or Kafka."},
    {"rules", KeyType::any, otherwise("those at the graphlettes and restlettes"),
     "Who may do what, by entity: `rules { \"/raw-events\" = [ { roles = [analyst], may = [read] } ] }` ([how](access.md#rules))."},
    {"audit", KeyType::object, otherwise("beside the first entity whose reads are recorded"),
     "Where records of reads are kept ([how](access.md#who-read-what))."},
    {"cors", KeyType::object, otherwise("every page"), "Which pages of other origins may read answers."},
    {"metrics", KeyType::object, otherwise("open"), "Who may read `/metrics`."},
    {"logs", KeyType::object, otherwise("text, at `info`"), "What is written to stderr."},
    {"traces", KeyType::object, otherwise("none are exported"), "Where spans of traces go."},
    {"federation", KeyType::flag, initially("false"),
     "Whether each GraphQL API is a subgraph of Apollo Federation as well ([how](graphql.md#as-subgraphs-of-apollo-federation))."},
};

constexpr ConfigKey kAudit[] = {
    {"storage", KeyType::object, required("Say where records are kept: storage { type = sqlite, uri = events.db, collection = audit }."),
     "Where it is kept who read what."},
};

constexpr ConfigKey kUnified[] = {
    {"path", KeyType::any, otherwise("`/graph`, unless something else is served there"), "Where it is served; `false` turns it off."},
    {"types", KeyType::any, otherwise("a type is owned by the graphlette whose entity it is"),
     "For types that graphlettes define differently, the path of the graphlette whose definition counts: `types { PageInfo = /hen/graph "
     "}`. "
     "All others must have no more than that one."},
    {"federation", KeyType::flag, otherwise("as at the top"), "Whether it is a subgraph of Apollo Federation."},
};

constexpr ConfigKey kLimits[] = {
    {"bodyBytes", KeyType::size, initially("1MiB"), "The longest body of a request; a longer one is 413.", kSizes},
    {"bulkBytes", KeyType::size, initially("64MiB"),
     "The same for `/bulk`, where memory does not grow with it; one document of it may have `bodyBytes`.", kSizes},
    {"listBytes", KeyType::size, initially("32MiB"),
     "What the documents of one answer may weigh together, at most a quarter of `bodyMemory`: a REST list ends its page there and goes on "
     "by "
     "its `Link`; reading too many by their ids is 413 `list.bytes`; a field of a GraphQL query is an error `graphql.list_bytes`. One "
     "document is given whatever it weighs.",
     kSizes},
    {"spoolFolder", KeyType::text, otherwise("`.millrace` beside the config"),
     "Where a bulk request waits until all of it is there, in files without a name. Where the config's folder is only to be read: the "
     "system's folder for temporary files."},
    {"spoolBytes", KeyType::size, initially("8GiB"), "What one request may keep there.", kSizes},
    {"connections", KeyType::number, initially("100000"),
     "Open connections; one more is answered with 503 and closed. No more than the system lets the process open, which it raises as far as "
     "it may.",
     kCounts},
    {"requests", KeyType::number, initially("10000"),
     "Requests under way at a time; one more is 503 with `Retry-After`. `/health`, `/ready`, `/metrics` and preflights of CORS are "
     "answered "
     "all the same.",
     kCounts},
    {"bodyMemory", KeyType::size, initially("512MiB"),
     "Bodies in memory at a time, those of requests that come and of answers that go, and the messages of each WebSocket, from 64 KiB "
     "each; "
     "what goes beyond is 503 `overloaded.memory`, a WebSocket's close 1013, unless it is the only one. A write is answered in any case, "
     "and so are `/metrics`, `/health` and `/ready`. "
     "No "
     "less than `bodyBytes`.",
     kSizes},
    {"writes", KeyType::number, initially("10000"),
     "Documents that wait to be written, of each entity (in PostgreSQL: and thread); more are 503.", kCounts},
    {"writeWait", KeyType::duration, initially("10s"),
     "How long a write may wait behind a long one; then it is 503, and nothing was written."},
    {"followers", KeyType::number, initially("10000"), "Who reads the change feed of one entity at a time; more are 503.", kCounts},
    {"heartbeat", KeyType::duration, initially("15s"),
     "Who follows a change feed hears something at least so often; and so a client that is gone is noticed."},
    {"scans", KeyType::number, initially("1024"), "Reads of many documents that wait for a thread; more are 503.", kCounts},
    {"headerBytes", KeyType::size, initially("32KiB"),
     "The longest head of a request; a longer one is 431, or 414 when the request line alone is longer.", kSizes},
    {"headers", KeyType::number, initially("100"), "The most header lines; more are 431.", kCounts},
    {"headerTimeout", KeyType::duration, initially("10s"),
     "How long a head may take to arrive; then 408, or the end when nothing came. 0, here and below: no limit."},
    {"bodyTimeout", KeyType::duration, initially("60s"), "How long 64 KiB of a body may take to arrive; then 408."},
    {"idleTimeout", KeyType::duration, initially("75s"), "How long a connection stays open between requests."},
    {"writeTimeout", KeyType::duration, initially("60s"), "How long a client may take to read 64 KiB of an answer; then it is cut."},
    {"graphql", KeyType::object, otherwise("their defaults"), "What one GraphQL request may ask for."},
};

constexpr ConfigKey kGraphqlLimits[] = {
    {"bytes", KeyType::size, initially("1MiB"), "The longest document (`graphql.bytes`).", kSizes},
    {"tokens", KeyType::number, initially("5000"), "The most words and signs in a document (`graphql.tokens`).", kCounts},
    {"depth", KeyType::number, initially("100"), "How deep selections may be nested, fragments followed (`graphql.depth`).", {1, 500}},
    {"aliases", KeyType::number, initially("500"),
     "The most aliases in an operation, those of a fragment wherever it is spread (`graphql.aliases`).", kCounts},
    {"fields", KeyType::number, initially("5000"), "The same of fields (`graphql.fields`).", kCounts},
    {"cost", KeyType::number, initially("1000000"),
     "The most that a request may be expected to cost: its fields, those of a list times its `limit`, `first` or `last` (`graphql.cost`).",
     kCounts},
    {"listRows", KeyType::number, initially("10"), "What a list that says no limit counts as in the cost.", kCounts},
    {"time", KeyType::duration, initially("30s"), "How long a request may take (`graphql.timed_out`); 0: no limit."},
    {"cacheBytes", KeyType::size, initially("32MiB"), "What each GraphQL API may keep of documents that were asked before.", kSizes},
    {"hops",
     KeyType::number,
     initially("8"),
     "How many services that ask each other one request may go through: `remote.hops`.",
     {1, 1'000}},
};

constexpr ConfigKey kGraphlette[] = {
    {"path", KeyType::text, required("Say where it is served: path = \"/raw-events/graph\"."),
     "Where it is served. One that ends in `/graph` gives the entity a REST API at the same path with `/api`."},
    {"schema", KeyType::any, required("Name the SDL file, or give its text."),
     "The SDL: the name of a file, `include file(…)`, or the text itself."},
    {"storage", KeyType::object, required("Say where it is kept: storage { type = sqlite, uri = events.db, collection = events }."),
     "Where the documents are kept."},
    {"unified", KeyType::any, otherwise("the path in camel case without `/graph`: `rawEvents`"),
     "What its field at the unified endpoint is called; `false` leaves it out there."},
    {"federation", KeyType::flag, otherwise("as at the top"), "Whether it is a subgraph of Apollo Federation."},
    {"rules", KeyType::any, otherwise("everybody may everything"),
     "Who may do what with the documents ([how](access.md#rules)), over this API and every other: the first rule that fits decides, and "
     "where "
     "none does, the answer is no."},
    {"tokens", KeyType::flag, initially("false"),
     "Whether a document is seen by the one alone who created it ([how](access.md#documents-of-ones-own))."},
    {"audit", KeyType::flag, initially("false"), "Whether it is recorded who reads what ([how](access.md#who-read-what))."},
    {"rootConfig", KeyType::object, otherwise("queries follow from the SDL"), "Queries with a template of their own, and resolvers."},
};

constexpr ConfigKey kRestlette[] = {
    {"path", KeyType::text, required("Say where it is served: path = \"/raw-events/api\"."), "Where it is served."},
    {"storage", KeyType::object, required("Say where it is kept: storage { type = sqlite, uri = events.db, collection = events }."),
     "Where the documents are kept; the storage of a graphlette makes both faces of one entity."},
    {"schema", KeyType::any, otherwise("`json/X.schema.json` beside the folder of the graphlette's `X.graphql`, else derived from its SDL"),
     "The JSON Schema: the name of a file, `include file(…)`, the text itself, or an object."},
    {"rules", KeyType::any, otherwise("everybody may everything"), "As of a graphlette."},
    {"tokens", KeyType::flag, initially("false"), "As of a graphlette."},
    {"audit", KeyType::flag, initially("false"), "As of a graphlette."},
    {"immutable", KeyType::flag, initially("false"), "Whether documents can be created only, never changed or deleted."},
    {"onCreate", KeyType::text, initially("document"),
     "What POST answers: `document`, 201 with the document; `redirect`, 303 to it, as MeshQL's TypeScript clients expect."},
    {"idempotency", KeyType::text, otherwise("only the header"),
     "A field of the documents whose text or number is the idempotency key of those that come without the header `Idempotency-Key`."},
};

constexpr ConfigKey kRule[] = {
    {"roles", KeyType::any, initially("\"*\""),
     "Whom it is for: a role or a list of them. `\"*\"`: everybody; `anonymous`: who has no credentials; `authenticated`: who has any."},
    {"may", KeyType::any, required("Say what they may: may = [read, feed], or may = \"*\"."),
     "What they may: `read`, `feed`, `history`, `lifecycle`, `create`, `update`, `delete`, or `\"*\"`, all of it."},
    {"where", KeyType::any, otherwise("all documents"),
     "The documents that it is about, in the filter language of the queries: an object, or its text. A value may be `\"${claims.team}\"`, "
     "`\"${sub}\"` or `\"${roles}\"`, in quotes."},
    {"fields", KeyType::any, otherwise("all fields"), "The fields that it is about; all others are neither seen nor written nor asked by."},
};

constexpr ConfigKey kStorage[] = {
    {"type", KeyType::text, required("One of mongo, postgres, sqlite, memory."), "`mongo`, `postgres`, `sqlite` or `memory`."},
    {"uri", KeyType::text, otherwise("the storage's own default"),
     "The address of the database, or the SQLite file, seen from the config's folder."},
    {"collection", KeyType::text, otherwise("`table`"), "The collection or table that holds the documents; this or `table` is required."},
    {"table", KeyType::text, otherwise("`collection`"), "The same, in the words of SQL."},
    {"db", KeyType::text, otherwise("the one that `uri` names"), "The database."},
    {"options", KeyType::object, otherwise("none"),
     "Of `mongo`: options as a URI has them (`directConnection`, `replicaSet`, `tls`, `tlsCAFile`, `authSource` and so on). Those of "
     "`postgres` are below."},
};

constexpr ConfigKey kPostgresOptions[] = {
    {"replicas", KeyType::texts, otherwise("none"),
     "The URI of a read replica, or a list of them: what was `at` an instant is read there once they have gone past it. One that does not "
     "answer is left alone for half a minute."},
    {"connections",
     KeyType::number,
     initially("1"),
     "Connections of each thread for reads that an index answers, and as many for others; two more read long lists. One for all writes. "
     "All are opened when they are needed first.",
     {1, 64}},
    {"timeout", KeyType::duration, initially("10s"), "How long a statement may take; then it is `store.timeout`."},
    {"connectTimeout", KeyType::duration, initially("5s"),
     "How long it may take to connect, all hosts of the URI together; each has its part."},
    {"batch", KeyType::number, initially("1000"), "The most documents of concurrent requests that one transaction writes.", kCounts},
};

constexpr ConfigKey kRootConfig[] = {
    {"singletons", KeyType::objects, otherwise("none"), "Queries that give one document."},
    {"vectors", KeyType::objects, otherwise("none"), "Queries that give a list."},
    {"resolvers", KeyType::objects, otherwise("none"), "Fields that follow a key to a query, of this service or another."},
    {"singletonResolvers", KeyType::objects, otherwise("none"), "The same; MeshQL's name for those that give one document."},
    {"vectorResolvers", KeyType::objects, otherwise("none"), "The same; MeshQL's name for those that give a list."},
    {"internalSingletonResolvers", KeyType::objects, otherwise("none"), "The same; MeshQL's name for those within this service."},
    {"internalVectorResolvers", KeyType::objects, otherwise("none"), "The same, for those that give a list."},
    {"dataLoaderEnabled", KeyType::flag, otherwise("always on"), "MeshQL's switch for batching; it is read and changes nothing."},
};

constexpr ConfigKey kQuery[] = {
    {"name", KeyType::text, required("Name the Query field that it answers."), "The field of the SDL's `Query` that it answers."},
    {"query", KeyType::any, required("Give the filter as a template: \"\"\"{\"payload.name\": \"{{name}}\"}\"\"\"."),
     "The filter: a template in which `{{name}}` stands for the argument's value, or an object."},
    {"id", KeyType::text, otherwise("`id`"), "The argument that `{{id}}` stands for."},
};

constexpr ConfigKey kResolver[] = {
    {"name", KeyType::text, required("Name the field that it resolves."),
     "The field: of the entity, of a type (`Hen.layReports`), or along a path of fields (`hens.layReports`)."},
    {"id", KeyType::text, otherwise("`<name>_id` in snake case where the parent has it, else the parent's own id"),
     "The key on the parent that is followed."},
    {"queryName", KeyType::text, required("Name the query of the target that it asks."), "The query of the target that takes the key."},
    {"url", KeyType::text, otherwise("`graphletteName`"),
     "The GraphQL endpoint that is asked, or a path of this service; this or `graphletteName` is required."},
    {"graphletteName", KeyType::text, otherwise("`url`"), "A graphlette of this service: its path, or the path without `/graph`."},
    {"graphlette", KeyType::text, otherwise("`graphletteName`"), "The same."},
    {"argument", KeyType::text, otherwise("`id`, else its only argument"), "The argument of that query that takes the key."},
    {"at", KeyType::flag, initially("true"),
     "Of another server, as all that follows: whether the query takes `at`. A request that says `at` is an error there when it does not; "
     "with `false` it is answered as of now."},
    {"connectTimeout", KeyType::duration, initially("1s"), "How long it may take to connect."},
    {"timeout", KeyType::duration, initially("10s"), "How long it may take to be answered, all tries together."},
    {"retries",
     KeyType::number,
     initially("2"),
     "How often it is asked again when it cannot be reached, breaks off, or answers with 429, 502, 503 or 504.",
     {0, 100}},
    {"backoff", KeyType::duration, initially("100ms"),
     "The pause before the first retry, doubled before each further one; up to half of it is left away by chance."},
    {"connections",
     KeyType::number,
     initially("16"),
     "Connections of each thread, kept open between requests; more requests wait.",
     {1, 10'000}},
    {"answerBytes", KeyType::size, initially("32MiB"), "The longest answer that is read.", kSizes},
    {"breaker", KeyType::object, otherwise("its defaults"), "When it is left alone."},
};

constexpr ConfigKey kBreaker[] = {
    {"failures",
     KeyType::number,
     initially("5"),
     "How many failures in a row (what cannot be reached, breaks off, takes too long, is no HTTP, or is 5xx) open it; 0: it never opens.",
     {0, 1'000'000}},
    {"pause", KeyType::duration, initially("5s"), "How long nothing is asked then; after each pause one request tries."},
};

constexpr ConfigKey kProcessor[] = {
    {"name", KeyType::text, required("Name it: name = \"login-risk\"."),
     "Letters, digits, `.`, `_` and `-`. Results belong to it by this name: under another one everything is processed anew."},
    {"from", KeyType::text, required("Name the entity whose events it processes: from = \"/raw-events\"."),
     "The entity whose events it processes: the path of its API, or the path without `/api` or `/graph`."},
    {"to", KeyType::text, required("Name the entity that its results are written to: to = \"/processed-events\"."),
     "The entity that its results are written to."},
    {"where", KeyType::any, otherwise("every event"), "A jq program: events for which it gives `false` or `null` are left out."},
    {"key", KeyType::any, otherwise("the event's id"),
     "A jq program: events that have the same key are processed in order, one after the other."},
    {"transform", KeyType::any, otherwise("`webhook`"), "A jq program that makes a result of an event; this or `webhook` is required."},
    {"webhook", KeyType::object, otherwise("`transform`"), "A server that makes results of events."},
    {"retry", KeyType::object, otherwise("its defaults"), "When what has failed is tried again."},
    {"maxAge", KeyType::duration, initially("0s"), "An event that is older when it is to be tried has failed; 0: however old it is."},
    {"deadline", KeyType::duration, initially("0s"), "An event without an outcome by then is overdue; 0: never."},
    {"concurrency", KeyType::number, initially("64"), "Events that are tried at a time.", {1, 100'000}},
    {"partitions",
     KeyType::number,
     initially("4"),
     "What several instances share among them; the keys are spread over it. No more instances than that work at a time, and it must be the "
     "same on all. Another number begins at the first event again: results stand, and what has one is not run.",
     {1, 1'024}},
    {"workers", KeyType::number, initially("1"), "Processes that run its jq programs.", {1, 64}},
    {"timeout", KeyType::duration, initially("1s"), "How long the jq programs may run for one event, 10ms at least; then it has failed."},
    {"memory", KeyType::size, initially("256MiB"), "What they may need for one event, 8MiB at least; an event that needs more has failed.",
     kSizes},
    {"outputBytes", KeyType::size, initially("1MiB"), "The longest result; an event with a longer one has failed.", kSizes},
};

constexpr ConfigKey kWebhook[] = {
    {"url", KeyType::text, required("Say where events are posted to: url = \"https://example.com/hook\"."),
     "Where events are posted to; `http` or `https`."},
    {"timeout", KeyType::duration, initially("10s"), "How long one request may take; then it is tried again."},
    {"batch",
     KeyType::number,
     initially("1"),
     "Events in one request. With 1 the body is the event itself; with more it is an array, of fewer where no more are there.",
     {1, 10'000}},
    {"concurrency", KeyType::number, initially("16"), "Requests at a time.", {1, 10'000}},
    {"secret", KeyType::text, otherwise("nothing is signed"),
     "Signs requests as [Standard Webhooks](https://www.standardwebhooks.com) has it: `whsec_` and 24 to 64 bytes in base64."},
};

constexpr ConfigKey kRetry[] = {
    {"attempts", KeyType::number, initially("5"), "How often an event is tried at most.", {1, 1'000'000}},
    {"backoff", KeyType::duration, initially("100ms"),
     "The pause after the first failure, doubled after each further one; up to half of it is left away by chance."},
    {"maxBackoff", KeyType::duration, initially("30s"), "The longest pause."},
};

}  // namespace

const ConfigSection kTopSection{"", "What stands at the top of the config.", kTop};
const ConfigSection kLimitsSection{"limits", "What one request may ask for.", kLimits};
const ConfigSection kGraphqlLimitsSection{"limits.graphql",
                                          "A request over a limit is refused before anything runs, with the error code that stands beside "
                                          "the limit.",
                                          kGraphqlLimits};
const ConfigSection kUnifiedSection{"unified", "One GraphQL API over all graphlettes ([how](graphql.md#the-unified-endpoint)).", kUnified};
const ConfigSection kAuditSection{"audit", "The entity of the records, at `/audit/api`.", kAudit};
const ConfigSection kGraphletteSection{"graphlettes[]", "A GraphQL API over one entity.", kGraphlette};
const ConfigSection kRestletteSection{
    "restlettes[]", "A REST API over one entity. A graphlette whose storage no restlette names gets one by itself.", kRestlette};
const ConfigSection kStorageSection{
    "graphlettes[].storage, restlettes[].storage",
    "Two storages with equal `type`, `uri`, `db` and `collection` are one. `millrace dev` keeps every one in "
    "SQLite files, whatever its type.",
    kStorage};
const ConfigSection kPostgresOptionsSection{"storage.options, of type postgres",
                                            "What `uri` does not say: that one may have all that libpq knows (several hosts, `sslmode`, "
                                            "`target_session_attrs` and so on).",
                                            kPostgresOptions};
const ConfigSection kRootConfigSection{"graphlettes[].rootConfig", "What does not follow from the SDL alone.", kRootConfig};
const ConfigSection kQuerySection{"singletons[], vectors[]", "A query with a template of its own; any other follows from its arguments.",
                                  kQuery};
const ConfigSection kRuleSection{"rules[]", "Wherever rules stand: of a graphlette, of a restlette, or by entity at the top.", kRule};
const ConfigSection kResolverSection{"resolvers[]", "And the lists that MeshQL names `singletonResolvers`, `vectorResolvers` and so on.",
                                     kResolver};

const ConfigSection kBreakerSection{"resolvers[].breaker",
                                    "While it is open, fields of that server fail at once (`remote.open`). Resolvers with the same `url` "
                                    "and settings share one, and their connections.",
                                    kBreaker};

const ConfigSection kProcessorSection{
    "processors[]", "Reads the change feed of one entity and writes a result for each event to another: exactly one, whatever crashes.",
    kProcessor};
const ConfigSection kWebhookSection{"processors[].webhook",
                                    "A server that results come from ([what it is sent, and what it may answer](processors.md#webhooks)).",
                                    kWebhook};
const ConfigSection kRetrySection{
    "processors[].retry",
    "Of what another attempt may mend: a server that is away or has too much to do. What none can mend, as an error of a jq program, has "
    "failed at once.",
    kRetry};

const ConfigKey* ConfigSection::find(std::string_view key) const {
  const auto found = std::ranges::find(keys, key, &ConfigKey::name);
  return found == keys.end() ? nullptr : &*found;
}

std::span<const ConfigSection* const> config_sections() {
  static constexpr const ConfigSection* kSections[] = {&kTopSection,
                                                       &kLimitsSection,
                                                       &kGraphqlLimitsSection,
                                                       &kGraphletteSection,
                                                       &kRootConfigSection,
                                                       &kQuerySection,
                                                       &kResolverSection,
                                                       &kBreakerSection,
                                                       &kRestletteSection,
                                                       &kStorageSection,
                                                       &kPostgresOptionsSection,
                                                       &kRuleSection,
                                                       &kUnifiedSection,
                                                       &kAuditSection,
                                                       &kProcessorSection,
                                                       &kWebhookSection,
                                                       &kRetrySection,
                                                       &kSinkSection,
                                                       &kNatsSection,
                                                       &kNatsStreamSection,
                                                       &kKafkaSection,
                                                       &kAuthSection,
                                                       &kJwtSection,
                                                       &kApiKeySection,
                                                       &kCorsSection,
                                                       &kMetricsSection,
                                                       &kLogsSection,
                                                       &kTracesSection};
  return kSections;
}

}  // namespace millrace::app
