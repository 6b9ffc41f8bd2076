// A TCP proxy that does to connections what networks, and what stands in them, do: it cuts them at any byte of either direction, holds
// pieces back, loses the one request or answer that matters, and sends a client's whole work again. For tests of whatever speaks to a
// server.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <list>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"

namespace millrace::io {

class FaultProxy {
 public:
  /// What happens to connections. Numbers are drawn for each one when it comes, up to the limit; 0 and "" are never.
  struct Faults {
    std::size_t request_bytes_max = 0;  // cut after so many bytes to the server
    std::size_t answer_bytes_max = 0;   // cut after so many bytes to the client
    std::size_t replay_bytes_max = 0;   // after so many bytes to the server all of them are sent again, over another connection
    // Of whatever connection comes to it first, once:
    std::string lost_request = {};  // cut instead of passing on the piece of a request with this text
    std::string lost_answer = {};   // cut instead of passing on what the server says after a request with this text: it has done it
    bool goes_away = false;         // after that whoever comes is cut at once
    std::chrono::milliseconds delay_min{0};  // each piece is held for a time between these; order is kept
    std::chrono::milliseconds delay_max{0};
  };

  /// Listens on a free port of 127.0.0.1 and passes on to another. Without faults at first.
  explicit FaultProxy(int target_port, unsigned seed = 1) : target_port_(target_port), random_(seed) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address = local(0);
    socklen_t size = sizeof(address);
    CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(listener_, 64) == 0);
    CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~FaultProxy() {
    stopping_ = true;
    thread_.join();
    for (Pair& pair : pairs_) pair.close(false);
    ::close(listener_);
  }
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  int port() const { return port_; }
  /// From now on: numbers of bytes for connections that come later, the rest for all.
  void set(Faults faults) {
    const std::lock_guard lock(mutex_);
    faults_ = std::move(faults);
    is_away_ = false;
  }
  /// Connections that were cut by a fault.
  std::size_t cuts() const { return cuts_; }
  /// Replays that have come to their end.
  std::size_t replays() const { return replays_; }
  /// Connections that came.
  std::size_t connections() const { return connections_; }
  /// What the server said to replays, the first of it.
  std::string replay_answers() const {
    const std::lock_guard lock(mutex_);
    return replay_answers_;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kHeldMax = 4 << 20;
  static constexpr std::chrono::milliseconds kTick{20};

  struct Piece {
    Clock::time_point due;
    std::string bytes;
  };
  /// One direction.
  struct Flow {
    int from = -1, to = -1;
    std::size_t left = SIZE_MAX;  // bytes until the cut
    std::deque<Piece> held = {};
    std::size_t held_bytes = 0;
    bool ended = false;  // `from` has closed
  };
  struct Pair {
    Flow request, answer;
    std::size_t replay_after = SIZE_MAX;
    std::string sent = {};  // all requests while a replay is to come, else the end of what was said last
    bool loses_answer = false;
    bool is_replay = false;
    bool is_over = false;

    void close(bool hard) {
      // Half of the cuts are a reset, as of a machine that has gone.
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      for (const int socket : {request.from, request.to}) {
        if (socket < 0) continue;
        if (hard) ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        ::close(socket);
      }
      is_over = true;
    }
  };

  static sockaddr_in local(int port) {
    return {
        .sin_family = AF_INET, .sin_port = htons(static_cast<std::uint16_t>(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  }

  static void set_at_once(int socket) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  std::size_t draw(std::size_t max) { return max == 0 ? SIZE_MAX : 1 + random_() % max; }

  void run() {
    while (!stopping_) {
      std::vector<pollfd> wanted = {{.fd = listener_, .events = POLLIN, .revents = 0}};
      auto wake = Clock::now() + kTick;
      for (Pair& pair : pairs_) {
        for (Flow* flow : {&pair.request, &pair.answer}) {
          if (!flow->held.empty()) wake = std::min(wake, flow->held.front().due);
          const bool reads = flow->from >= 0 && !flow->ended && flow->held_bytes < kHeldMax;
          wanted.push_back({.fd = reads ? flow->from : -1, .events = POLLIN, .revents = 0});
        }
      }
      const auto rest = std::chrono::ceil<std::chrono::milliseconds>(wake - Clock::now()).count();
      ::poll(wanted.data(), wanted.size(), static_cast<int>(std::max<long long>(rest, 0)));
      std::size_t next = 1;
      for (Pair& pair : pairs_) {
        const bool request = wanted[next++].revents != 0;
        const bool answer = wanted[next++].revents != 0;
        serve(pair, request, answer);
      }
      pairs_.remove_if([](const Pair& pair) { return pair.is_over; });
      if (wanted[0].revents != 0) accept();
      for (std::string& work : std::exchange(to_replay_, {})) replay(std::move(work));
    }
  }

  void accept() {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (client < 0) return;
    ++connections_;
    set_at_once(client);
    const int server = connect();
    const std::lock_guard lock(mutex_);
    Pair& pair = pairs_.emplace_back(Pair{.request = {.from = client, .to = server, .left = draw(faults_.request_bytes_max)},
                                          .answer = {.from = server, .to = client, .left = draw(faults_.answer_bytes_max)},
                                          .replay_after = draw(faults_.replay_bytes_max)});
    if (server < 0 || is_away_) pair.close(false);
  }

  int connect() const {
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = local(target_port_);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
      ::fcntl(server, F_SETFL, O_NONBLOCK);
      set_at_once(server);
      return server;
    }
    ::close(server);
    return -1;
  }

  /// Sends a client's work again. Nobody waits for the answers.
  void replay(std::string work) {
    const int server = connect();
    if (server < 0) return;
    Pair& pair = pairs_.emplace_back(Pair{.request = {.to = server, .ended = true}, .answer = {.from = server}, .is_replay = true});
    hold(pair.request, std::move(work), {});
  }

  void serve(Pair& pair, bool request, bool answer) {
    if (pair.is_over) return;
    const bool good =
        (!request || take(pair, pair.request)) && (!answer || take(pair, pair.answer)) && pass(pair.request) && pass(pair.answer);
    if (!good) {
      ++cuts_;
      return pair.close(random_() % 2 == 0);
    }
    const bool passed_all = pair.request.held.empty() && pair.answer.held.empty();
    if (passed_all && pair.is_replay && pair.answer.ended) {
      ++replays_;
      pair.close(false);
    } else if (passed_all && !pair.is_replay && (pair.request.ended || pair.answer.ended)) {
      pair.close(false);
    }
  }

  /// Takes what has come; false when that is where the connection is to be cut.
  bool take(Pair& pair, Flow& flow) {
    std::string bytes(16384, '\0');
    const ssize_t size = ::recv(flow.from, bytes.data(), bytes.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    flow.ended = size <= 0;
    if (flow.ended) return true;
    bytes.resize(static_cast<std::size_t>(size));
    const std::lock_guard lock(mutex_);
    if (pair.is_replay) {
      if (replay_answers_.size() < kHeldMax) replay_answers_ += bytes;
      return true;
    }
    const bool passes = &flow == &pair.request ? note_request(pair, bytes) : !pair.loses_answer;
    if (!passes) return false;
    const std::chrono::milliseconds spread = faults_.delay_max - std::min(faults_.delay_min, faults_.delay_max);
    const std::chrono::milliseconds delay(faults_.delay_min.count() + (spread.count() == 0 ? 0 : random_() % (spread.count() + 1)));
    hold(flow, std::move(bytes), delay);
    return true;
  }

  static void hold(Flow& flow, std::string bytes, std::chrono::milliseconds delay) {
    flow.held_bytes += bytes.size();
    flow.held.push_back({Clock::now() + delay, std::move(bytes)});
  }

  /// False when the request is to be lost. Requires: the mutex is held.
  bool note_request(Pair& pair, std::string_view bytes) {
    constexpr std::size_t kTextMax = 64;
    const auto says = [&](const std::string& text) {
      const std::size_t from = pair.sent.size() - std::min(pair.sent.size(), text.size());
      return !text.empty() && (pair.sent.substr(from) + std::string(bytes)).contains(text);
    };
    const bool is_lost = says(faults_.lost_request);
    pair.loses_answer = pair.loses_answer || says(faults_.lost_answer);
    if (is_lost || pair.loses_answer) {
      is_away_ = faults_.goes_away;
      faults_.lost_request = faults_.lost_answer = "";
    }
    if (is_lost) return false;
    pair.sent += bytes;
    if (pair.replay_after != SIZE_MAX && pair.sent.size() >= pair.replay_after) {
      to_replay_.push_back(pair.sent);
      pair.replay_after = SIZE_MAX;
    }
    if (pair.replay_after == SIZE_MAX && pair.sent.size() > kTextMax) pair.sent.erase(0, pair.sent.size() - kTextMax);
    return true;
  }

  /// Passes on what is due; false when the bytes until the cut are passed.
  static bool pass(Flow& flow) {
    while (!flow.held.empty() && flow.held.front().due <= Clock::now()) {
      std::string& bytes = flow.held.front().bytes;
      const std::size_t wanted = std::min(bytes.size(), flow.left);
      const ssize_t size = ::send(flow.to, bytes.data(), wanted, MSG_NOSIGNAL);
      if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        flow.held.front().due = Clock::now() + std::chrono::milliseconds(1);
        return true;
      }
      // An end that has gone: nothing more is passed this way.
      const std::size_t passed = size < 0 ? bytes.size() : static_cast<std::size_t>(size);
      flow.ended = flow.ended || size < 0;
      flow.held_bytes -= passed;
      if (flow.left != SIZE_MAX) flow.left -= std::min(passed, flow.left);
      passed == bytes.size() ? flow.held.pop_front() : static_cast<void>(bytes.erase(0, passed));
      if (flow.left == 0) return false;
    }
    // The server of a replay is to know that this was all.
    if (flow.held.empty() && flow.from < 0) ::shutdown(flow.to, SHUT_WR);
    return true;
  }

  const int target_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> cuts_ = 0, replays_ = 0, connections_ = 0;
  mutable std::mutex mutex_;
  Faults faults_;               // GUARDED_BY(mutex_)
  bool is_away_ = false;        // GUARDED_BY(mutex_)
  std::string replay_answers_;  // GUARDED_BY(mutex_)
  std::minstd_rand random_;     // the thread's, as all that follows
  std::list<Pair> pairs_;
  std::vector<std::string> to_replay_;
  std::thread thread_;
};

}  // namespace millrace::io
