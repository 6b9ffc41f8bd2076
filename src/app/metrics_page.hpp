// /metrics: what is counted, and what is true at the moment (docs/observability.md).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/processors.hpp"
#include "app/sinks.hpp"
#include "consumers/consumers.hpp"
#include "document/feed.hpp"
#include "federation/remote/target.hpp"
#include "http/load.hpp"
#include "http/message.hpp"
#include "observe/instruments.hpp"

namespace millrace::app {

inline constexpr std::string_view kMetricsPath = "/metrics";

/// What is looked at; all outlives the page.
struct MetricsParts {
  struct Entity {
    std::string name;
    document::Feed* feed;
  };
  struct Consumed {
    std::string path;  // of the REST API
    consumers::Consumers* consumers;
  };
  observe::Instruments& instruments;
  const http::Load& load;
  std::vector<Entity> entities;
  std::vector<Consumed> consumed;
  Processors& processors;
  const std::unique_ptr<Sinks>& sinks;
  const Model& model;
  std::vector<std::shared_ptr<const federation::RemoteTarget>> targets;
  bool is_open = true;  // to who has no credentials, where they are required
};

class MetricsPage : public http::Handler {
 public:
  explicit MetricsPage(MetricsParts parts);
  ~MetricsPage() override;
  http::Intake intake(const http::Request&) const override { return {.under_overload = true}; }
  bool is_open(const http::Request&) const override { return parts_.is_open; }
  /// A storage that does not answer soon holds nothing up: what it would say is missing.
  Task<http::Response> handle(const http::Request& request) override;

  /// Whether no storage is being asked: one that was slow may be after the answer.
  bool is_idle() const;

 private:
  struct Look;  // asks for something of which it is not known how long it takes
  void add_looks();
  void collect_here(observe::Samples& samples) const;

  const MetricsParts parts_;
  std::vector<std::unique_ptr<Look>> looks_;
};

}  // namespace millrace::app
