#include "app/terminal.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace millrace::app {

void print_line(std::string_view line) {
  fmt::print(stderr, "{}\n", line);
}

int print_error(const Error& error) {
  print_line(error.hint.empty() ? error.message : error.message + ' ' + error.hint);
  return 1;
}

std::string count_of(const std::vector<Problem>& problems) {
  return fmt::format("{} problem{} found.", problems.size(), problems.size() == 1 ? "" : "s");
}

int print_problems(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) print_line(to_string(problem));
  print_line(count_of(problems));
  return 1;
}

}  // namespace millrace::app
