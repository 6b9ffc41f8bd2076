#include "transform/jq_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <new>

namespace millrace::transform {
namespace {

Failure no_worker(const char* what, int code) {
  return Failure(Error{ErrorKind::unavailable, "transform.worker",
                       fmt::format("No process can be started to run jq programs: {}: {}.", what, std::strerror(code))});
}

/// Descriptors that are closed at the end, whatever happens.
struct Descriptors {
  int sockets[2] = {-1, -1};
  int progress = -1;
  ~Descriptors() {
    for (const int each : {sockets[0], sockets[1], progress})
      if (each >= 0) ::close(each);
  }
};

/// Starts the child with one end of the socket; 0 or an error number.
int spawn(const Descriptors& own, pid_t& id) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, own.sockets[1], kSocket);
  ::posix_spawn_file_actions_adddup2(&actions, own.progress, kProgress);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  // Whatever others left open for children to have: a socket of a client would stay open as long as the child lives.
  ::posix_spawn_file_actions_addclosefrom_np(&actions, kProgress + 1);
  std::string command(kWorkerCommand);
  std::string program = "millrace";
  char* arguments[] = {program.data(), command.data(), nullptr};
  char* nothing[] = {nullptr};
  const int code = ::posix_spawn(&id, "/proc/self/exe", &actions, nullptr, arguments, nothing);
  ::posix_spawn_file_actions_destroy(&actions);
  return code;
}

}  // namespace

Result<std::unique_ptr<JqProcess>> JqProcess::start() {
  Descriptors own;
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, own.sockets) != 0) return no_worker("socketpair", errno);
  own.progress = ::memfd_create("millrace-jq", MFD_CLOEXEC);
  if (own.progress < 0) return no_worker("memfd_create", errno);
  if (::ftruncate(own.progress, sizeof(Progress)) != 0) return no_worker("ftruncate", errno);
  void* shared = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED, own.progress, 0);
  if (shared == MAP_FAILED) return no_worker("mmap", errno);
  auto* progress = new (shared) Progress;
  pid_t id = 0;
  if (const int code = spawn(own, id); code != 0) {
    ::munmap(shared, sizeof(Progress));
    return no_worker("posix_spawn", code);
  }
  return std::unique_ptr<JqProcess>(new JqProcess(id, std::exchange(own.sockets[0], -1), progress));
}

JqProcess::~JqProcess() {
  end();
  ::close(socket_);
  ::munmap(progress_, sizeof(Progress));
}

std::chrono::nanoseconds JqProcess::used() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(id_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

int JqProcess::end() {
  if (id_ == 0) return 0;
  ::kill(id_, SIGKILL);  // without effect on one that has ended and was not waited for
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
  id_ = 0;
  return status;
}

std::string describe_end(int status, const Progress& progress, std::size_t memory_max) {
  if (progress.is_out_of_memory.load() != 0) return fmt::format("it needed more than {} MB of memory", memory_max >> 20);
  if (!WIFSIGNALED(status)) return fmt::format("its process ended with {}", WEXITSTATUS(status));
  if (WTERMSIG(status) == SIGSEGV) return "its process crashed, as it does with a value that is nested too deeply";
  return fmt::format("its process was ended by signal {}", WTERMSIG(status));
}

}  // namespace millrace::transform
