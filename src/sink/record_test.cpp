#include "sink/record.hpp"

#include <gtest/gtest.h>

namespace millrace::sink {
namespace {

TEST(SinkRecord, IsReadAsItWasWritten) {
  const Record record{"one", 3, 17, 15, "It \"said\"\nno.", "2026-11-26T12:00:00.000000Z"};
  const Record read = read_record(to_text(record));
  EXPECT_EQ(read.owner, record.owner);
  EXPECT_EQ(read.fence, 3u);
  EXPECT_EQ(read.position, 17u);
  EXPECT_EQ(read.published, 15u);
  EXPECT_EQ(read.error, record.error);
  EXPECT_EQ(read.error_at, record.error_at);
}

TEST(SinkRecord, IsEmptyWhereTheTextIsNone) {
  for (const char* text : {"", "[]", "{", R"({"position":"17","owner":4,"fence":-1})"}) {
    const Record read = read_record(text);
    EXPECT_EQ(read.owner, "") << text;
    EXPECT_EQ(read.position, 0u) << text;
    EXPECT_EQ(read.fence, 0u) << text;
  }
}

}  // namespace
}  // namespace millrace::sink
