// A proxy that cuts every connection after some bytes: anywhere in a request or an answer.
#pragma once

#include <atomic>
#include <random>
#include <thread>
#include <vector>

namespace millrace::store::postgres {

class CuttingProxy {
 public:
  /// Listens on a free port of 127.0.0.1 and passes on to another. A connection lives for a random number of bytes up to `bytes_max`.
  CuttingProxy(int target_port, std::size_t bytes_max);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  int port() const { return port_; }
  std::size_t cuts() const { return cuts_; }
  /// From now on nothing is cut.
  void be_kind() { is_kind_ = true; }

 private:
  void listen();
  void serve(int client, std::size_t bytes);

  const int target_port_;
  const std::size_t bytes_max_;
  int socket_ = -1;
  int port_ = 0;
  std::atomic<bool> is_kind_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> cuts_ = 0;
  std::vector<std::thread> served_;
  std::thread thread_;
};

}  // namespace millrace::store::postgres
