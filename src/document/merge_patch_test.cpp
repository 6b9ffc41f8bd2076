#include "document/merge_patch.hpp"

#include <gtest/gtest.h>

namespace millrace::document {
namespace {

struct Row {
  std::string_view target, patch, merged;
};

// RFC 7396, appendix A, in canonical text; then order, digits and depth.
constexpr Row kRows[] = {
    {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
    {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
    {R"({"a":"b"})", R"({"a":null})", R"({})"},
    {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
    {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
    {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
    {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
    {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
    {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
    {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
    {R"({"a":"foo"})", "null", "null"},
    {R"({"a":"foo"})", R"("bar")", R"("bar")"},
    {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
    {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
    {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
    {R"({"z":1,"a":{"x":45.20},"m":3})", R"({"n":[null],"a":{"y":1e400},"z":2})", R"({"z":2,"a":{"x":45.20,"y":1e400},"m":3,"n":[null]})"},
    {R"({"a":1})", R"({"a":{"b":null,"c":{"d":null}}})", R"({"a":{"c":{}}})"},
};

TEST(MergePatch, FollowsTheRfc) {
  for (const Row& row : kRows) EXPECT_EQ(merge_patch(row.target, row.patch), row.merged) << row.target << " with " << row.patch;
}

}  // namespace
}  // namespace millrace::document
