// A child that runs jq programs, as the service holds it: its process, its end of the socket, and what it says of its progress.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "transform/jq_frames.hpp"

namespace millrace::transform {

class JqProcess {
 public:
  /// Starts this very program with the command kWorkerCommand and an empty environment. Error "transform.worker" (unavailable). The child
  /// ends with the thread that started it, at the latest.
  static Result<std::unique_ptr<JqProcess>> start();
  /// Kills it.
  ~JqProcess();
  JqProcess(const JqProcess&) = delete;
  JqProcess& operator=(const JqProcess&) = delete;

  int socket() const { return socket_; }
  pid_t id() const { return id_; }
  const Progress& progress() const { return *progress_; }

  /// The processor time that it has had.
  std::chrono::nanoseconds used() const;

  /// Kills it if it still runs, and gives how it ended, as wait() does. Once.
  int end();

 private:
  JqProcess(pid_t id, int socket, Progress* progress) : id_(id), socket_(socket), progress_(progress) {}

  pid_t id_;
  int socket_;
  Progress* progress_;
};

/// How a child ended, for a person. `memory_max` for one that wanted more.
std::string describe_end(int status, const Progress& progress, std::size_t memory_max);

}  // namespace millrace::transform
