#include "otlp/encoding.hpp"

#include <fmt/format.h>

#include <iterator>

#include "base/json/canonical.hpp"

namespace millrace::otlp {
namespace {

constexpr int kErrorStatus = 2;

/// 64-bit integers are strings there.
void append_attribute(std::string& out, const observe::Attribute& attribute) {
  if (!out.ends_with('[')) out += ',';
  out += "{\"key\":";
  json::append_string(out, attribute.first);
  out += ",\"value\":{";
  if (const auto* const number = std::get_if<std::int64_t>(&attribute.second)) {
    fmt::format_to(std::back_inserter(out), "\"intValue\":\"{}\"", *number);
  } else {
    out += "\"stringValue\":";
    json::append_string(out, std::get<std::string>(attribute.second));
  }
  out += "}}";
}

void append_span(std::string& out, const observe::Span& span) {
  const std::int64_t start = span.start.microseconds * 1'000;
  fmt::format_to(std::back_inserter(out), R"({{"traceId":"{}","spanId":"{}",)", span.trace.id(), to_span_id(span.trace.span));
  if (span.trace.parent != 0) fmt::format_to(std::back_inserter(out), R"("parentSpanId":"{}",)", to_span_id(span.trace.parent));
  out += "\"name\":";
  json::append_string(out, span.name);
  fmt::format_to(std::back_inserter(out), R"(,"kind":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[)",
                 static_cast<int>(span.kind), start, start + span.took.count());
  for (const observe::Attribute& attribute : span.attributes) append_attribute(out, attribute);
  fmt::format_to(std::back_inserter(out), R"(],"status":{{{}}}}})", span.is_error ? fmt::format(R"("code":{})", kErrorStatus) : "");
}

}  // namespace

std::string encode(const Resource& resource, std::span<const observe::Span> spans) {
  std::string out = R"({"resourceSpans":[{"resource":{"attributes":[)";
  append_attribute(out, {"service.name", resource.service});
  append_attribute(out, {"service.version", resource.version});
  append_attribute(out, {"service.instance.id", resource.instance});
  out += R"(]},"scopeSpans":[{"scope":{"name":"millrace"},"spans":[)";
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (i > 0) out += ',';
    append_span(out, spans[i]);
  }
  return out += "]}]}]}";
}

}  // namespace millrace::otlp
