// What commands say to whoever ran them. What a service that runs has to say goes to its log (observe/log.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/problem.hpp"

namespace millrace::app {

/// To stderr.
void print_line(std::string_view line);
/// With its hint. 1, the exit code.
int print_error(const Error& error);
/// "2 problems found."
std::string count_of(const std::vector<Problem>& problems);
/// Each, then how many. 1.
int print_problems(const std::vector<Problem>& problems);

}  // namespace millrace::app
