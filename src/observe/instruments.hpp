// What a process tells of itself, in one hand: given to all that has something to tell, and outliving it.
#pragma once

#include "observe/log.hpp"
#include "observe/registry.hpp"
#include "observe/spans.hpp"

namespace millrace::observe {

struct Instruments {
  Registry metrics;
  Log log;
  Spans spans;
};

}  // namespace millrace::observe
