// Spans as a request of OTLP over HTTP has them, in JSON (opentelemetry-proto, trace/v1, and "JSON Protobuf Encoding").
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "observe/spans.hpp"

namespace millrace::otlp {

/// What all spans of a process have in common.
struct Resource {
  std::string service;
  std::string version;
  std::string instance;  // of no other process, ever
};

/// An ExportTraceServiceRequest.
std::string encode(const Resource& resource, std::span<const observe::Span> spans);

}  // namespace millrace::otlp
