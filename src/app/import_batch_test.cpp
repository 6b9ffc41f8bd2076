#include "app/import_batch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/json/document.hpp"

namespace millrace::app {
namespace {

TEST(ImportReader, GivesIdsThatFollowFromTheLine) {
  const std::string text = "{\"name\":\"a\"}\n\n{\"id\":\"own\"}\nnonsense\n{\"name\":\"a\"}\n{}";
  std::string bodies[2];
  for (std::string& body : bodies) {
    std::istringstream stream(text);
    ImportReader reader(stream, {.target = "/x/api", .batch_lines = 100});
    ImportBatch batch = reader.next();
    EXPECT_THAT(batch.lines, testing::ElementsAre(1, 3, 4, 5, 6));
    EXPECT_TRUE(reader.next().lines.empty());
    body = batch.body;
  }
  EXPECT_EQ(bodies[0], bodies[1]);
  EXPECT_THAT(bodies[0], testing::HasSubstr("\n{\"id\":\"own\"}\nnonsense\n"));
  const std::size_t first = bodies[0].find("\"id\":\""), last = bodies[0].rfind("\"id\":\"");
  EXPECT_NE(bodies[0].substr(first, 42), bodies[0].substr(last, 42)) << "equal lines at other places are other documents";
}

TEST(ImportReader, SplitsIntoBatches) {
  std::istringstream stream("{}\n{}\n{}\n");
  ImportReader reader(stream, {.target = "t", .makes_ids = false, .batch_lines = 2});
  EXPECT_EQ(reader.next().body, "{}\n{}\n");
  EXPECT_EQ(reader.next().body, "{}\n");
  EXPECT_EQ(reader.next().body, "");
  EXPECT_EQ(reader.lines_read(), 3u);
}

TEST(CountResults, SortsOutWhatBecameOfEachLine) {
  ImportBatch batch{"", {4, 5, 9}};
  ImportCounts counts;
  std::string reported;
  auto report = [&](std::uint64_t line, std::string_view message) { reported += fmt::format("{}: {}\n", line, message); };
  auto counted = count_results(
      batch,
      R"([{"index":0,"status":201,"document":{}},{"index":1,"status":409,"problem":{"status":409,"code":"document.repeated","error":"There."}},)"
      R"({"index":2,"status":422,"problem":{"status":422,"error":"No.","errors":[{"path":"/a","message":"x"},{"path":"/b","message":"y"}]}}])",
      counts, report);
  ASSERT_TRUE(counted.has_value());
  EXPECT_EQ(counts.stored, 1u);
  EXPECT_EQ(counts.already_there, 1u);
  EXPECT_EQ(counts.refused, 1u);
  EXPECT_EQ(reported, "9: No. /a: x. /b: y.\n");
  EXPECT_FALSE(count_results(batch, "[]", counts, report).has_value());
  EXPECT_FALSE(count_results(batch, "busy", counts, report).has_value());
}

}  // namespace
}  // namespace millrace::app
