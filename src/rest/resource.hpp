// The REST API of one entity (specification section 4): a function from a request to a response, over a store and a JSON Schema.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "document/filter.hpp"
#include "document/store.hpp"
#include "http/message.hpp"
#include "jsonschema/schema.hpp"

namespace millrace::rest {

struct ResourceOptions {
  std::string path;                            // "/raw-events/api"
  document::Store* store = nullptr;            // outlives the resource
  const jsonschema::Schema* schema = nullptr;  // outlives the resource; null: any object
  std::vector<std::string> fields;             // the top-level fields that the schema names; empty: any may be filtered by
  std::size_t list_limit = 100;                // documents of a list when the request does not say
  std::size_t list_limit_max = 10'000;
  std::size_t bulk_items_max = 1'000'000;
  bool immutable = false;  // no update, no delete
};

class Resource : public http::Handler {
 public:
  explicit Resource(ResourceOptions options);
  ~Resource() override;

  /// Answers every path at and below options.path.
  Task<http::Response> handle(const http::Request& request) override;

 private:
  Task<http::Response> dispatch(const http::Request& request, std::string_view below);
  Task<http::Response> create(const http::Request& request);
  Task<http::Response> list(const http::Request& request);
  Task<http::Response> read(const http::Request& request, std::string id);
  Task<http::Response> replace(const http::Request& request, std::string id);
  Task<http::Response> remove(const http::Request& request, std::string id);
  Task<http::Response> history(const http::Request& request, std::string id);

  ResourceOptions options_;
};

}  // namespace millrace::rest
