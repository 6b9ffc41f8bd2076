#include "graph/subscription_session.hpp"

#include <map>
#include <utility>

#include "graph/parameters.hpp"
#include "graph/subscription_protocol.hpp"
#include "http/web_socket.hpp"
#include "io/loop.hpp"

namespace millrace::graph {
namespace {

using Action = SubscriptionProtocol::Action;

// Timers cannot be taken back: one that outlives its session does so by this at most.
constexpr std::chrono::milliseconds kLongestTimer = std::chrono::minutes(1);

/// The credentials in the payload of a first message: as members, or among `headers`.
std::vector<std::string> authorizations_of(const json::Value& payload) {
  std::vector<std::string> found;
  const auto headers = payload.find("headers");
  if (headers && headers->is(json::Kind::object)) found = authorizations_of(*headers);
  for (const std::string_view name : {"Authorization", "authorization"})
    if (const auto value = payload.find(name); value && value->is(json::Kind::string)) found.push_back(value->string());
  return found;
}

/// One operation while it runs. The views of its request point into the message.
struct Operation {
  std::string id;
  std::shared_ptr<const json::Document> message;
  std::shared_ptr<const void> counted;  // the message, among what is held
  Parameters parameters;
  std::unique_ptr<graphql::Subscription> subscription = {};
  bool is_stopped = false;

  void stop() {
    is_stopped = true;
    if (subscription) subscription->stop();
  }
};

class Session final : public http::WebSocketSession {
 public:
  Session(graphql::Engine& engine, graphql::Caller caller, const SessionOptions& options, bool speaks_protocol)
      : engine_(engine),
        caller_(std::move(caller)),
        options_(options),
        speaks_protocol_(speaks_protocol),
        protocol_({options.operations_max}) {}

  Task<void> run(http::WebSocket& socket) override {
    socket_ = &socket;
    if (!speaks_protocol_) socket.close(4406, "Subprotocol not acceptable");
    if (is_draining_) socket.close(kGoingAway, "Going away");
    watch_init();
    watch_silence();
    while (true) {
      CO_TRY(const auto message, co_await socket.receive());
      if (!message) break;
      heard_ = true;
      Action action = protocol_.receive(message->data, message->is_text);
      CO_TRY_OK(co_await act(std::move(action), message->counted));
    }
    for (const auto& [id, operation] : operations_) operation->stop();
    while (running_ > 0) {
      io::Completion<void> ended;
      all_ended_ = &ended;
      CO_TRY_OK(co_await ended);
    }
    co_return {};
  }

  void drain() override {
    is_draining_ = true;
    leave_when_idle();
  }

 private:
  static constexpr std::uint16_t kGoingAway = 1001;

  Task<void> act(Action action, std::shared_ptr<const void> counted) {
    if (action.kind == Action::Kind::greet) {
      const auto admitted = co_await admit(action);
      if (!admitted) co_return {};
    }
    if (action.kind == Action::Kind::begin) begin(std::move(action), std::move(counted));
    if (action.kind == Action::Kind::end) end(action.id);
    if (action.kind == Action::Kind::close) socket_->close(action.code, std::move(action.text));
    if (action.kind != Action::Kind::greet && action.kind != Action::Kind::send) co_return {};
    CO_TRY_OK(co_await socket_->send(std::move(action.text)));
    co_return {};
  }

  /// Takes what the first message brings of credentials. Fails when the connection was closed for it.
  Task<void> admit(const Action& action) {
    std::vector<std::string> brought = action.payload ? authorizations_of(*action.payload) : std::vector<std::string>();
    if (options_.identify && brought.size() + (caller_.principal ? 1 : 0) > 1) {
      socket_->close(kBadRequest, "More than one set of credentials");
      co_return Failure(Error{ErrorKind::invalid_argument, "auth.twice", "The connection has more than one set of credentials."});
    }
    if (!brought.empty()) {
      caller_.authorization = brought.front();
      if (options_.identify) {
        auto principal = co_await options_.identify(std::move(brought.front()), caller_);
        if (!principal) co_return refuse(principal.error());
        caller_.principal = *std::move(principal);
      }
    }
    if (!caller_.principal && options_.needs_principal) {
      socket_->close(4401, "Unauthorized");
      co_return Failure(Error{ErrorKind::unauthenticated, "auth.required", "Credentials are required."});
    }
    watch_expiry();
    co_return {};
  }

  Result<> refuse(const Error& error) {
    const bool is_refused = error.kind == ErrorKind::unauthenticated || error.kind == ErrorKind::invalid_argument;
    socket_->close(is_refused ? kForbidden : kTryAgain, is_refused ? "Forbidden" : error.message);
    return Failure(error);
  }

  void begin(Action action, std::shared_ptr<const void> counted) {
    auto operation = std::make_shared<Operation>(
        Operation{.id = std::move(action.id), .message = std::move(action.message), .counted = std::move(counted), .parameters = {}});
    auto parameters = read_parameters(*action.payload);
    ++running_;
    operations_[operation->id] = operation;
    if (parameters) operation->parameters = *std::move(parameters);
    start(answer(operation), [this, operation](const Result<>&) { leave(operation); });
  }

  void end(const std::string& id) {
    const auto found = operations_.find(id);
    if (found != operations_.end()) found->second->stop();
  }

  void leave(const std::shared_ptr<Operation>& operation) {
    // Its id may be another's already.
    if (const auto found = operations_.find(operation->id); found != operations_.end() && found->second == operation)
      operations_.erase(found);
    --running_;
    leave_when_idle();
    if (running_ == 0 && all_ended_ != nullptr) std::exchange(all_ended_, nullptr)->complete({});
  }

  void leave_when_idle() {
    if (is_draining_ && running_ == 0 && socket_ != nullptr) socket_->close(kGoingAway, "Going away");
  }

  graphql::EngineRequest request_of(const Operation& operation) const {
    const Parameters& parameters = operation.parameters;
    return {.query = parameters.query,
            .operation_name = parameters.operation_name,
            .variables = parameters.variables ? &*parameters.variables : nullptr,
            .caller = caller_,
            .begin = parameters.begin};
  }

  Task<void> answer(std::shared_ptr<Operation> operation) {
    const graphql::EngineRequest request = request_of(*operation);
    if (engine_.subscribes(request)) {
      CO_TRY_OK(co_await follow(*operation, request));
      co_return {};
    }
    CO_TRY(const auto answered, co_await engine_.execute(request));
    if (answered.outcome != graphql::EngineResponse::Outcome::executed) {
      CO_TRY_OK(co_await say(protocol_.fail(operation->id, answered.body)));
      co_return {};
    }
    std::string result = protocol_.next(operation->id, answered.body);
    // What a mutation has done is told in any case.
    Task<bool> telling = answered.only_reads ? offer(std::move(result)) : say(std::move(result));
    CO_TRY_OK(co_await std::move(telling));
    CO_TRY_OK(co_await say(protocol_.complete(operation->id)));
    co_return {};
  }

  /// A subscription that ends because the service does ends with the connection: clients come again.
  Task<void> follow(Operation& operation, graphql::EngineRequest request) {
    CO_TRY(auto subscribed, co_await engine_.subscribe(std::move(request)));
    if (!subscribed.subscription) {
      CO_TRY_OK(co_await say(protocol_.fail(operation.id, subscribed.refusal.body)));
      co_return {};
    }
    operation.subscription = std::move(subscribed.subscription);
    while (!operation.is_stopped) {
      auto event = co_await operation.subscription->next();
      if (!event) socket_->close(kTryAgain, "The storage cannot be read");
      if (!event || event->is_over || operation.is_stopped) break;
      if (event->body.empty()) continue;
      auto is_taken = co_await offer(protocol_.next(operation.id, event->body));
      if (!*is_taken) break;
    }
    co_return {};
  }

  Task<bool> say(std::string text) {
    if (text.empty()) co_return true;  // nobody waits for it
    auto is_taken = co_await socket_->send(std::move(text));
    co_return is_taken;
  }

  /// The same for what the client may ask for again.
  Task<bool> offer(std::string text) {
    if (text.empty()) co_return true;
    auto is_taken = co_await socket_->send_if_room(std::move(text));
    co_return is_taken;
  }

  static constexpr std::uint16_t kTryAgain = 1013;
  static constexpr std::uint16_t kBadRequest = 4400;
  static constexpr std::uint16_t kForbidden = 4403;

  // Timers cannot be taken back: they hold a token of the session's.

  void watch_init() {
    io::Loop::current()->after(options_.init_timeout, [this, weak = std::weak_ptr(token_)] {
      if (weak.expired()) return;
      if (Action action = protocol_.no_init(); action.kind == Action::Kind::close) socket_->close(action.code, std::move(action.text));
    });
  }

  void watch_expiry() {
    if (!caller_.principal || caller_.principal->expires == std::chrono::system_clock::time_point::max()) return;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(caller_.principal->expires - std::chrono::system_clock::now());
    io::Loop::current()->after(std::clamp(left, std::chrono::milliseconds{0}, kLongestTimer), [this, weak = std::weak_ptr(token_)] {
      if (weak.expired()) return;
      if (std::chrono::system_clock::now() < caller_.principal->expires) return watch_expiry();
      socket_->close(kForbidden, "Expired");
    });
  }

  void watch_silence() {
    io::Loop::current()->after(options_.heartbeat, [this, weak = std::weak_ptr(token_)] {
      if (weak.expired()) return;
      if (!std::exchange(heard_, false)) return socket_->cut();
      start(say(SubscriptionProtocol::ping()), [](const Result<bool>&) {});
      watch_silence();
    });
  }

  graphql::Engine& engine_;
  graphql::Caller caller_;
  const SessionOptions options_;
  const bool speaks_protocol_;
  SubscriptionProtocol protocol_;
  http::WebSocket* socket_ = nullptr;
  std::map<std::string, std::shared_ptr<Operation>> operations_;
  std::size_t running_ = 0;  // those included that nobody waits for
  io::Completion<void>* all_ended_ = nullptr;
  bool is_draining_ = false;
  bool heard_ = true;
  std::shared_ptr<int> token_ = std::make_shared<int>(0);
};

/// Whether the list of a header names it.
bool names(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view part = list.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (part == name) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

http::Response begin_session(graphql::Engine& engine, const http::Request& request, graphql::Caller caller, const SessionOptions& options) {
  http::Response response{.status = 101};
  const bool speaks_protocol = names(request.header("sec-websocket-protocol"), SubscriptionProtocol::kName);
  if (speaks_protocol) response.add("Sec-WebSocket-Protocol", SubscriptionProtocol::kName);
  response.session = std::make_unique<Session>(engine, std::move(caller), options, speaks_protocol);
  return response;
}

}  // namespace millrace::graph
