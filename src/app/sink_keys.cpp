// The keys of `sinks` (config_keys.hpp).
#include "app/config_keys.hpp"

namespace millrace::app {
namespace {

constexpr KeyRange kCounts{1, 1'000'000};
constexpr KeyRange kSizes{1, 1ull << 30};

constexpr ConfigKey kSink[] = {
    {"name", KeyType::text, required("Name it: name = raw-events-out."),
     "Its name, under which its position is kept: letters, digits, `.`, `_` and `-`. Another name begins anew."},
    {"from", KeyType::text, required("Say whose versions are published: from = \"/raw-events\"."),
     "The entity: the path of its APIs without `/api` or `/graph`."},
    {"after", KeyType::text, initially("beginning"),
     "Where it begins when it is started first: `beginning`, or `now` for what is written from then on."},
    {"nats", KeyType::object, otherwise("`kafka`"), "NATS JetStream, as the target."},
    {"kafka", KeyType::object, otherwise("`nats`"), "Kafka, as the target."},
    {"messages", KeyType::number, initially("1000"), "How many messages may be under way: sent, and not acknowledged yet.", kCounts},
    {"bytes", KeyType::size, initially("4MiB"), "What they may weigh together.", kSizes},
};

constexpr ConfigKey kNats[] = {
    {"url", KeyType::text, required("Name the server: url = \"nats://localhost:4222\"."),
     "The server: `nats://HOST:PORT`, or `tls://` for TLS; `user:password@` or `token@` before the host; several with commas between."},
    {"subject", KeyType::text, required("Name the subject: subject = raw.events."), "The subject, without wildcards."},
    {"stream", KeyType::object, otherwise("one on the server must take the subject"),
     "A stream that is made when there is none of its name."},
    {"ca", KeyType::text, otherwise("the system's"), "The file of certificates that vouch for the server."},
    {"certificate", KeyType::text, otherwise("none"), "The file of this client's own certificate."},
    {"key", KeyType::text, otherwise("none"), "The file of its key."},
    {"ackWait", KeyType::duration, initially("10s"),
     "How long an acknowledgement may take; then all that has none is sent again, over another connection."},
};

constexpr ConfigKey kNatsStream[] = {
    {"name", KeyType::text, required("Name the stream: name = RAW_EVENTS."), "Its name: no spaces, and none of `.*>/\\`."},
    {"maxAge", KeyType::duration, initially("0"), "How long messages are kept; 0: for ever."},
    {"maxBytes", KeyType::size, initially("0"), "How much is kept of them, the newest; 0: all.", {0, 1ull << 50}},
    {"replicas", KeyType::number, initially("1"), "On how many servers of a cluster.", {1, 5}},
    {"duplicates", KeyType::duration, initially("2m"), "For how long the server knows the ids of messages, and drops repeats."},
};

constexpr ConfigKey kKafka[] = {
    {"brokers", KeyType::text, required("Name the brokers: brokers = \"localhost:9092\"."), "`HOST:PORT`, several with commas between."},
    {"topic", KeyType::text, required("Name the topic: topic = raw-events."), "The topic: letters, digits, `.`, `_` and `-`."},
    {"options", KeyType::object, otherwise("none"),
     "Settings of librdkafka, by their names: `security.protocol`, `sasl.username`, `ssl.ca.location`, `compression.type` and so on; not "
     "those "
     "that the sink's promises rest on."},
};

}  // namespace

const ConfigSection kSinkSection{"sinks[]", "What is written to an entity, published to a broker ([how](sinks.md)).", kSink};
const ConfigSection kNatsSection{"sinks[].nats", "A subject of NATS JetStream.", kNats};
const ConfigSection kNatsStreamSection{"sinks[].nats.stream", "One that is there already is taken as it is.", kNatsStream};
const ConfigSection kKafkaSection{"sinks[].kafka", "A topic of Kafka.", kKafka};

}  // namespace millrace::app
