#include "graph/subscription_protocol.hpp"

#include <fmt/format.h>

#include "base/json/canonical.hpp"

namespace millrace::graph {
namespace {

using Action = SubscriptionProtocol::Action;
using Kind = Action::Kind;

Action close(std::uint16_t code, std::string reason) {
  return {.kind = Kind::close, .text = std::move(reason), .code = code};
}

Action invalid(std::string_view why) {
  return close(4400, fmt::format("Invalid message: {}", why));
}

/// A member that is absent, null, or of the kind.
bool is_or_absent(const json::Value& object, std::string_view name, json::Kind kind) {
  const auto value = object.find(name);
  return !value || value->is(json::Kind::null) || value->is(kind);
}

std::string string_member(const json::Value& object, std::string_view name) {
  const auto value = object.find(name);
  return value && value->is(json::Kind::string) ? value->string() : std::string();
}

bool is_request(const json::Value& payload) {
  const auto query = payload.find("query");
  return query && query->is(json::Kind::string) && is_or_absent(payload, "operationName", json::Kind::string) &&
         is_or_absent(payload, "variables", json::Kind::object) && is_or_absent(payload, "extensions", json::Kind::object);
}

}  // namespace

Action SubscriptionProtocol::receive(std::string_view text, bool is_text) {
  if (!is_text) return invalid("it is not text.");
  auto parsed = json::parse(text);
  if (!parsed) return invalid("it is not JSON.");
  auto message = std::make_shared<json::Document>(*std::move(parsed));
  if (!message->root().is(json::Kind::object)) return invalid("it is not an object.");
  return read(std::move(message));
}

Action SubscriptionProtocol::read(std::shared_ptr<const json::Document> message) {
  const json::Value root = message->root();
  const std::string type = string_member(root, "type");
  if (type == "connection_init") return greet(std::move(message));
  if (type == "subscribe") return subscribe(std::move(message));
  if (type == "ping" || type == "pong") {
    if (!is_or_absent(root, "payload", json::Kind::object)) return invalid("its payload is not an object.");
    if (type == "pong") return {};
    return {.kind = Kind::send, .text = R"({"type":"pong"})"};
  }
  if (type != "complete") return invalid(type.empty() ? "it has no type." : "its type is not known.");
  std::string id = string_member(root, "id");
  if (id.empty()) return invalid("it has no id.");
  if (operations_.erase(id) == 0) return {};  // both sides may end it at the same time
  return {.kind = Kind::end, .id = std::move(id)};
}

Action SubscriptionProtocol::greet(std::shared_ptr<const json::Document> message) {
  if (!is_or_absent(message->root(), "payload", json::Kind::object)) return invalid("its payload is not an object.");
  if (std::exchange(is_greeted_, true)) return close(4429, "Too many initialisation requests");
  Action action{.kind = Kind::greet, .text = R"({"type":"connection_ack"})"};
  if (const auto payload = message->root().find("payload"); payload && payload->is(json::Kind::object)) action.payload = *payload;
  action.message = std::move(message);
  return action;
}

Action SubscriptionProtocol::subscribe(std::shared_ptr<const json::Document> message) {
  std::string id = string_member(message->root(), "id");
  const auto payload = message->root().find("payload");
  if (id.empty()) return invalid("it has no id.");
  if (!payload || !payload->is(json::Kind::object) || !is_request(*payload)) return invalid("its payload is no GraphQL request.");
  if (!is_greeted_) return close(4401, "Unauthorized");
  if (operations_.contains(id)) return close(4409, fmt::format("Subscriber for {} already exists", id));
  if (operations_.size() >= options_.operations_max) {
    constexpr std::string_view kTooMany =
        R"({{"type":"error","id":{},"payload":[{{"message":"A connection has at most {} operations at a time.","extensions":{{"code":"graphql.operations"}}}}]}})";
    return {.kind = Kind::send, .text = fmt::format(kTooMany, json::quoted(id), options_.operations_max)};
  }
  operations_.insert(id);
  return {.kind = Kind::begin, .id = std::move(id), .message = std::move(message), .payload = *payload};
}

Action SubscriptionProtocol::no_init() const {
  return is_greeted_ ? Action{} : close(4408, "Connection initialisation timeout");
}

std::string SubscriptionProtocol::next(const std::string& id, std::string_view response) const {
  if (!operations_.contains(id)) return {};
  return fmt::format(R"({{"type":"next","id":{},"payload":{}}})", json::quoted(id), response);
}

std::string SubscriptionProtocol::complete(const std::string& id) {
  if (operations_.erase(id) == 0) return {};
  return fmt::format(R"({{"type":"complete","id":{}}})", json::quoted(id));
}

std::string SubscriptionProtocol::fail(const std::string& id, std::string_view response) {
  if (operations_.erase(id) == 0) return {};
  // The list within {"errors":[...]}.
  const std::size_t begin = response.find('[');
  const std::size_t end = response.rfind(']');
  return fmt::format(R"({{"type":"error","id":{},"payload":{}}})", json::quoted(id), response.substr(begin, end + 1 - begin));
}

}  // namespace millrace::graph
