// The sinks of a service, on a thread of their own: without sinks there is none.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/model.hpp"
#include "document/feed.hpp"
#include "observe/instruments.hpp"
#include "sink/sink.hpp"

namespace millrace::app {

class Sinks {
 public:
  struct Part {
    const SinkModel* model;
    document::Feed* feed;  // of its entity
  };
  /// What the parts point to outlives them.
  Sinks(std::vector<Part> parts, std::filesystem::path config_file, observe::Instruments& instruments);
  /// Stops at once what still runs.
  ~Sinks();
  Sinks(const Sinks&) = delete;
  Sinks& operator=(const Sinks&) = delete;

  /// Brokers may be away. Once.
  void start();
  /// Sends nothing more, waits for acknowledgements for at most that long, saves progress, lets other instances take over. Once,
  /// after start(), and not from its own thread.
  void stop(std::chrono::milliseconds drain);

  /// In the order of the parts. Any thread.
  sink::SinkStatus status(std::size_t sink) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::app
