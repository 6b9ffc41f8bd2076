// PostgreSQL servers for tests, each started for this program on a free port in a folder of its own; POSTGRES_URI names another one for
// tests that do it no harm.
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
  /// For tests that do it no harm: the server that POSTGRES_URI names, with a database of our own that is dropped at the end, else own().
  static TestServer& shared();

  /// The server of this program, started when it is first asked for, ended with the program.
  static TestServer& own();

  /// A database of this name, once it is made, takes everybody's word for who he is.
  static constexpr const char* kOpenDatabase = "trusting";

  /// Starts another one, for a test that does harm to it.
  TestServer();
  struct ReplicaOf {
    const TestServer& primary;
  };
  /// Starts one that follows another by streaming.
  explicit TestServer(ReplicaOf replica);
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
  explicit TestServer(const std::string& given);
  void make_folder();
  void launch();

  std::string given_;     // another server's URI
  std::string database_;  // ours there
  std::string folder_;
  std::string uri_;
  int port_ = 0;
  int process_ = -1;
};

}  // namespace millrace::store::postgres
