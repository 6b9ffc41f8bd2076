#include "store/mongo/server_test.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "store/mongo/connection.hpp"

namespace millrace::store::mongo {
namespace {

sockaddr_in local(int port) {
  return {.sin_family = AF_INET, .sin_port = htons(static_cast<std::uint16_t>(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = local(0);
  socklen_t size = sizeof(address);
  CHECK(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CHECK(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

bool is_open(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = local(port);
  const bool open = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  ::close(socket);
  return open;
}

int start_program(std::vector<std::string> command, const std::string& output) {
  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const int process = ::fork();
  if (process != 0) return process;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  CHECK(::freopen(output.c_str(), "a", stdout) != nullptr && ::dup2(1, 2) == 2);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

TestServer& TestServer::own(Kind kind) {
  if (kind == Kind::java) {
    static TestServer java(kind);
    return java;
  }
  static TestServer secantus(kind);
  return secantus;
}

TestServer& TestServer::shared(Kind kind) {
  if (::getenv("MONGO_URI") == nullptr) return own(kind);
  static TestServer given(kind, ::getenv("MONGO_URI"));
  return given;
}

TestServer::TestServer(Kind kind, const char* given)
    : kind_(kind), given_(given != nullptr ? given : ""), database_(given != nullptr ? "millrace_test_" + make_uuid7() : "millrace_test") {
  if (!given_.empty()) return;
  std::string name = (std::filesystem::temp_directory_path() / "millrace-mongo-XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
  port_ = free_port();
  start();
}

std::string TestServer::uri() const {
  if (given_.empty()) return fmt::format("mongodb://127.0.0.1:{}/{}", port_, database_);
  // mongodb://HOSTS[/DATABASE][?OPTIONS]
  const std::size_t hosts = given_.find("://") + 3;
  const std::size_t options = std::min(given_.find('?'), given_.size());
  return given_.substr(0, std::min(given_.find('/', hosts), options)) + '/' + database_ + given_.substr(options);
}

void TestServer::start() {
  const std::string source = MILLRACE_SOURCE_DIR;
  const std::string port = std::to_string(port_);
  std::vector<std::string> command = {
      source + "/.venv/bin/secantusd-py", "--host", "127.0.0.1", "--port", port, "--storage-path", folder_ + "/data", "--sync-on-commit"};
  if (kind_ == Kind::java) command = {"java", "-Xmx256m", "-cp", source + "/tests/mongo/java/target/server.jar", "Server", port};
  process_ = start_program(std::move(command), folder_ + "/log");
  for (int i = 0; i < 1200 && !is_open(port_); ++i) ::poll(nullptr, 0, 50);
  CHECK(is_open(port_));
}

void TestServer::kill() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

TestServer::~TestServer() {
  if (!given_.empty()) {
    const auto pool = Pool::make({uri()}, "", {}, {});
    if (pool) (void)Client(**pool).command(Bson().small("dropDatabase", 1));
  }
  if (process_ > 0) {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

}  // namespace millrace::store::mongo
