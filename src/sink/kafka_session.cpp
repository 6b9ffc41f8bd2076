#include "sink/kafka_session.hpp"

#include <fmt/format.h>

#include <array>

#include "sink/message.hpp"

namespace millrace::sink {
namespace {

constexpr int kPollTime = 100;
constexpr std::size_t kReasonBytesMax = 512;

/// What the promises of a sink rest on. Whether a message is too long is for the brokers to say; a batch stays well below what they take.
constexpr std::pair<const char*, const char*> kOwnSettings[] = {
    {"enable.idempotence", "true"},       {"acks", "all"},
    {"enable.gapless.guarantee", "true"},  // nothing is sent after what was refused
    {"message.timeout.ms", "0"},           // nothing is given up
    {"message.max.bytes", "1000000000"},  {"batch.size", "500000"},
    {"partitioner", "murmur2_random"},  // as the Java clients choose by key
};
// Named by the sink itself.
constexpr const char* kNamedElsewhere[] = {"bootstrap.servers", "metadata.broker.list", "queue.buffering.max.messages",
                                           "queue.buffering.max.kbytes", "transactional.id"};
// The same settings by other names.
constexpr const char* kOtherNames[] = {"request.required.acks", "delivery.timeout.ms"};

Failure failure(std::string message) {
  return Failure(Error{ErrorKind::unavailable, "sink.broker", std::move(message)});
}

struct ConfDestroyer {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfDestroyer>;

Result<> set(rd_kafka_conf_t* conf, const char* name, const char* value) {
  std::array<char, kReasonBytesMax> reason{};
  if (rd_kafka_conf_set(conf, name, value, reason.data(), reason.size()) == RD_KAFKA_CONF_OK) return {};
  return Failure(Error{ErrorKind::invalid_argument, "sink.setting", fmt::format("{}.", reason.data())});
}

}  // namespace

Result<> check_kafka_setting(const std::string& name, const std::string& value) {
  const auto refuse = [&name] {
    return Failure(Error{ErrorKind::invalid_argument, "sink.setting", fmt::format("{} is set by the sink itself.", name)});
  };
  for (const auto& [own, ignored] : kOwnSettings)
    if (name == own) return refuse();
  for (const char* own : kNamedElsewhere)
    if (name == own) return refuse();
  for (const char* own : kOtherNames)
    if (name == own) return refuse();
  const Conf conf(rd_kafka_conf_new());
  return set(conf.get(), name.c_str(), value.c_str());
}

Result<> KafkaSession::open() {
  TRY_OK(create());
  listener_ = std::thread([this] {
    while (!is_closing_) rd_kafka_poll(producer_, kPollTime);
  });
  return find_topic();
}

Result<> KafkaSession::create() {
  Conf conf(rd_kafka_conf_new());
  for (const auto& [name, value] : options_.settings) TRY_OK(set(conf.get(), name.c_str(), value.c_str()));
  for (const auto& [name, value] : kOwnSettings) TRY_OK(set(conf.get(), name, value));
  TRY_OK(set(conf.get(), "bootstrap.servers", options_.brokers.c_str()));
  TRY_OK(set(conf.get(), "queue.buffering.max.messages", fmt::format("{}", options_.messages_max).c_str()));
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), take_delivery);
  rd_kafka_conf_set_error_cb(conf.get(), take_error);
  // What is wrong comes as an error.
  rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  std::array<char, kReasonBytesMax> reason{};
  producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), reason.data(), reason.size());
  if (producer_ == nullptr) return failure(fmt::format("No producer can be made: {}.", reason.data()));
  static_cast<void>(conf.release());  // the producer's now
  return {};
}

/// So that a topic that is not there, or brokers that are away, are said at once.
Result<> KafkaSession::find_topic() {
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(producer_, options_.topic.c_str(), nullptr);
  if (topic == nullptr)
    return failure(fmt::format("The topic {} cannot be used: {}.", options_.topic, rd_kafka_err2str(rd_kafka_last_error())));
  const rd_kafka_metadata_t* found = nullptr;
  const auto error = rd_kafka_metadata(producer_, 0, topic, &found, static_cast<int>(options_.connect_timeout.count()));
  const auto of_topic = error == RD_KAFKA_RESP_ERR_NO_ERROR && found->topic_cnt > 0 ? found->topics[0].err : error;
  if (found != nullptr) rd_kafka_metadata_destroy(found);
  rd_kafka_topic_destroy(topic);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return failure(fmt::format("No broker answers: {}.", rd_kafka_err2str(error)));
  if (of_topic != RD_KAFKA_RESP_ERR_NO_ERROR)
    return failure(fmt::format("The topic {} cannot be used: {}.", options_.topic, rd_kafka_err2str(of_topic)));
  return {};
}

void KafkaSession::send(const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (reports_->has_failed()) return;
    const rd_kafka_resp_err_t error = send_one(event);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    return reports_->failed(
        fmt::format("Position {} ({} bytes) cannot be sent: {}.", event.position(), body_of(event).size(), rd_kafka_err2str(error)));
  }
}

/// The message is copied; its headers are the library's once it is taken.
rd_kafka_resp_err_t KafkaSession::send_one(const Event& event) {
  rd_kafka_headers_t* const headers = rd_kafka_headers_new(8);
  for (const auto& [name, value] : headers_of(options_.entity, event))
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(), static_cast<ssize_t>(value.size()));
  std::string key = event.id();
  std::string body(body_of(event));
  std::array<rd_kafka_vu_t, 7> parts{};
  parts[0] = {RD_KAFKA_VTYPE_TOPIC, {.cstr = options_.topic.c_str()}};
  parts[1] = {RD_KAFKA_VTYPE_MSGFLAGS, {.i = RD_KAFKA_MSG_F_COPY}};
  parts[2] = {RD_KAFKA_VTYPE_KEY, {.mem = {key.data(), key.size()}}};
  parts[3] = {RD_KAFKA_VTYPE_VALUE, {.mem = {event.envelope().deleted ? nullptr : body.data(), body.size()}}};
  parts[4] = {RD_KAFKA_VTYPE_TIMESTAMP, {.i64 = event.envelope().recorded_at.microseconds / 1'000}};
  parts[5] = {RD_KAFKA_VTYPE_HEADERS, {.headers = headers}};
  parts[6] = {RD_KAFKA_VTYPE_OPAQUE, {.ptr = reinterpret_cast<void*>(event.position())}};
  rd_kafka_error_t* const error = rd_kafka_produceva(producer_, parts.data(), parts.size());
  if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  rd_kafka_headers_destroy(headers);
  return code;
}

/// On the listener's thread.
void KafkaSession::take_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* session) {
  Reports& reports = *static_cast<KafkaSession*>(session)->reports_;
  const auto position = reinterpret_cast<Position>(message->_private);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return reports.accepted(position);
  reports.failed(fmt::format("Position {} ({} bytes) was refused: {}.", position, message->len, rd_kafka_err2str(message->err)));
}

/// The same. What is fatal comes with each message that is under way, and with each that is to be sent; the library mends the rest.
void KafkaSession::take_error(rd_kafka_t*, int error, const char* reason, void* session) {
  if (error != RD_KAFKA_RESP_ERR__FATAL) static_cast<KafkaSession*>(session)->reports_->hindered(fmt::format("{}.", reason));
}

void KafkaSession::close() {
  if (producer_ == nullptr) return;
  rd_kafka_purge(producer_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  is_closing_ = true;
  if (listener_.joinable()) listener_.join();
  rd_kafka_destroy(producer_);
  producer_ = nullptr;
}

}  // namespace millrace::sink
