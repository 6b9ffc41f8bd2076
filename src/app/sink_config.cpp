#include "app/sink_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "sink/kafka_publisher.hpp"

namespace millrace::app {
namespace {

constexpr std::size_t kTopicMax = 249;  // as Kafka has it
constexpr std::size_t kNameMax = 100;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_visible(char c) {
  return c > ' ' && c != 127;
}

/// Tokens with dots between, of which none is empty or a wildcard. Those that begin with a dollar sign are the server's own.
bool is_subject(std::string_view text) {
  if (text.empty() || text.starts_with('.') || text.ends_with('.') || text.contains("..") || text.starts_with('$')) return false;
  return std::ranges::all_of(text, is_visible) && !text.contains('*') && !text.contains('>');
}

bool is_stream_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_visible) && text.find_first_of(".*>/\\") == std::string_view::npos;
}

/// Each between commas is nats:// or tls:// and something after it.
bool is_nats_url(std::string_view urls) {
  while (true) {
    const std::size_t comma = urls.find(',');
    const std::string_view url = urls.substr(0, comma);
    const std::size_t scheme = url.find("://");
    const std::string_view name = url.substr(0, scheme);
    if (scheme == std::string_view::npos || (name != "nats" && name != "tls") || url.size() <= scheme + 3) return false;
    if (!std::ranges::all_of(url, is_visible)) return false;
    if (comma == std::string_view::npos) return true;
    urls.remove_prefix(comma + 1);
  }
}

/// A problem unless the text is absent: that is one already.
void expect(ObjectReader& reader, std::string_view key, const std::string& text, bool is_right, std::string hint) {
  if (text.empty() || is_right) return;
  // A URL may hold a password.
  const std::string shown = key == "url" ? std::string() : fmt::format(" \"{}\"", text);
  reader.problem(reader.place(key), fmt::format("{}{} cannot be used.", reader.where(key), shown), std::move(hint));
}

NatsStreamConfig read_stream(ObjectReader reader) {
  NatsStreamConfig config{.name = reader.text("name"),
                          .age_max = reader.duration("maxAge"),
                          .bytes_max = reader.size("maxBytes"),
                          .replicas = reader.number("replicas"),
                          .duplicates = reader.duration("duplicates")};
  expect(reader, "name", config.name, is_stream_name(config.name), "Write a name without spaces, dots, slashes and wildcards: RAW_EVENTS.");
  return config;
}

NatsConfig read_nats(ObjectReader reader) {
  NatsConfig config{.url = reader.text("url"),
                    .subject = reader.text("subject"),
                    .ca = reader.text("ca"),
                    .certificate = reader.text("certificate"),
                    .key = reader.text("key"),
                    .ack_wait = reader.duration("ackWait")};
  expect(reader, "url", config.url, is_nats_url(config.url), "Write nats:// or tls://, the host and the port: \"nats://localhost:4222\".");
  expect(reader, "subject", config.subject, is_subject(config.subject), "Write words with dots between, without wildcards: raw.events.");
  if (config.certificate.empty() != config.key.empty())
    reader.problem(reader.place(), fmt::format("{} and {} go together.", reader.where("certificate"), reader.where("key")),
                   "Name both files.");
  if (auto stream = reader.object("stream", kNatsStreamSection)) config.stream = read_stream(*stream);
  return config;
}

/// A dot in a key of HOCON begins an object: security.protocol is { security { protocol } }.
void read_options(ObjectReader& reader, const std::string& prefix, const hocon::Value& object,
                  std::vector<std::pair<std::string, std::string>>& options) {
  for (const hocon::Member& member : object.members) {
    const std::string name = prefix + member.key;
    const hocon::Value& value = member.value;
    if (value.kind == hocon::Kind::object) {
      read_options(reader, name + '.', value, options);
      continue;
    }
    const bool is_text = value.kind == hocon::Kind::string || value.kind == hocon::Kind::number || value.kind == hocon::Kind::boolean;
    const std::string text = value.kind == hocon::Kind::boolean ? (value.flag ? "true" : "false") : value.text;
    const auto checked = is_text ? sink::check_kafka_setting(name, text) : Result<>();
    if (!is_text) reader.problem(value.place, fmt::format("{}.{} is no text, number or flag.", reader.where("options"), name));
    if (!checked) reader.problem(value.place, fmt::format("{}.{}: {}", reader.where("options"), name, checked.error().message));
    options.emplace_back(name, text);
  }
}

KafkaConfig read_kafka(ObjectReader reader) {
  KafkaConfig config{.brokers = reader.text("brokers"), .topic = reader.text("topic")};
  const bool is_topic = is_plain(config.topic) && config.topic.size() <= kTopicMax && config.topic != "." && config.topic != "..";
  expect(reader, "brokers", config.brokers, !config.brokers.empty() && std::ranges::all_of(config.brokers, is_visible),
         "Write \"one:9092,two:9092\".");
  expect(reader, "topic", config.topic, is_topic, "Write letters, digits, dots, underscores and hyphens: raw-events.");
  if (const hocon::Value* options = reader.foreign_object("options")) read_options(reader, "", *options, config.options);
  return config;
}

}  // namespace

SinkConfig read_sink(ObjectReader& reader) {
  SinkConfig config{.place = reader.place(), .name = reader.text("name"), .from = reader.text("from")};
  config.from_place = reader.place("from");
  config.messages_max = reader.number("messages");
  config.bytes_max = reader.size("bytes");
  expect(reader, "name", config.name, is_plain(config.name) && config.name.size() <= kNameMax,
         "Write letters, digits, dots, underscores and hyphens: raw-events-out.");
  const std::string after = reader.text("after");
  config.begins_now = after == "now";
  expect(reader, "after", after, after == "now" || after == "beginning", "Write beginning, or now.");
  if (auto nats = reader.object("nats", kNatsSection)) config.nats = read_nats(*nats);
  if (auto kafka = reader.object("kafka", kKafkaSection)) config.kafka = read_kafka(*kafka);
  if (config.nats.has_value() == config.kafka.has_value())
    reader.problem(reader.place(), fmt::format("A sink has one target, and this has {}.", config.nats ? "two" : "none"),
                   "Write nats { url = \"nats://localhost:4222\", subject = raw.events }, or kafka { brokers = \"localhost:9092\", topic = "
                   "raw-events }.");
  return config;
}

std::string target_of(const SinkConfig& sink) {
  if (sink.kafka) return fmt::format("topic {} at {}", sink.kafka->topic, sink.kafka->brokers);
  std::string servers;
  std::string_view urls = sink.nats->url;
  while (!urls.empty()) {
    const std::string_view url = urls.substr(0, urls.find(','));
    urls.remove_prefix(std::min(urls.size(), url.size() + 1));
    const std::size_t host = std::max(url.find("://") + 3, url.rfind('@') == std::string_view::npos ? 0 : url.rfind('@') + 1);
    servers += fmt::format("{}{}{}", servers.empty() ? "" : ",", url.substr(0, url.find("://") + 3), url.substr(host));
  }
  return fmt::format("subject {} at {}", sink.nats->subject, servers);
}

}  // namespace millrace::app
