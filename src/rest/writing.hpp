// Requests that change one document.
#pragma once

#include "http/message.hpp"
#include "rest/resource.hpp"

namespace millrace::rest {

Task<http::Response> create_one(const ResourceOptions& options, const http::Request& request);
Task<http::Response> replace_one(const ResourceOptions& options, const http::Request& request, std::string id);
Task<http::Response> patch_one(const ResourceOptions& options, const http::Request& request, std::string id);
Task<http::Response> remove_one(const ResourceOptions& options, const http::Request& request, std::string id);

}  // namespace millrace::rest
