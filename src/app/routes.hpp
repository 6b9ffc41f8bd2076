// What a service answers: a handler for each of its paths.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/graph_bindings.hpp"
#include "app/guards.hpp"
#include "app/lifecycles.hpp"
#include "app/metrics_page.hpp"
#include "app/model.hpp"
#include "app/processors.hpp"
#include "app/sinks.hpp"
#include "app/storages.hpp"
#include "auth/gate.hpp"
#include "consumers/results.hpp"
#include "graphql/execution/engine.hpp"
#include "http/cors.hpp"
#include "http/router.hpp"
#include "io/worker_pool.hpp"

namespace millrace::app {

/// What handlers work with.
struct RouteParts {
  const Model& model;
  const Storages& storages;
  const Guards& guards;
  const Lifecycles& lifecycles;
  const GraphBindings& graphs;
  Processors& processors;
  const std::unique_ptr<Sinks>& sinks;
  auth::Authenticator* authenticator = nullptr;  // null: open to all
  io::WorkerPool& workers;
  observe::Instruments& instruments;
  http::Traffic& traffic;
  const http::Load& load;
  std::optional<std::filesystem::path> embedded_folder;
};

class Routes {
 public:
  /// The parts outlive it.
  explicit Routes(RouteParts parts);
  Routes(const Routes&) = delete;

  /// Mounts all that there is. Once.
  Result<> mount();

  /// What answers every request.
  http::Handler& front() { return cors_; }

  /// Whether nothing runs any more, requests included that were answered when their time was up.
  bool is_idle() const;

 private:
  Result<> mount_graphs();
  Result<> mount_endpoint(const std::string& path, const std::shared_ptr<const graphql::Schema>& schema, const graphql::Bindings& own,
                          std::string settings);
  Result<> mount_restlettes();
  Result<> mount_status_pages();
  Result<> mount_sinks();
  Result<> mount_metrics();
  Result<> mount_pages();
  std::string public_url() const;
  std::filesystem::path spool_folder() const;
  std::vector<consumers::Target> result_targets() const;
  template <class Handler, class... Arguments>
  Handler& add_handler(Arguments&&... arguments);

  const RouteParts parts_;
  std::vector<std::unique_ptr<graphql::Engine>> engines_;
  std::vector<std::unique_ptr<http::Handler>> handlers_;
  std::vector<MetricsParts::Consumed> consumed_;
  const MetricsPage* metrics_ = nullptr;
  http::Router router_;
  std::optional<auth::Gate> gate_;
  http::Cors cors_;  // in front of everything
};

}  // namespace millrace::app
