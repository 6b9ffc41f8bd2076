// A server that tests start and end: SecantusDB or mongo-java-server.
#pragma once

#include <string>

namespace millrace::store::mongo {

class TestServer {
 public:
  enum class Kind : unsigned char { secantus, java };
  /// One for all tests of this process; it stands for the one that MONGO_URI names, when that is given.
  static TestServer& shared(Kind kind);
  /// The same, but never one that runs already.
  static TestServer& own(Kind kind);
  /// `given`: the URI of one that runs already, or null.
  explicit TestServer(Kind kind, const char* given = nullptr);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  /// With the name of a database for tests; on a server that runs already it is new, and dropped in the end.
  std::string uri() const;
  int port() const { return port_; }
  void kill();
  void start();

 private:
  const Kind kind_;
  const std::string given_;
  const std::string database_;
  std::string folder_;
  int port_ = 0;
  int process_ = -1;
};

}  // namespace millrace::store::mongo
