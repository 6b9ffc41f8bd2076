// The keys of `cors`, `metrics`, `logs` and `traces` (config_keys.hpp).
#include "app/config_keys.hpp"

namespace millrace::app {
namespace {

constexpr KeyRange kCounts{1, 1'000'000};

constexpr ConfigKey kCors[] = {
    {"origins", KeyType::texts, otherwise("`*`"),
     "The origins whose pages may read answers and open WebSockets, such as `\"https://app.example\"`; `*` is every one, `none` is none "
     "but this "
     "service's own."},
};

constexpr ConfigKey kMetrics[] = {
    {"open", KeyType::flag, initially("true"),
     "Whether `/metrics` is open to who has no credentials, where `auth` requires them of others. Closed, it takes any that are right."},
};

constexpr ConfigKey kLogs[] = {
    {"format", KeyType::text, initially("text"), "`text`, or `json`: an object a line."},
    {"level", KeyType::text, initially("info"), "What is told at most: `error`, `warn`, `info` or `debug`."},
    {"levels", KeyType::object, otherwise("`level`"),
     "The same of a part: `levels { http = debug }`. Parts are `service`, `http`, `auth`, `stores`, `remote`, `processors`, `sinks` and "
     "`traces`."},
    {"requests", KeyType::flag, initially("false"), "Whether each request is told at `info`; else at `debug`."},
    {"payloads", KeyType::flag, initially("false"),
     "Whether lines may hold what documents and queries do: the path and query of a request as it was sent, and why a processor failed."},
};

constexpr ConfigKey kTraces[] = {
    {"endpoint", KeyType::text, required("Say where spans go: endpoint = \"http://localhost:4318/v1/traces\"."),
     "Where a collector takes OTLP over HTTP, its path included."},
    {"headers", KeyType::object, otherwise("none"), "What is sent along: `headers { Authorization = ${?OTLP_AUTHORIZATION} }`."},
    {"service", KeyType::text, initially("millrace"), "What this service is called in traces (`service.name`)."},
    {"sample", KeyType::any, otherwise("1"),
     "Which share of the traces that begin here is kept. Of one that a client began, its `traceparent` says whether it is."},
    {"queue", KeyType::number, initially("10000"), "Spans that wait to be sent; more are dropped and counted.", kCounts},
    {"batch", KeyType::number, initially("512"), "Spans sent together.", kCounts},
    {"interval", KeyType::duration, initially("1s"), "How long a span waits for others at most."},
    {"timeout", KeyType::duration, initially("10s"), "How long the collector may take for a batch; then it is dropped and counted."},
};

}  // namespace

const ConfigSection kCorsSection{"cors", "What pages of other sites may do is in [security.md](security.md#pages-of-other-sites).", kCors};
const ConfigSection kMetricsSection{"metrics", "What `/metrics` tells is in [observability.md](observability.md).", kMetrics};
const ConfigSection kLogsSection{"logs", "What is written to stderr ([how](observability.md#logs)).", kLogs};
const ConfigSection kTracesSection{"traces", "Without it no spans are made ([how](observability.md#traces)).", kTraces};

}  // namespace millrace::app
