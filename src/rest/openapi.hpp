// The OpenAPI 3.1 document of one entity's REST API, made of the table of operations and the entity's schema.
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"
#include "rest/resource.hpp"

namespace millrace::rest {

/// The document, for a service that clients reach at `origin`. Its first path is the API's own; operationIds are those of the operations.
std::string openapi_document(const ResourceOptions& options, std::string_view origin);

/// Serves it. Made once; what differs from request to request is the origin alone. Options and what they point to outlive it.
class OpenApiPage : public http::Handler {
 public:
  explicit OpenApiPage(const ResourceOptions& options);
  bool is_open(const http::Request&) const override { return true; }
  Task<http::Response> handle(const http::Request& request) override;

 private:
  std::string public_url_;
  std::string public_path_;
  std::string before_origin_;
  std::string after_origin_;
};

}  // namespace millrace::rest
