// `sinks` of the config: where the versions of an entity are published to.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/object_reader.hpp"
#include "base/problem.hpp"

namespace millrace::app {

/// A stream that is made where there is none of that name.
struct NatsStreamConfig {
  std::string name;
  std::chrono::milliseconds age_max{};
  std::uint64_t bytes_max = 0;
  std::uint64_t replicas = 1;
  std::chrono::milliseconds duplicates{};
};

struct NatsConfig {
  std::string url;
  std::string subject;
  std::optional<NatsStreamConfig> stream;
  std::string ca;  // files, as the config names them; may be empty
  std::string certificate;
  std::string key;
  std::chrono::milliseconds ack_wait{};
};

struct KafkaConfig {
  std::string brokers;
  std::string topic;
  std::vector<std::pair<std::string, std::string>> options;  // of librdkafka
};

struct SinkConfig {
  Place place;
  std::string name;
  std::string from;
  Place from_place = {};
  bool begins_now = false;
  std::size_t messages_max = 0;  // under way
  std::size_t bytes_max = 0;
  std::optional<NatsConfig> nats;  // one of them, unless there are problems
  std::optional<KafkaConfig> kafka;
};

SinkConfig read_sink(ObjectReader& reader);

/// Where it publishes to, for people: without what a URL has of passwords.
std::string target_of(const SinkConfig& sink);

}  // namespace millrace::app
