// `/processors`: how far each processor has come, and what is overdue (specification section 8).
#pragma once

#include <string_view>

#include "app/guards.hpp"
#include "app/processors.hpp"
#include "http/message.hpp"

namespace millrace::app {

inline constexpr std::string_view kProcessorsPath = "/processors";

/// Whether nothing else is served there.
bool has_processor_pages(const Model& model);

/// GET /processors               each of them
/// GET /processors/NAME          one, with its partitions and what is overdue
/// GET /processors/NAME/overdue  the events that are overdue now; with `after` or `follow` those that ever were, as they become so
class ProcessorPages : public http::Handler {
 public:
  /// The processors and guards outlive it. A processor is shown to those who may be told all of what became of its events.
  ProcessorPages(Processors& processors, const Guards& guards, std::chrono::milliseconds heartbeat)
      : processors_(processors), guards_(guards), heartbeat_(heartbeat) {}

  Task<http::Response> handle(const http::Request& request) override;

 private:
  Task<http::Response> dispatch(const http::Request& request);
  bool is_shown(std::size_t processor, const http::Request& request) const;
  std::optional<std::size_t> find(std::string_view name, const http::Request& request) const;
  Task<http::Response> list(const http::Request& request);
  Task<http::Response> show(std::size_t processor);

  Processors& processors_;
  const Guards& guards_;
  const std::chrono::milliseconds heartbeat_;
};

}  // namespace millrace::app
