// Private to the Kafka publisher: one producer, and the thread that hears what becomes of its messages.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sink/kafka_publisher.hpp"
#include "sink/reports.hpp"

namespace millrace::sink {

class KafkaSession {
 public:
  KafkaSession(const KafkaOptions& options, std::shared_ptr<Reports> reports) : options_(options), reports_(std::move(reports)) {}
  /// Requires: close().
  ~KafkaSession() = default;

  /// Finds the topic; blocks for that.
  Result<> open();
  /// Does not block.
  void send(const std::vector<Event>& events);
  /// Blocks until the library's threads have ended.
  void close();

 private:
  Result<> create();
  Result<> find_topic();
  rd_kafka_resp_err_t send_one(const Event& event);
  static void take_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* session);
  static void take_error(rd_kafka_t* producer, int error, const char* reason, void* session);

  const KafkaOptions& options_;
  const std::shared_ptr<Reports> reports_;
  rd_kafka_t* producer_ = nullptr;
  std::atomic<bool> is_closing_ = false;
  std::thread listener_;
};

}  // namespace millrace::sink
