// Requests that change nothing: a list, a document, many, a history.
#pragma once

#include "http/message.hpp"
#include "rest/resource.hpp"

namespace millrace::rest {

Task<http::Response> list_documents(const ResourceOptions& options, const Fields& fields, const http::Request& request);
Task<http::Response> read_one(const ResourceOptions& options, const http::Request& request, std::string id);
/// `/bulk?ids=a,b`: those that are there, in the order asked.
Task<http::Response> read_many(const ResourceOptions& options, const http::Request& request);
Task<http::Response> read_history(const ResourceOptions& options, const http::Request& request, std::string id);
Task<http::Response> read_lifecycle(const ResourceOptions& options, const http::Request& request, std::string id);

}  // namespace millrace::rest
