// Private to the sink: its state, shared by its parts (sink.cpp: the loops; session.cpp: what goes through one session; holding.cpp).
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "processing/claim.hpp"
#include "processing/instances.hpp"
#include "sink/sink.hpp"

namespace millrace::sink {

/// Sent, and not known to be accepted with all before it.
struct UnderWay {
  Position position = 0;
  std::size_t bytes = 0;
  Duration sent_at{};
  bool is_accepted = false;
};

struct Sink::State {
  State(SinkParts parts_in, SinkOptions options_in);

  const SinkParts parts;
  const SinkOptions options;
  processing::Signal changed;  // who publishes looks again
  processing::Signal ended;    // who pauses looks whether it is to stop
  processing::Instances instances;
  bool is_stopping = false;
  bool gives_up = false;  // the time to finish is over
  std::size_t loops = 0;  // coroutines that have not ended

  std::shared_ptr<processing::Claim> claim;  // null: another instance publishes
  Record record;                             // ours while there is a claim
  bool is_dirty = false;
  bool is_well = false;  // the broker takes what is sent

  // Of a session.
  std::uint64_t session_fence = 0;  // whose it is
  std::deque<UnderWay> under_way;
  std::size_t bytes_under_way = 0;
  document::Changes rest;              // of what was read: it is to be sent
  std::size_t window = 0;              // messages that may be under way: few at first, after a session that failed
  Position sent = 0;                   // everything up to it was sent
  std::optional<std::string> failure;  // it is over
  std::uint32_t failures = 0;          // sessions that failed, one after the other

  mutable std::mutex mutex;
  SinkStatus shown;  // under the mutex

  void spawn(Task<void> task);
  Task<void> pause(Duration duration);
  void show();

  // sink.cpp
  Task<void> publish_loop();
  Task<void> hold_loop();
  Task<void> save_loop();
  void note(std::string error);

  // session.cpp
  Task<void> run_session();
  /// Whether this instance is the owner that has begun it.
  bool is_ours() const { return claim && record.fence == session_fence; }
  Task<void> publish_while_ours();
  void send();
  void reach(Position position);
  void take_progress();
  void end_session();
  bool has_room() const { return under_way.size() < window && bytes_under_way < options.bytes_max; }
  bool is_overdue() const;

  // holding.cpp
  Task<void> hold();
  Task<void> take();
  Task<void> save(bool lets_go);
  void lose();
};

}  // namespace millrace::sink
