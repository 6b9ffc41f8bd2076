// PgBouncer in transaction mode before a test server, with few connections to it.
#pragma once

#include <string>

namespace millrace::store::postgres {

class PgBouncer {
 public:
  explicit PgBouncer(int server_port);
  ~PgBouncer();
  PgBouncer(const PgBouncer&) = delete;
  PgBouncer& operator=(const PgBouncer&) = delete;
  std::string uri() const;

 private:
  std::string folder_;
  int port_ = 0;
  int process_ = -1;
};

}  // namespace millrace::store::postgres
