#include "sink/message.hpp"

#include <gtest/gtest.h>

namespace millrace::sink {
namespace {

processing::Event event_of(bool deleted) {
  auto documents = std::make_shared<document::Documents>();
  documents->add("a \"b\"", deleted ? "" : R"({"n":1})", {3, 17, Instant{1'000'000}, deleted});
  return {documents, 0};
}

TEST(Message, HasItsDocumentAsBodyAndTheRestInHeaders) {
  const auto event = event_of(false);
  EXPECT_EQ(body_of(event), R"({"id":"a \"b\"","n":1})");
  const auto headers = headers_of("raw-events", event);
  const std::array<Header, 6> expected{{{"millrace-entity", "raw-events"},
                                        {"millrace-position", "17"},
                                        {"millrace-id", "a \"b\""},
                                        {"millrace-version", "3"},
                                        {"millrace-recorded-at", "1970-01-01T00:00:01.000000Z"},
                                        {"millrace-deleted", "false"}}};
  EXPECT_EQ(headers, expected);
}

TEST(Message, HasNoBodyWhereTheDocumentWasDeleted) {
  const auto event = event_of(true);
  EXPECT_EQ(body_of(event), "");
  EXPECT_EQ(headers_of("raw-events", event)[5].second, "true");
}

TEST(Message, IsKnownByEntityAndPosition) {
  EXPECT_EQ(message_id("raw-events", 17), "raw-events 17");
  EXPECT_EQ(position_in("raw-events 17", "raw-events"), 17u);
  for (const char* other : {"", "raw-events", "raw-events ", "raw-events 17x", "raw-events x", "events 17", "raw-events2 17",
                            "raw-events  17", "raw-events -1", "raw-events 99999999999999999999"})
    EXPECT_EQ(position_in(other, "raw-events"), 0u) << other;
}

}  // namespace
}  // namespace millrace::sink
