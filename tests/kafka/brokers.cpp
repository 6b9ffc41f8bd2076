// A Kafka cluster in one process: librdkafka's mock. Says first where it is; then does what the lines of its input say, one after another,
// and answers each with one line, or lines that end with "end".
//
//   create TOPIC PARTITIONS
//   fail CODE...              the next requests to produce, one code each: 6 is "not the leader any more", 7 "timed out", 10 "too large"
//   refuse TOPIC CODE         whatever is asked of the topic, from now on; 0: nothing
//   down BROKER / up BROKER   1, 2, 3
//   read TOPIC PARTITIONS     every message, as a line of JSON
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "base/json/members.hpp"

namespace {

constexpr int kBrokers = 3;
constexpr std::int16_t kProduce = 0;  // the number of that request
constexpr int kReadTimeout = 20'000;

std::string text_of(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), size};
}

void append_text_or_null(std::string& out, const void* data, std::size_t size) {
  if (data == nullptr) {
    out += "null";
  } else {
    millrace::json::append_string(out, text_of(data, size));
  }
}

void print(const rd_kafka_message_t& message) {
  std::string line;
  millrace::json::MemberWriter members(line);
  members.key("partition") += std::to_string(message.partition);
  append_text_or_null(members.key("key"), message.key, message.key_len);
  append_text_or_null(members.key("value"), message.payload, message.len);
  std::string& headers = members.key("headers");
  millrace::json::MemberWriter named(headers);
  rd_kafka_headers_t* all = nullptr;
  if (rd_kafka_message_headers(&message, &all) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(all, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
      millrace::json::append_string(named.key(name), text_of(value, size));
  }
  named.end();
  members.end();
  std::cout << line << '\n';
}

rd_kafka_t* make(rd_kafka_type_t type, const std::string& servers) {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  std::array<char, 512> reason{};
  const auto set = [&](const char* name, const char* value) { rd_kafka_conf_set(conf, name, value, reason.data(), reason.size()); };
  if (!servers.empty()) set("bootstrap.servers", servers.c_str());
  if (type == RD_KAFKA_CONSUMER) {
    set("group.id", "test");
    set("enable.partition.eof", "true");
    set("auto.offset.reset", "earliest");
  }
  rd_kafka_t* const made = rd_kafka_new(type, conf, reason.data(), reason.size());
  if (made == nullptr) {
    std::cerr << reason.data() << '\n';
    std::exit(1);
  }
  return made;
}

/// From the beginning to where it ends now.
void read(const std::string& servers, const std::string& topic, int partitions) {
  rd_kafka_t* const consumer = make(RD_KAFKA_CONSUMER, servers);
  rd_kafka_topic_partition_list_t* const all = rd_kafka_topic_partition_list_new(partitions);
  for (int i = 0; i < partitions; ++i) rd_kafka_topic_partition_list_add(all, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer, all);
  rd_kafka_topic_partition_list_destroy(all);
  for (int left = partitions; left > 0;) {
    rd_kafka_message_t* const message = rd_kafka_consumer_poll(consumer, kReadTimeout);
    if (message == nullptr) {
      std::cout << "nothing came\n";
      break;
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) --left;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) print(*message);
    rd_kafka_message_destroy(message);
  }
  std::cout << "end" << '\n' << std::flush;
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
}

void obey(rd_kafka_mock_cluster_t* cluster, const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  std::string topic;
  int number = 0;
  words >> verb;
  if (verb == "fail") {
    std::vector<rd_kafka_resp_err_t> codes;
    while (words >> number) codes.push_back(static_cast<rd_kafka_resp_err_t>(number));
    rd_kafka_mock_push_request_errors_array(cluster, kProduce, codes.size(), codes.data());
  } else if (verb == "down" || verb == "up") {
    words >> number;
    verb == "up" ? rd_kafka_mock_broker_set_up(cluster, number) : rd_kafka_mock_broker_set_down(cluster, number);
  } else {
    words >> topic >> number;
    if (verb == "create") rd_kafka_mock_topic_create(cluster, topic.c_str(), number, kBrokers);
    if (verb == "refuse") rd_kafka_mock_topic_set_error(cluster, topic.c_str(), static_cast<rd_kafka_resp_err_t>(number));
    if (verb == "read") return read(rd_kafka_mock_cluster_bootstraps(cluster), topic, number);
  }
  std::cout << "done" << '\n' << std::flush;
}

}  // namespace

int main() {
  rd_kafka_t* const host = make(RD_KAFKA_PRODUCER, "");
  rd_kafka_mock_cluster_t* const cluster = rd_kafka_mock_cluster_new(host, kBrokers);
  std::cout << rd_kafka_mock_cluster_bootstraps(cluster) << '\n' << std::flush;
  for (std::string line; std::getline(std::cin, line);) obey(cluster, line);
  rd_kafka_mock_cluster_destroy(cluster);
  rd_kafka_destroy(host);
}
