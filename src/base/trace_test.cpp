#include "base/trace.hpp"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

constexpr std::string_view kGiven = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Trace, GoesOnWhereItCameFrom) {
  const Trace trace = continue_trace(kGiven);
  EXPECT_EQ(trace.id(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(to_span_id(trace.parent), "00f067aa0ba902b7");
  EXPECT_TRUE(trace.is_sampled);
  EXPECT_NE(trace.span, trace.parent);
  const Trace child = trace.child();
  EXPECT_EQ(child.id(), trace.id());
  EXPECT_EQ(child.parent, trace.span);
  EXPECT_EQ(continue_trace(child.traceparent()).parent, child.span);
  EXPECT_EQ(child.traceparent().size(), kGiven.size());
}

TEST(Trace, BeginsAnewWhereNoneCame) {
  const std::string given(kGiven);
  for (const std::string& text : {std::string(), std::string("00"), "ff" + given.substr(2), given + "-00", given + "x",
                                  "00-" + std::string(32, '0') + given.substr(35), given.substr(0, 36) + std::string(16, '0') + "-01",
                                  "00-4BF92F3577B34DA6A3CE929D0E0E4736" + given.substr(35), "0g" + given.substr(2),
                                  given.substr(0, 35) + "_" + given.substr(36), "cc" + given.substr(2) + "x"}) {
    const Trace trace = continue_trace(text);
    EXPECT_TRUE(trace) << text;
    EXPECT_EQ(trace.parent, 0U) << text;
    EXPECT_NE(trace.id(), "4bf92f3577b34da6a3ce929d0e0e4736") << text;
  }
  EXPECT_FALSE(Trace{});
}

TEST(Trace, ALaterVersionMaySayMore) {
  const std::string later = "cc" + std::string(kGiven.substr(2)) + "-more";
  EXPECT_EQ(to_span_id(continue_trace(later).parent), "00f067aa0ba902b7");
}

}  // namespace
}  // namespace millrace
