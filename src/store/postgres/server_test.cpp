#include "store/postgres/server_test.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "store/postgres/session.hpp"

namespace millrace::store::postgres {
namespace {

constexpr const char* kBin = "/usr/lib/postgresql/15/bin/";

void run_program(std::vector<std::string> command, const std::string& output) {
  int status = 0;
  ::waitpid(start_program(std::move(command), output), &status, 0);
  CHECK(status == 0);
}

}  // namespace

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  socklen_t size = sizeof(address);
  CHECK(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CHECK(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

/// Starts a program of the server's, as an unprivileged user when we are root: the server runs as nobody else.
int start_program(std::vector<std::string> command, const std::string& output) {
  if (::geteuid() == 0) {
    command.insert(command.begin(), {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=INT"});
  }
  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const int process = ::fork();
  if (process != 0) return process;
  CHECK(::freopen(output.c_str(), "a", stdout) != nullptr && ::dup2(1, 2) == 2);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

TestServer& TestServer::shared() {
  const char* given = ::getenv("POSTGRES_URI");
  if (given == nullptr) return own();
  static TestServer other{std::string(given)};
  return other;
}

TestServer& TestServer::own() {
  static TestServer server;
  return server;
}

/// The URI with another database.
std::string with_database(const std::string& uri, std::string_view database) {
  const std::size_t hosts = uri.find("://") + 3;
  const std::size_t query = std::min(uri.find('?', hosts), uri.size());
  const std::size_t path = std::min(uri.find('/', hosts), query);
  return fmt::format("{}/{}{}", uri.substr(0, path), database, uri.substr(query));
}

TestServer::TestServer(const std::string& given) : given_(given) {
  database_ = "millrace_" + make_uuid7();
  std::ranges::replace(database_, '-', '_');
  const Log log = {};
  const auto session = Session::open({given_}, &log, std::chrono::seconds(5));
  Exchange create;
  create.add("CREATE DATABASE " + database_);
  CHECK(session && (*session)->run(create, std::chrono::seconds(60)));
  uri_ = with_database(given_, database_);
}

TestServer::TestServer() {
  make_folder();
  std::ofstream(folder_ + "/password") << "secret\n";
  run_program({std::string(kBin) + "initdb", "--no-sync", "--auth=scram-sha-256", "--pwfile=" + folder_ + "/password",
               "--username=millrace", "--encoding=UTF8", "--locale=C", "--pgdata=" + folder_ + "/data"},
              "/dev/null");
  const std::string rules = folder_ + "/data/pg_hba.conf";
  std::ifstream made(rules);
  const std::string others((std::istreambuf_iterator<char>(made)), {});
  std::ofstream(rules) << fmt::format("host {} all 127.0.0.1/32 trust\n", kOpenDatabase) << others;
  start();
}

TestServer::TestServer(ReplicaOf replica) {
  make_folder();
  run_program({std::string(kBin) + "pg_basebackup", "--no-sync", "-R", "-X", "stream", "-c", "fast", "-d", replica.primary.uri(), "-D",
               folder_ + "/data"},
              "/dev/null");
  start();
}

void TestServer::make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "millrace-postgres-XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
  if (::geteuid() == 0) {
    const passwd* user = ::getpwnam("postgres");
    CHECK(user != nullptr && ::chown(folder_.c_str(), user->pw_uid, user->pw_gid) == 0);
  }
  port_ = free_port();
  uri_ = uri("millrace", "secret", "postgres");
}

std::string TestServer::uri(std::string_view user, std::string_view password, std::string_view database) const {
  return fmt::format("postgresql://{}:{}@127.0.0.1:{}/{}", user, password, port_, database);
}

void TestServer::start() {
  const Log log = {};
  for (int i = 0; i < 600; ++i) {
    // The processes of one that was killed may not all have ended: then the next one ends at once.
    if (process_ < 0 || ::waitpid(process_, nullptr, WNOHANG) == process_) launch();
    if (Session::open({uri_}, &log, std::chrono::seconds(1))) return;
    Session::pause(std::chrono::milliseconds(50));
  }
  CHECK(!"the server does not start");
}

void TestServer::launch() {
  process_ = start_program(
      {std::string(kBin) + "postgres", "-D", folder_ + "/data", "-p", std::to_string(port_), "-c", "listen_addresses=127.0.0.1", "-c",
       "unix_socket_directories=", "-c", "max_connections=300", "-c", "shared_buffers=32MB", "-c", "recovery_init_sync_method=syncfs"},
      folder_ + "/data/server.log");
}

void TestServer::kill() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

TestServer::~TestServer() {
  if (!given_.empty()) {
    const Log log = {};
    const auto session = Session::open({given_}, &log, std::chrono::seconds(5));
    Exchange drop;
    drop.add(fmt::format("DROP DATABASE {} WITH (FORCE)", database_));
    if (session) (void)(*session)->run(drop, std::chrono::seconds(60));
  }
  if (process_ > 0) {
    ::kill(process_, SIGQUIT);  // at once: nobody will read what it would write down
    ::waitpid(process_, nullptr, 0);
  }
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

}  // namespace millrace::store::postgres
