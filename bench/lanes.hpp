// Servers of the benchmark: a loop with its listener and its own handler on each thread, until SIGINT or SIGTERM.
#pragma once

#include <fmt/core.h>
#include <signal.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "http/server.hpp"
#include "io/loop.hpp"

namespace millrace::bench {

inline unsigned number(std::string_view digits) {
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

/// One loop with its listener, on a thread of its own. What uses others ends before them.
struct Lane {
  io::Loop loop;
  std::unique_ptr<http::Handler> handler;
  std::unique_ptr<http::Server> server;
  std::thread thread;
};

/// Makes the handler of a lane, before its loop runs.
using MakeHandler = std::function<std::unique_ptr<http::Handler>(io::Loop&)>;

/// The signals that end a server, blocked: serve() waits for them. Before anything starts a thread, which would take them.
inline sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// Serves with so many threads until a signal ends it; the exit code.
inline int serve(const http::ServerOptions& options, unsigned threads, const MakeHandler& make_handler) {
  const sigset_t signals = block_signals();
  std::vector<std::unique_ptr<Lane>> lanes;
  for (unsigned i = 0; i < threads; ++i) {
    Lane& lane = *lanes.emplace_back(std::make_unique<Lane>());
    lane.handler = make_handler(lane.loop);
    auto server = http::Server::listen(lane.loop, *lane.handler, options, i > 0);
    if (!server) {
      fmt::print(stderr, "{} {}\n", server.error().message, server.error().hint);
      lanes.pop_back();
      break;
    }
    lane.server = *std::move(server);
  }
  const bool listens = lanes.size() == threads;
  for (auto& lane : lanes)
    if (listens) lane->thread = std::thread([&loop = lane->loop] { loop.run(); });
  int signal = 0;
  if (listens) sigwait(&signals, &signal);
  for (auto& lane : lanes) lane->loop.stop();
  for (auto& lane : lanes)
    if (listens) lane->thread.join();
  return listens ? 0 : 1;
}

}  // namespace millrace::bench
