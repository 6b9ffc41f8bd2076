#include "transform/jq_problems.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace millrace::transform {
namespace {

/// "LINE:COLUMN MESSAGE" of each problem of a program.
std::vector<std::string> problems_of(const std::string& program) {
  std::vector<std::string> lines;
  const auto problems = check_programs({.transform = program});
  for (const JqProblem& problem : problems.value()) {
    EXPECT_EQ(problem.program, "transform");
    lines.push_back(fmt::format("{}:{} {}", problem.line, problem.column, problem.message));
  }
  return lines;
}
using Lines = std::vector<std::string>;

TEST(JqProblems, AreAtTheirPlacesInTheProgram) {
  EXPECT_EQ(problems_of("{a: .b}"), Lines{});
  EXPECT_EQ(problems_of(".a |\n foo(1)+$bar"), (Lines{"2:2 foo/1 is not defined.", "2:9 $bar is not defined."}));
  EXPECT_EQ(problems_of(".a | | .b"), Lines{"1:6 syntax error, unexpected '|'."});
  EXPECT_EQ(problems_of("# é\n{a:1"), Lines{"2:4 syntax error, unexpected end of the program, expecting '}'."});
  EXPECT_EQ(problems_of("\"é\" + foo"), Lines{"1:7 foo/0 is not defined."});
  EXPECT_EQ(problems_of("  {(1): 2}  \n"), Lines{"1:4 Cannot use number (1) as object key."});
  EXPECT_EQ(problems_of("import \"a\" as a; a::f"), Lines{"0:0 import and include are not for programs that run here."});
  EXPECT_EQ(problems_of(std::string("a\0b", 3)), Lines{"0:0 A program cannot have the character NUL."});
}

TEST(JqProblems, OfAllProgramsAreFoundAtOnce) {
  const auto problems = check_programs({.where = "a", .key = "b", .transform = "."}).value();
  ASSERT_EQ(problems.size(), 2);
  EXPECT_EQ(problems[0].program, "where");
  EXPECT_EQ(problems[1].program, "key");
}

TEST(JqProblems, MessagesWithoutAPlaceAreKept) {
  EXPECT_FALSE(read_problem("jq: 1 compile error", "."));
  EXPECT_EQ(read_problem("jq: error: odd", ".")->message, "odd.");
  EXPECT_EQ(read_problem("jq: error: odd at <top-level>, line 7:\nwhat", ".")->column, 0);
  EXPECT_EQ(read_problem("jq: error: odd at <top-level>, line 99999999999999999999999:", ".")->line, 0);
}

}  // namespace
}  // namespace millrace::transform
