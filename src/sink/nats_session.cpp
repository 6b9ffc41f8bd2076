#include "sink/nats_session.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "base/json/document.hpp"
#include "base/json/members.hpp"
#include "sink/message.hpp"

namespace millrace::sink {
namespace {

constexpr std::int64_t kRequestTimeout = 5'000;
constexpr std::int64_t kWriteDeadline = 10'000;
constexpr std::int64_t kPingInterval = 10'000;
constexpr int kPingsOutMax = 2;
// Followed by the id of the stream's last message.
constexpr std::string_view kWrongLast = "wrong last msg ID: ";
constexpr std::int64_t kNanoseconds = 1'000'000;  // of a millisecond

Failure failure(std::string message) {
  return Failure(Error{ErrorKind::unavailable, "sink.broker", std::move(message)});
}

/// What the library says of its last call on this thread: "(conn.c:2088): No server available".
std::string reason(natsStatus status) {
  const char* const last = nats_GetLastError(nullptr);
  std::string_view detail = last == nullptr ? std::string_view() : last;
  if (const std::size_t place = detail.find("): "); detail.starts_with('(') && place != std::string_view::npos)
    detail.remove_prefix(place + 3);
  const std::string_view text = natsStatus_GetText(status);
  if (detail.empty() || detail.starts_with(text)) return std::string(detail.empty() ? text : detail);
  return fmt::format("{}: {}", text, detail);
}

Failure failure(std::string_view what, natsStatus status) {
  if (status == NATS_NO_RESPONDERS) return failure("The server has no JetStream: start it with -js.");
  return failure(fmt::format("{}: {}.", what, reason(status)));
}

/// At its commas.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

template <auto destroy>
struct Destroyer {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};
using Options = std::unique_ptr<natsOptions, Destroyer<natsOptions_Destroy>>;
using Message = std::unique_ptr<natsMsg, Destroyer<natsMsg_Destroy>>;
using StreamInfo = std::unique_ptr<jsStreamInfo, Destroyer<jsStreamInfo_Destroy>>;

std::string_view data_of(natsMsg* message) {
  return {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))};
}

/// What an answer of JetStream says is wrong; empty: nothing.
std::string complaint(natsMsg* answer) {
  if (natsMsg_IsNoResponders(answer)) return "No stream takes messages on its subject.";
  const auto parsed = json::parse(data_of(answer));
  if (!parsed || !parsed->root().is(json::Kind::object)) return "What the server answered is no acknowledgement.";
  const auto error = parsed->root().find("error");
  if (!error) return parsed->root().find("stream") ? "" : "What the server answered is no acknowledgement.";
  std::string text;
  json::each_member(*error, [&text](const std::string& key, json::Value value) {
    if (key == "description" && value.is(json::Kind::string)) text = value.string();
  });
  return fmt::format("The server refused a message: {}.", text.empty() ? "it does not say why" : text);
}

}  // namespace

Result<Position> NatsSession::open() {
  TRY_OK(connect());
  if (const natsStatus status = natsConnection_JetStream(&stream_calls_, connection_, nullptr); status != NATS_OK)
    return failure("JetStream cannot be used", status);
  TRY_OK(subscribe());
  if (options_.stream) TRY_OK(make_stream());
  TRY(const std::string stream, find_stream());
  TRY_OK(look_at_stream(stream));
  return last_position(stream);
}

Result<> NatsSession::connect() {
  natsOptions* raw = nullptr;
  if (const natsStatus status = natsOptions_Create(&raw); status != NATS_OK) return failure("The library cannot be used", status);
  const Options own(raw);
  // A connection that broke is not mended by the library: it would send what it kept after what was lost.
  const std::vector<std::string> urls = split(options_.url);
  std::vector<const char*> servers;
  for (const std::string& url : urls) servers.push_back(url.c_str());
  natsStatus status = natsOptions_SetServers(raw, servers.data(), static_cast<int>(servers.size()));
  if (status == NATS_OK) status = natsOptions_SetName(raw, options_.name.c_str());
  if (status == NATS_OK) status = natsOptions_SetAllowReconnect(raw, false);
  if (status == NATS_OK) status = natsOptions_SetTimeout(raw, options_.connect_timeout.count());
  if (status == NATS_OK) status = natsOptions_SetWriteDeadline(raw, kWriteDeadline);
  if (status == NATS_OK) status = natsOptions_SetPingInterval(raw, kPingInterval);
  if (status == NATS_OK) status = natsOptions_SetMaxPingsOut(raw, kPingsOutMax);
  if (status == NATS_OK && !options_.ca.empty()) status = natsOptions_LoadCATrustedCertificates(raw, options_.ca.c_str());
  if (status == NATS_OK && !options_.certificate.empty())
    status = natsOptions_LoadCertificatesChain(raw, options_.certificate.c_str(), options_.key.c_str());
  // The library tells of the end of each connection that was once there, and then no more.
  auto* const closed = new std::shared_ptr<Reports>(reports_);
  const auto on_closed = [](natsConnection* connection, void* closure) {
    const std::unique_ptr<std::shared_ptr<Reports>> reports(static_cast<std::shared_ptr<Reports>*>(closure));
    const char* why = nullptr;
    natsConnection_GetLastError(connection, &why);
    (*reports)->failed(fmt::format("The connection has ended{}{}.", why != nullptr && *why != '\0' ? ": " : "", why != nullptr ? why : ""));
  };
  if (status == NATS_OK) status = natsOptions_SetClosedCB(raw, on_closed, closed);
  if (status == NATS_OK) status = natsConnection_Connect(&connection_, raw);
  if (status == NATS_OK) return {};
  delete closed;
  return failure("The server cannot be reached", status);
}

/// Where the answers to what is published come to.
Result<> NatsSession::subscribe() {
  natsInbox* inbox = nullptr;
  if (const natsStatus status = natsInbox_Create(&inbox); status != NATS_OK) return failure("Nothing can be subscribed to", status);
  inbox_ = inbox;
  natsInbox_Destroy(inbox);
  auto* const own = new std::shared_ptr<NatsSession>(shared_from_this());
  const auto on_answer = [](natsConnection*, natsSubscription*, natsMsg* answer, void* closure) {
    const Message message(answer);
    (*static_cast<std::shared_ptr<NatsSession>*>(closure))->take_answer(answer);
  };
  natsStatus status = natsConnection_Subscribe(&answers_, connection_, (inbox_ + ".*").c_str(), on_answer, own);
  if (status != NATS_OK) {
    delete own;
    return failure("Nothing can be subscribed to", status);
  }
  // Bounded by what is under way.
  status = natsSubscription_SetPendingLimits(answers_, -1, -1);
  const auto on_end = [](void* closure) { delete static_cast<std::shared_ptr<NatsSession>*>(closure); };
  if (status == NATS_OK) status = natsSubscription_SetOnCompleteCB(answers_, on_end, own);
  if (status != NATS_OK) return failure("Nothing can be subscribed to", status);
  return {};
}

Result<> NatsSession::make_stream() {
  const NatsStream& wanted = *options_.stream;
  jsStreamInfo* found = nullptr;
  jsErrCode code{};
  natsStatus status = js_GetStreamInfo(&found, stream_calls_, wanted.name.c_str(), nullptr, &code);
  const StreamInfo own_found(found);
  if (status == NATS_OK) return {};
  if (code != JSStreamNotFoundErr) return failure(fmt::format("The stream {} cannot be looked at", wanted.name), status);
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  const char* subject = options_.subject.c_str();
  config.Name = wanted.name.c_str();
  config.Subjects = &subject;
  config.SubjectsLen = 1;
  config.MaxAge = wanted.age_max.count() * kNanoseconds;
  if (wanted.bytes_max > 0) config.MaxBytes = static_cast<std::int64_t>(wanted.bytes_max);
  config.Replicas = static_cast<std::int64_t>(wanted.replicas);
  config.Duplicates = wanted.duplicates.count() * kNanoseconds;
  if (config.MaxAge > 0 && config.Duplicates > config.MaxAge) config.Duplicates = config.MaxAge;
  jsStreamInfo* made = nullptr;
  status = js_AddStream(&made, stream_calls_, &config, nullptr, &code);
  const StreamInfo own_made(made);
  if (status != NATS_OK) return failure(fmt::format("The stream {} cannot be made", wanted.name), status);
  return {};
}

/// The one that takes the subject.
Result<std::string> NatsSession::find_stream() {
  const std::string question = fmt::format(R"({{"subject":{}}})", [this] {
    std::string quoted;
    json::append_string(quoted, options_.subject);
    return quoted;
  }());
  natsMsg* raw = nullptr;
  const natsStatus status = natsConnection_RequestString(&raw, connection_, "$JS.API.STREAM.NAMES", question.c_str(), kRequestTimeout);
  const Message answer(raw);
  if (status != NATS_OK) return failure("The server's streams cannot be asked for", status);
  const auto parsed = json::parse(data_of(raw));
  const auto streams = parsed && parsed->root().is(json::Kind::object) ? parsed->root().find("streams") : std::nullopt;
  if (streams && streams->is(json::Kind::array) && streams->size() > 0 && streams->first().is(json::Kind::string))
    return streams->first().string();
  if (parsed && parsed->root().is(json::Kind::object) && parsed->root().find("error")) return failure(complaint(raw));
  return failure(
      fmt::format("No stream takes messages on the subject {}. Make one, or let it be made: stream {{ name = … }}.", options_.subject));
}

Result<> NatsSession::look_at_stream(const std::string& name) {
  jsStreamInfo* raw = nullptr;
  const natsStatus status = js_GetStreamInfo(&raw, stream_calls_, name.c_str(), nullptr, nullptr);
  const StreamInfo info(raw);
  if (status != NATS_OK) return failure(fmt::format("The stream {} cannot be looked at", name), status);
  const jsStreamConfig& config = *raw->Config;
  is_exclusive_ = config.SubjectsLen == 1 && options_.subject == config.Subjects[0] && config.Mirror == nullptr && config.SourcesLen == 0 &&
                  !config.AllowRollup;
  return {};
}

Result<Position> NatsSession::last_position(const std::string& stream) {
  natsMsg* raw = nullptr;
  jsErrCode code{};
  const natsStatus status = js_GetLastMsg(&raw, stream_calls_, stream.c_str(), options_.subject.c_str(), nullptr, &code);
  const Message last(raw);
  if (code == JSNoMessageFoundErr || status == NATS_NOT_FOUND) return Position{0};
  if (status != NATS_OK) return failure(fmt::format("The last message of the stream {} cannot be read", stream), status);
  const char* id = nullptr;
  const bool has_id = natsMsgHeader_Get(raw, "Nats-Msg-Id", &id) == NATS_OK && id != nullptr;
  const Position position = has_id ? position_in(id, entity_) : 0;
  if (position == 0) *is_shared_ = true;
  return position;
}

void NatsSession::send(const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (reports_->has_failed()) return;
    const natsStatus status = send_one(event);
    if (status == NATS_OK) continue;
    const std::string why = status == NATS_MAX_PAYLOAD ? "it is longer than the server's max_payload" : reason(status);
    return reports_->failed(fmt::format("Position {} ({} bytes) cannot be sent: {}.", event.position(), body_of(event).size(), why));
  }
}

natsStatus NatsSession::send_one(const Event& event) {
  const Position position = event.position();
  const std::string_view body = body_of(event);
  const std::string answer_to = fmt::format("{}.{}", inbox_, position);
  natsMsg* raw = nullptr;
  natsStatus status = natsMsg_Create(&raw, options_.subject.c_str(), answer_to.c_str(), body.data(), static_cast<int>(body.size()));
  const Message message(raw);
  if (status == NATS_OK) status = natsMsgHeader_Set(raw, "Nats-Msg-Id", message_id(entity_, position).c_str());
  if (status == NATS_OK && is_exclusive_ && !*is_shared_ && sent_before_ > 0)
    status = natsMsgHeader_Set(raw, "Nats-Expected-Last-Msg-Id", message_id(entity_, sent_before_).c_str());
  for (const auto& [name, value] : headers_of(entity_, event))
    if (status == NATS_OK) status = natsMsgHeader_Set(raw, name.data(), value.c_str());
  if (status == NATS_OK) status = natsConnection_PublishMsg(connection_, raw);
  if (status == NATS_OK) sent_before_ = position;
  return status;
}

/// On a thread of the library.
void NatsSession::take_answer(natsMsg* answer) {
  const std::string_view subject = natsMsg_GetSubject(answer);
  if (subject.size() <= inbox_.size() + 1) return;
  const std::string_view digits = subject.substr(inbox_.size() + 1);
  Position position = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), position);
  std::string wrong = complaint(answer);
  if (wrong.empty()) return reports_->accepted(position);
  const std::size_t other = wrong.find(kWrongLast);
  if (other != std::string::npos &&
      position_in(wrong.substr(other + kWrongLast.size(), wrong.size() - other - kWrongLast.size() - 1), entity_) == 0)
    *is_shared_ = true;
  reports_->failed(fmt::format("Position {}: {}", position, wrong));
}

void NatsSession::close() {
  jsCtx_Destroy(stream_calls_);
  if (connection_ != nullptr) natsConnection_Close(connection_);
  natsSubscription_Destroy(answers_);
  natsConnection_Destroy(connection_);
  stream_calls_ = nullptr;
  answers_ = nullptr;
  connection_ = nullptr;
}

}  // namespace millrace::sink
