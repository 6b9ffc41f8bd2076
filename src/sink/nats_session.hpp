// Private to the NATS publisher: one connection, and what is known of its stream. Its functions block: they run on the publisher's own
// thread.
#pragma once

#include <nats/nats.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "sink/nats_publisher.hpp"
#include "sink/reports.hpp"

namespace millrace::sink {

class NatsSession : public std::enable_shared_from_this<NatsSession> {
 public:
  /// `is_shared`: somebody else publishes to the stream; it is learnt here, and holds for later sessions.
  NatsSession(const NatsOptions& options, std::shared_ptr<Reports> reports, std::shared_ptr<std::atomic<bool>> is_shared)
      : options_(options), entity_(options.entity), reports_(std::move(reports)), is_shared_(std::move(is_shared)) {}
  /// Requires: close().
  ~NatsSession() = default;

  /// Connects, finds the stream or makes it. Gives the last position that it is known to have.
  Result<Position> open();
  void send(const std::vector<Event>& events);
  void close();

 private:
  Result<> connect();
  Result<> subscribe();
  Result<> make_stream();
  Result<std::string> find_stream();
  Result<> look_at_stream(const std::string& name);
  Result<Position> last_position(const std::string& stream);
  natsStatus send_one(const Event& event);
  void take_answer(natsMsg* answer);

  const NatsOptions& options_;
  const std::string entity_;  // answers may come when the options are gone
  const std::shared_ptr<Reports> reports_;
  const std::shared_ptr<std::atomic<bool>> is_shared_;
  natsConnection* connection_ = nullptr;
  natsSubscription* answers_ = nullptr;
  jsCtx* stream_calls_ = nullptr;
  std::string inbox_;          // answers come to inbox_.POSITION
  bool is_exclusive_ = false;  // the stream takes this subject alone
  Position sent_before_ = 0;   // in this session; 0: nothing
};

}  // namespace millrace::sink
