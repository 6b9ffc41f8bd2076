// millrace_hocon_print FILE...: one line for each file, its canonical JSON or its problems.
//
// With a problem the line is "ERROR" and the problems, separated by " | ". One process for many files, so that comparing is quick.
#include <cstdio>

#include "hocon/parser.hpp"

namespace {

std::string line_of(const char* file) {
  const auto value = millrace::hocon::parse_file(file);
  if (value) return to_json(*value);
  std::string line = "ERROR";
  for (const millrace::Problem& problem : value.error()) line += " | " + millrace::to_string(problem);
  return line;
}

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) std::puts(line_of(arguments[i]).c_str());
  return 0;
}
