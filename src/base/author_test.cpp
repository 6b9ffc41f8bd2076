#include "base/author.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Author, SaysWhatIsKnown) {
  const Principal ada{.subject = "ada \"the\" first"};
  const Trace trace{.high = 1, .low = 0xabc, .span = 7};
  EXPECT_EQ(to_text({}), "");
  EXPECT_EQ(to_text({.address = "::1"}), R"({"address":"::1"})");
  EXPECT_EQ(to_text({.principal = &ada, .address = "192.0.2.7", .trace = trace}),
            R"({"sub":"ada \"the\" first","address":"192.0.2.7","trace":"00000000000000010000000000000abc"})");
  EXPECT_EQ(to_text({.processor = "import"}), R"({"processor":"import"})");
}

TEST(Author, OfAResultGoesOnWithTheTrace) {
  EXPECT_EQ(author_of_result("p", ""), R"({"processor":"p"})");
  EXPECT_EQ(author_of_result("p", R"({"sub":"ada"})"), R"({"processor":"p"})");
  EXPECT_EQ(author_of_result("p", R"({"sub":"ada","trace":"00aa"})"), R"({"processor":"p","trace":"00aa"})");
}

TEST(Author, TellsTheTrace) {
  EXPECT_EQ(trace_id_of(""), "");
  EXPECT_EQ(trace_id_of(R"({"sub":"ada"})"), "");
  EXPECT_EQ(trace_id_of(R"({"sub":"ada","trace":"00aa"})"), "00aa");
}

}  // namespace
}  // namespace millrace
