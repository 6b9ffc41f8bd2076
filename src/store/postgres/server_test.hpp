// A PostgreSQL server for tests: POSTGRES_URI names one, else one is started for this program, on a free port in a folder of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::store::postgres {

/// A port of 127.0.0.1 that nobody listens on.
int free_port();
/// Starts a program as an unprivileged user, its output in a file; gives its process. It ends with the calling thread at the latest.
int start_program(std::vector<std::string> command, const std::string& output);

class TestServer {
 public:
  /// The server of this program, started when it is first asked for, ended with the program.
  static TestServer& shared();

  /// The same, but one that was started for this program in any case: for tests that stand between it and us.
  static TestServer& own();

  /// A database of this name, once it is made, takes everybody's word for who he is.
  static constexpr const char* kOpenDatabase = "trusting";

  /// Starts another one, for a test that does harm to it.
  TestServer();
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  /// The database for tests.
  const std::string& uri() const { return uri_; }
  std::string uri(std::string_view user, std::string_view password, std::string_view database) const;
  int port() const { return port_; }
  /// Starts it again on the same port and folder.
  void start();
  /// Ends it at once, as a crash does: kill -9 of the first process; the others end by themselves.
  void kill();

 private:
  explicit TestServer(std::string uri) : uri_(std::move(uri)) {}
  void launch();

  std::string folder_;
  std::string uri_;
  int port_ = 0;
  int process_ = -1;
};

}  // namespace millrace::store::postgres
