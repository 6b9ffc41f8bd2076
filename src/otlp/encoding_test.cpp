#include "otlp/encoding.hpp"

#include <gtest/gtest.h>

#include "base/json/document.hpp"

namespace millrace::otlp {
namespace {

TEST(Encoding, IsWhatCollectorsTake) {
  const Trace trace{.high = 0x0af7651916cd43dd, .low = 0x8448eb211c80319c, .span = 0xb7ad6b7169203331, .parent = 1, .is_sampled = true};
  const observe::Span span{.trace = trace,
                           .name = "GET /x/{\"id\"}",
                           .kind = observe::SpanKind::server,
                           .start = {1'700'000'000'000'001},
                           .took = std::chrono::nanoseconds(1'500),
                           .attributes = {{"http.route", std::string("/x")}, {"http.response.status_code", std::int64_t{503}}},
                           .is_error = true};
  EXPECT_EQ(encode({"shop", "1.0", "i"}, {&span, 1}),
            R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},)"
            R"({"key":"service.version","value":{"stringValue":"1.0"}},{"key":"service.instance.id","value":{"stringValue":"i"}}]},)"
            R"("scopeSpans":[{"scope":{"name":"millrace"},"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c",)"
            R"("spanId":"b7ad6b7169203331","parentSpanId":"0000000000000001","name":"GET /x/{\"id\"}","kind":2,)"
            R"("startTimeUnixNano":"1700000000000001000","endTimeUnixNano":"1700000000000002500",)"
            R"("attributes":[{"key":"http.route","value":{"stringValue":"/x"}},)"
            R"({"key":"http.response.status_code","value":{"intValue":"503"}}],"status":{"code":2}}]}]}]})");
}

TEST(Encoding, LeavesOutWhatThereIsNot) {
  const observe::Span span{.trace = begin_trace(), .name = "x"};
  const std::string text = encode({}, {&span, 1});
  EXPECT_TRUE(json::parse(text).has_value()) << text;
  EXPECT_FALSE(text.contains("parentSpanId"));
  EXPECT_TRUE(text.contains(R"("attributes":[],"status":{})")) << text;
}

}  // namespace
}  // namespace millrace::otlp
