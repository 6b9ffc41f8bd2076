// Kafka as a publisher, over librdkafka: an idempotent producer. No thread of ours or the library's begins before the first session.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/loop.hpp"
#include "sink/publisher.hpp"

namespace millrace::sink {

struct KafkaOptions {
  std::string brokers;  // host:port, with commas between
  std::string topic;
  std::string entity;
  std::vector<std::pair<std::string, std::string>> settings = {};  // of librdkafka, by name: security.protocol and so on
  std::size_t messages_max = 1'000;                                // that can be under way
  std::chrono::milliseconds connect_timeout{5'000};
};

/// Whether the library knows a setting and takes the value. Error "sink.setting" (invalid_argument): not, or the producer's promises would
/// not hold with another value than its own.
Result<> check_kafka_setting(const std::string& name, const std::string& value);

/// The loop outlives it; its thread alone. A session lasts while brokers are away: what is under way is tried again without end, in order,
/// each message written once. It is over when a broker refuses a message for good; what follows it is not sent then.
std::unique_ptr<Publisher> make_kafka_publisher(io::Loop& loop, KafkaOptions options);

}  // namespace millrace::sink
