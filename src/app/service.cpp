#include "app/service.hpp"

#include <algorithm>
#include <thread>

#include "app/generation.hpp"
#include "http/cors.hpp"
#include "http/server.hpp"
#include "io/file_limit.hpp"
#include "io/loop.hpp"
#include "io/worker_pool.hpp"

namespace millrace::app {
namespace {

/// One thread that serves: a loop and its listener.
struct Lane {
  io::Loop loop;
  std::unique_ptr<http::Server> server;
  std::thread thread;
};

bool has_ended(const Lane& lane, const Generation& generation) {
  return lane.server->open_connections() == 0 && generation.is_idle();
}

/// Checks until every request of the lane has ended or the time is up, then stops the loop. On the lane's thread.
void drain(Lane& lane, const Generation& generation, std::chrono::steady_clock::time_point deadline) {
  if (has_ended(lane, generation) || std::chrono::steady_clock::now() >= deadline) return lane.loop.stop();
  lane.loop.after(std::chrono::milliseconds(20), [&lane, &generation, deadline] { drain(lane, generation, deadline); });
}

http::ServerOptions server_options(const Config& config, std::uint16_t port) {
  http::ServerOptions server;
  server.host = config.host;
  server.port = port;
  server.body_bytes_max = config.body_bytes_max;
  const LoadConfig& load = config.load;
  server.header_bytes_max = load.header_bytes;
  server.headers_max = load.headers;
  server.headers = http::kCorsHeaders;
  server.header_timeout = load.header_timeout;
  server.body_timeout = load.body_timeout;
  server.idle_timeout = load.idle_timeout;
  server.write_timeout = load.write_timeout;
  server.load = std::make_shared<http::Load>(
      http::Load::Limits{.connections_max = load.connections, .requests_max = load.requests, .body_bytes_max = load.bodies});
  return server;
}

}  // namespace

struct Service::State {
  ServiceOptions options;
  io::WorkerPool workers;
  std::unique_ptr<Generation> generation;
  std::vector<std::unique_ptr<Lane>> lanes;

  State(ServiceOptions options_in, std::size_t scans) : options(std::move(options_in)), workers({.queue_max = scans}) {}

  Result<> listen() {
    http::ServerOptions server = server_options(generation->model().config, options.port);
    const std::size_t count = options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i) {
      auto& lane = *lanes.emplace_back(std::make_unique<Lane>());
      TRY(lane.server, http::Server::listen(lane.loop, generation->front(), server, i > 0));
      server.port = lane.server->port();
    }
    for (auto& lane : lanes) lane->thread = std::thread([&loop = lane->loop] { loop.run(); });
    return {};
  }

  void join() {
    for (auto& lane : lanes)
      if (lane->thread.joinable()) lane->thread.join();
  }
};

Service::Service(std::unique_ptr<State> state) : state_(std::move(state)) {}

Service::~Service() {
  for (auto& lane : state_->lanes) lane->loop.stop();
  state_->join();
  state_->generation->halt();
  // Connections end before loops, with which ends what still waits for other servers; then the handlers that they call, and last stores.
  for (auto& lane : state_->lanes) lane->server.reset();
  state_->lanes.clear();
}

Result<std::unique_ptr<Service>> Service::start(Model model, ServiceOptions options) {
  io::raise_file_limit();
  auto state = std::make_unique<State>(std::move(options), model.config.load.scans);
  TRY(state->generation, Generation::make(std::move(model), {state->workers, state->options.embedded_folder, state->options.log}));
  TRY_OK(state->listen());
  state->generation->start();
  return std::unique_ptr<Service>(new Service(std::move(state)));
}

std::uint16_t Service::port() const {
  return state_->lanes.front()->server->port();
}
const Model& Service::model() const {
  return state_->generation->model();
}

bool Service::shut_down() {
  Generation& generation = *state_->generation;
  const std::chrono::milliseconds timeout = generation.model().config.shutdown_timeout;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  generation.end_feeds();
  for (auto& lane : state_->lanes) {
    lane->loop.post([&lane = *lane, &generation, deadline] {
      lane.server->stop_accepting();
      drain(lane, generation, deadline);
    });
  }
  constexpr std::chrono::milliseconds kSinksDrain{3'000};
  generation.stop_sinks(std::min(timeout, kSinksDrain));
  state_->join();
  generation.stop_processors(deadline);
  return std::ranges::all_of(state_->lanes, [&generation](const auto& lane) { return has_ended(*lane, generation); });
}

}  // namespace millrace::app
