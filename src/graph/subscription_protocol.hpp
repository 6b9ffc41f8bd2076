// The messages of graphql-transport-ws, which npm's graphql-ws speaks: what one that came means, and how those that go are written. A plain
// state machine; whoever has the connection does what it says.
//
//   client                                    server
//   {"type":"connection_init","payload":{}}   {"type":"connection_ack"}                      once, within a time
//   {"type":"ping"}, {"type":"pong"}          {"type":"pong"}, {"type":"ping"}
//   {"type":"subscribe","id":..,              {"type":"next","id":..,"payload":{result}}      any number
//    "payload":{"query":..}}                  {"type":"error","id":..,"payload":[errors]}     instead, and the end
//   {"type":"complete","id":..}               {"type":"complete","id":..}                     the end, from either side
//
// What breaks the protocol closes the connection: 4400 no such message, 4401 subscribe before the acknowledgement, 4406 no such
// sub-protocol, 4408 no connection_init in time, 4409 an id that is in use, 4429 connection_init twice.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/json/document.hpp"

namespace millrace::graph {

class SubscriptionProtocol {
 public:
  static constexpr std::string_view kName = "graphql-transport-ws";

  struct Options {
    std::size_t operations_max = 100;  // at a time; one more is answered with an error
  };
  explicit SubscriptionProtocol(Options options) : options_(options) {}

  struct Action {
    enum class Kind : std::uint8_t {
      nothing,
      send,   // `text`
      greet,  // ... after taking note of `payload`, that of connection_init; it may be missing
      begin,  // the operation that `payload` asks for, as `id`
      end,    // that of `id`: nobody waits for it any more
      close,  // with `code` and the reason `text`
    };
    Kind kind = Kind::nothing;
    std::string text = {};
    std::uint16_t code = 0;
    std::string id = {};
    std::shared_ptr<const json::Document> message = {};  // keeps `payload`
    std::optional<json::Value> payload = {};             // an object
  };

  /// What to do about a message.
  Action receive(std::string_view text, bool is_text = true);
  /// What to do when the time for connection_init is over.
  Action no_init() const;

  /// A result of an operation, as a message; empty when nobody waits for it. `response` is JSON.
  std::string next(const std::string& id, std::string_view response) const;
  /// The end of an operation, after its last result, or instead of any with why ({"errors":[...]}). Empty when nobody waits for it.
  std::string complete(const std::string& id);
  std::string fail(const std::string& id, std::string_view response);
  static std::string ping() { return R"({"type":"ping"})"; }

  std::size_t operations() const { return operations_.size(); }

 private:
  Action read(std::shared_ptr<const json::Document> message);
  Action greet(std::shared_ptr<const json::Document> message);
  Action subscribe(std::shared_ptr<const json::Document> message);

  const Options options_;
  bool is_greeted_ = false;
  std::set<std::string, std::less<>> operations_;
};

}  // namespace millrace::graph
