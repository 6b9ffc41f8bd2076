// A server that tests start and end: SecantusDB, mongo-java-server, or the one that MONGO_URI names.
#pragma once

#include <string>

namespace millrace::store::mongo {

class TestServer {
 public:
  enum class Kind : unsigned char { secantus, java };
  /// One for all tests of this process.
  static TestServer& shared(Kind kind);
  explicit TestServer(Kind kind);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  /// With the name of a database.
  std::string uri(const std::string& database) const;
  void kill();
  void start();

 private:
  const Kind kind_;
  std::string folder_;
  int port_ = 0;
  int process_ = -1;
};

}  // namespace millrace::store::mongo
