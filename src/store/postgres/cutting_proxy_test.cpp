#include "store/postgres/cutting_proxy_test.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/result.hpp"

namespace millrace::store::postgres {
namespace {

sockaddr_in local(int port) {
  return {.sin_family = AF_INET, .sin_port = htons(static_cast<std::uint16_t>(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
}

/// Passes on what has come, at most `left` bytes of it; false when one end has closed or nothing is left.
bool pass(int from, int to, std::size_t& left) {
  char buffer[16384];
  const ssize_t size = ::recv(from, buffer, std::min(sizeof buffer, left), 0);
  if (size <= 0 || ::send(to, buffer, static_cast<std::size_t>(size), MSG_NOSIGNAL) != size) return false;
  left -= static_cast<std::size_t>(size);
  return left > 0;
}

}  // namespace

CuttingProxy::CuttingProxy(int target_port, std::size_t bytes_max) : target_port_(target_port), bytes_max_(bytes_max) {
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = local(0);
  socklen_t size = sizeof(address);
  CHECK(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(socket_, 64) == 0);
  CHECK(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { listen(); });
}

CuttingProxy::~CuttingProxy() {
  stopping_ = true;
  thread_.join();
  for (std::thread& served : served_) served.join();
  ::close(socket_);
}

void CuttingProxy::listen() {
  std::minstd_rand random(7);
  while (!stopping_) {
    pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&wanted, 1, 50) <= 0) continue;
    const int client = ::accept(socket_, nullptr, nullptr);
    // Some live on: else hardly anybody would get through the greeting.
    const std::size_t bytes = is_kind_ ? SIZE_MAX : 1 + random() % bytes_max_;
    served_.emplace_back([this, client, bytes] { serve(client, bytes); });
  }
}

void CuttingProxy::serve(int client, std::size_t bytes) {
  const int server = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = local(target_port_);
  bool goes_on = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  while (goes_on && !stopping_) {
    pollfd wanted[] = {{.fd = client, .events = POLLIN, .revents = 0}, {.fd = server, .events = POLLIN, .revents = 0}};
    if (::poll(wanted, 2, 50) <= 0) continue;
    if (wanted[0].revents != 0) goes_on = pass(client, server, bytes);
    if (goes_on && wanted[1].revents != 0) goes_on = pass(server, client, bytes);
  }
  if (bytes == 0) ++cuts_;
  ::close(client);
  ::close(server);
}

}  // namespace millrace::store::postgres
