// The service: threads that serve a port, and the generation that answers on them. Another config is another generation; threads, port and
// connections stay.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "app/model.hpp"
#include "base/result.hpp"
#include "observe/instruments.hpp"

namespace millrace::app {

struct ServiceOptions {
  std::uint16_t port = 0;    // 0: any free one
  std::size_t threads = 0;   // 0: one per core
  bool shares_port = false;  // other instances may listen on it as well
  /// Where every entity is kept instead of its own storage: `millrace dev`.
  std::optional<std::filesystem::path> embedded_folder = {};
  observe::Instruments* instruments = nullptr;  // outlive the service
};

class Service {
 public:
  /// Opens every storage and listens; serves from now on, on threads of its own.
  static Result<std::unique_ptr<Service>> start(Model model, ServiceOptions options);
  /// Stops at once.
  ~Service();

  std::uint16_t port() const;
  const Model& model() const;

  /// Lets another model answer from the next request on, of every connection. What is under way ends as it began. Streams of changes and
  /// subscriptions end as at shut_down(), so that clients go on where they were; processors and sinks stop before the new ones start.
  /// Storages that are the same are not opened again, and what is in memory stays. When it fails, nothing has changed. Blocks. Host and
  /// port stay; a line in the log says so when the model has others.
  Result<> reload(Model model);
  /// Frees what reload() left behind and nobody uses any more. Whether some is left. For the thread that calls reload().
  bool free_replaced();

  /// Accepts nothing more, lets requests in flight end (up to the config's shutdownTimeout), then ends the threads. Once. False when some
  /// did not end: what they wait for still refers to them, so that the process must end without destroying the service.
  [[nodiscard]] bool shut_down();

 private:
  struct State;
  explicit Service(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace millrace::app
