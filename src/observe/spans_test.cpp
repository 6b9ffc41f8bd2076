#include "observe/spans.hpp"

#include <gtest/gtest.h>

namespace millrace::observe {
namespace {

constexpr std::string_view kSampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::string_view kNotSampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

TEST(Spans, AreNotThereWhereNobodyTakesThem) {
  const Spans spans;
  const Trace trace = spans.begin(kSampled);
  EXPECT_FALSE(spans.keeps(trace));
  EXPECT_EQ(trace.traceparent(), kSampled);
  EXPECT_EQ(spans.child(trace).traceparent(), kSampled);
  EXPECT_FALSE(spans.begin({}).is_sampled);
}

TEST(Spans, AreAsWhoeverBeganTheTraceWantsThem) {
  Spans spans;
  spans.open({.sample = 0});
  EXPECT_TRUE(spans.keeps(spans.begin(kSampled)));
  EXPECT_FALSE(spans.keeps(spans.begin({})));
  spans.open({.sample = 1});
  EXPECT_FALSE(spans.keeps(spans.begin(kNotSampled)));
  EXPECT_EQ(spans.begin(kNotSampled).traceparent(), kNotSampled);
  EXPECT_TRUE(spans.keeps(spans.begin({})));
}

TEST(Spans, HangTogether) {
  Spans spans;
  spans.open({});
  const Trace trace = spans.begin(kSampled);
  EXPECT_EQ(to_span_id(trace.parent), "b7ad6b7169203331");
  EXPECT_NE(trace.span, trace.parent);
  const Trace child = spans.child(trace);
  EXPECT_EQ(child.parent, trace.span);
  EXPECT_EQ(child.id(), trace.id());
}

TEST(Spans, RejoinATraceLongAfter) {
  Spans spans;
  spans.open({});
  const Trace trace = spans.rejoin("0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace.id(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace.parent, 0u);
  EXPECT_TRUE(spans.keeps(trace));
  spans.open({.sample = 0.5});
  for (int i = 0; i < 100; ++i) {
    const Trace begun = spans.begin({});
    EXPECT_EQ(spans.keeps(spans.rejoin(begun.id())), spans.keeps(begun));
  }
  EXPECT_NE(spans.rejoin("nothing").id(), spans.rejoin("").id());
}

TEST(Spans, AreAShareOfWhatBegins) {
  Spans spans;
  spans.open({.sample = 0.25});
  int kept = 0;
  for (int i = 0; i < 4'000; ++i) kept += spans.keeps(spans.begin({})) ? 1 : 0;
  EXPECT_GT(kept, 800);
  EXPECT_LT(kept, 1'200);
}

TEST(Spans, AreDroppedWhereThereIsNoRoom) {
  Spans spans;
  spans.open({.kept = 3});
  for (int i = 0; i < 5; ++i) spans.record({.trace = spans.begin({}), .name = "x"});
  EXPECT_EQ(spans.dropped(), 2u);
  EXPECT_EQ(spans.take(2).size(), 2u);
  EXPECT_EQ(spans.waiting(), 1u);
  spans.close();
  EXPECT_EQ(spans.dropped(), 3u);
  EXPECT_TRUE(spans.take(10).empty());
}

}  // namespace
}  // namespace millrace::observe
