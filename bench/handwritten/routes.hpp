// The routes of the events example, written out: no config, no router, no query but the two that are asked.
#pragma once

#include <memory>

#include "bench/handwritten/events.hpp"
#include "http/message.hpp"

namespace millrace::handwritten {

/// For one loop. Answers as Millrace does, byte for byte:
///
///   GET  /raw-events/api/ID        the stored document
///   POST /raw-events/api           stores an event
///   POST /raw-events/graph         query ($id: ID!) { getById(id: $id) { id name data timestamp source } }
///   POST /processed-events/graph   query ($name: String!) { getByName(name: $name) {
///                                    id name processed_data status processing_time_ms rawEvent { id name data timestamp source } } }
///
/// Of a GraphQL request the variable alone is read: the route knows the query.
class Routes : public http::Handler {
 public:
  explicit Routes(std::shared_ptr<Events> events) : events_(std::move(events)) {}
  Task<http::Response> handle(const http::Request& request) override;

 private:
  Task<http::Response> read(std::string_view id);
  Task<http::Response> create(const http::Request& request);
  Task<http::Response> ask_by_id(const http::Request& request);
  Task<http::Response> ask_by_name(const http::Request& request);

  std::shared_ptr<Events> events_;
};

}  // namespace millrace::handwritten
