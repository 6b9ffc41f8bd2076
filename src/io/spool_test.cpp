#include "io/spool.hpp"

#include <gtest/gtest.h>

#include <random>

namespace millrace::io {
namespace {

TEST(Spool, GivesBackWhatWasWrittenHoweverItWasWrittenAndRead) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    Spool spool({.folder = testing::TempDir(), .memory_max = 1 + random() % 3000});
    std::string expected;
    for (std::size_t pieces = random() % 30; pieces > 0; --pieces) {
      std::string piece(random() % 20'000, '\0');
      for (char& c : piece) c = static_cast<char>(random());
      ASSERT_TRUE(spool.write(piece));
      expected += piece;
      if (random() % 2 && spool.is_ripe()) ASSERT_TRUE(spool.flush());
    }
    ASSERT_EQ(spool.size(), expected.size());
    Spool::Reader reader(spool);
    std::string seen;
    while (reader.left() > 0) {
      auto piece = reader.take(std::min<std::size_t>(reader.left(), random() % 100'000));
      ASSERT_TRUE(piece);
      seen += *piece;
    }
    ASSERT_TRUE(seen == expected) << round;
  }
}

TEST(Spool, HasNoFileForLittleAndRefusesTooMuch) {
  Spool spool({.folder = "/nowhere", .bytes_max = 10});
  EXPECT_TRUE(spool.write("0123456789"));
  EXPECT_FALSE(spool.is_ripe());
  EXPECT_TRUE(spool.is_in_memory());
  EXPECT_EQ(spool.write("x").error().code, "spool.full");
  EXPECT_EQ(*Spool::Reader(spool).take(10), "0123456789");
}

TEST(Spool, AFolderThatCannotBeIsAnError) {
  Spool spool({.folder = "/proc/nowhere"});
  ASSERT_TRUE(spool.write("x"));
  EXPECT_EQ(spool.flush().error().code, "spool.file");
}

}  // namespace
}  // namespace millrace::io
