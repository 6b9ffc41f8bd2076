// `/processors`: how far each processor has come, and what is overdue (specification section 8).
#pragma once

#include <string_view>

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
  /// The processors outlive it.
  ProcessorPages(Processors& processors, std::chrono::milliseconds heartbeat) : processors_(processors), heartbeat_(heartbeat) {}

  Task<http::Response> handle(const http::Request& request) override;

 private:
  Task<http::Response> dispatch(const http::Request& request);
  std::optional<std::size_t> find(std::string_view name) const;
  Task<http::Response> list();
  Task<http::Response> show(std::size_t processor);

  Processors& processors_;
  const std::chrono::milliseconds heartbeat_;
};

}  // namespace millrace::app
