#include "app/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <latch>
#include <mutex>
#include <thread>

#include "app/generation.hpp"
#include "app/version.hpp"
#include "base/id.hpp"
#include "http/cors.hpp"
#include "http/server.hpp"
#include "io/file_limit.hpp"
#include "io/loop.hpp"
#include "io/worker_pool.hpp"
#include "otlp/exporter.hpp"

namespace millrace::app {
namespace {

constexpr std::chrono::milliseconds kSinksDrain{3'000};
// What a connection has for one more request before it is closed: longer than a client waits that connects again.
constexpr std::chrono::milliseconds kIdlePatience{1'500};

/// One thread that serves: a loop and its listener.
struct Lane {
  io::Loop loop;
  std::unique_ptr<http::Server> server;
  std::thread thread;
};

/// A generation, and which lanes still have requests of it.
struct Serving {
  std::unique_ptr<Generation> generation;
  std::vector<std::weak_ptr<http::Handler>> held = {};

  /// What one lane holds while it gives the generation requests, and each of its requests. Of its own, so that lanes do not count together.
  std::shared_ptr<http::Handler> hold() {
    std::shared_ptr<http::Handler> holder(&generation->front(), [](http::Handler*) {});
    held.push_back(holder);
    return holder;
  }
  bool is_unused() const {
    return std::ranges::all_of(held, [](const auto& holder) { return holder.expired(); }) && generation->is_idle();
  }
};

http::Load::Limits load_limits(const LoadConfig& load) {
  return {.connections_max = load.connections, .requests_max = load.requests, .body_bytes_max = load.bodies};
}

http::ServerOptions server_options(const Config& config, std::uint16_t port) {
  http::ServerOptions server;
  server.host = config.host;
  server.port = port;
  server.body_bytes_max = config.body_bytes_max;
  const LoadConfig& load = config.load;
  server.header_bytes_max = load.header_bytes;
  server.headers_max = load.headers;
  server.headers = http::cors_headers(config.cors);
  server.proxies = config.proxies;
  server.header_timeout = load.header_timeout;
  server.body_timeout = load.body_timeout;
  server.idle_timeout = load.idle_timeout;
  server.write_timeout = load.write_timeout;
  return server;
}

otlp::ExporterOptions exporter_options(const TracesConfig& traces) {
  return {.endpoint = traces.endpoint,
          .headers = traces.headers,
          .resource = {.service = traces.service, .version = std::string(version()), .instance = make_uuid7()},
          .limits = traces.limits,
          .batch_max = traces.batch_max,
          .interval = traces.interval,
          .timeout = traces.timeout};
}

}  // namespace

struct Service::State {
  ServiceOptions options;
  const std::string host;    // as the first config had them
  const std::uint16_t port;  // the same
  io::WorkerPool workers;
  std::shared_ptr<http::Load> load;
  std::shared_ptr<http::Traffic> traffic;
  Serving now;
  std::vector<Serving> replaced;
  std::vector<std::unique_ptr<Lane>> lanes;
  std::unique_ptr<otlp::Exporter> exporter;  // null: spans are not exported
  std::optional<TracesConfig> exported = {};

  State(ServiceOptions options_in, const Config& first)
      : options(std::move(options_in)),
        host(first.host),
        port(first.port),
        workers({.queue_max = first.load.scans}),
        load(std::make_shared<http::Load>(load_limits(first.load))),
        traffic(std::make_shared<http::Traffic>(*options.instruments)) {}

  const Config& config() const { return now.generation->model().config; }
  GenerationContext context() { return {workers, options.embedded_folder, *options.instruments, *traffic, *load}; }
  void log(std::string_view line) const { options.instruments->log.write(observe::Module::service, observe::Level::warn, line); }

  /// What is told from now on, and to whom.
  void observe() {
    const ObserveConfig& wanted = config().observe;
    options.instruments->log.configure(wanted.logs);
    if (wanted.traces == exported) return;
    exporter.reset();
    if (wanted.traces) exporter = std::make_unique<otlp::Exporter>(*options.instruments, exporter_options(*wanted.traces));
    exported = wanted.traces;
  }

  Result<> listen() {
    http::ServerOptions server = server_options(config(), options.port);
    server.load = load;
    server.traffic = traffic;
    const std::size_t count = options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i) {
      auto& lane = *lanes.emplace_back(std::make_unique<Lane>());
      TRY(lane.server, http::Server::listen(lane.loop, now.hold(), server, options.shares_port || i > 0));
      server.port = lane.server->port();
    }
    for (auto& lane : lanes) lane->thread = std::thread([&loop = lane->loop] { loop.run(); });
    return {};
  }

  /// Lets every lane do something, and waits for all of them.
  void on_lanes(const std::function<void(Lane&)>& work) {
    std::latch done(static_cast<std::ptrdiff_t>(lanes.size()));
    for (auto& lane : lanes)
      lane->loop.post([&lane = *lane, &work, &done] {
        work(lane);
        done.count_down();
      });
    done.wait();
  }

  /// While no lane runs anything: what they have of their own in a generation is not theirs then.
  void destroy(std::unique_ptr<Generation> generation) {
    generation->halt();
    std::latch waiting(static_cast<std::ptrdiff_t>(lanes.size()));
    std::latch destroyed(1);
    std::thread destroying([&] {
      waiting.wait();
      generation.reset();
      destroyed.count_down();
    });
    on_lanes([&](Lane&) {
      waiting.count_down();
      destroyed.wait();
    });
    destroying.join();
  }

  /// From the next request on.
  void serve_now() {
    workers.set_queue_max(config().load.scans);
    load->set_limits(load_limits(config().load));
    http::ServerOptions server = server_options(config(), options.port);
    server.load = load;
    std::mutex mutex;
    on_lanes([&](Lane& lane) {
      const std::lock_guard lock(mutex);
      lane.server->replace(now.hold(), server);
    });
  }

  bool is_idle() const {
    return now.generation->is_idle() && std::ranges::all_of(replaced, [](const Serving& one) { return one.generation->is_idle(); });
  }
  bool has_ended(const Lane& lane) const { return !lane.server->is_accepting() && lane.server->open_connections() == 0 && is_idle(); }

  /// Checks until every request of the lane has ended or the time is up, then stops the loop. On the lane's thread.
  void drain(Lane& lane, std::chrono::steady_clock::time_point deadline) const {
    if (has_ended(lane) || std::chrono::steady_clock::now() >= deadline) return lane.loop.stop();
    lane.loop.after(std::chrono::milliseconds(20), [this, &lane, deadline] { drain(lane, deadline); });
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
  state_->now.generation->halt();
  for (Serving& one : state_->replaced) one.generation->halt();
  // Connections end before loops, with which ends what still waits for other servers; then the handlers that they call, and last stores.
  for (auto& lane : state_->lanes) lane->server.reset();
  state_->lanes.clear();
}

Result<std::unique_ptr<Service>> Service::start(Model model, ServiceOptions options) {
  io::raise_file_limit();
  auto state = std::make_unique<State>(std::move(options), model.config);
  TRY(state->now.generation, Generation::make(std::move(model), state->context()));
  state->observe();
  TRY_OK(state->listen());
  state->now.generation->start();
  return std::unique_ptr<Service>(new Service(std::move(state)));
}

std::uint16_t Service::port() const {
  return state_->lanes.front()->server->port();
}
const Model& Service::model() const {
  return state_->now.generation->model();
}

Result<> Service::reload(Model model) {
  State& own = *state_;
  TRY(auto next, Generation::make(std::move(model), own.context(), own.now.generation.get()));
  Serving old = std::exchange(own.now, Serving{std::move(next)});
  if (own.config().host != own.host || own.config().port != own.port)
    own.log(fmt::format("Another host or port takes a restart: it stays {}:{}.", own.host, port()));
  for (const std::string& name : old.generation->lost_to(*own.now.generation))
    own.log(fmt::format("{}: was in memory and is no longer in the config; what was in it is gone.", name));
  own.observe();
  own.serve_now();
  old.generation->end_feeds();
  const std::chrono::milliseconds patience = old.generation->model().config.shutdown_timeout;
  old.generation->stop_sinks(std::min(patience, kSinksDrain));
  old.generation->stop_processors(std::chrono::steady_clock::now() + patience);
  own.now.generation->start();
  own.replaced.push_back(std::move(old));
  return {};
}

bool Service::free_replaced() {
  std::vector<Serving>& replaced = state_->replaced;
  std::erase_if(replaced, [this](Serving& one) {
    const bool is_unused = one.is_unused();
    if (is_unused) state_->destroy(std::move(one.generation));
    return is_unused;
  });
  return !replaced.empty();
}

bool Service::shut_down() {
  State& own = *state_;
  const std::chrono::milliseconds timeout = own.config().shutdown_timeout;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const std::chrono::milliseconds patience = std::min(timeout / 2, kIdlePatience);
  own.now.generation->end_feeds();
  for (auto& lane : own.lanes) {
    lane->loop.post([&own, &lane = *lane, deadline, patience] {
      lane.server->stop_accepting(patience, own.options.shares_port);
      own.drain(lane, deadline);
    });
  }
  own.now.generation->stop_sinks(std::min(timeout, kSinksDrain));
  own.join();
  own.now.generation->stop_processors(deadline);
  own.exporter.reset();
  return std::ranges::all_of(own.lanes, [&own](const auto& lane) { return own.has_ended(*lane); });
}

}  // namespace millrace::app
