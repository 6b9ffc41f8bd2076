// What the system says about this process, by the names that Prometheus has for it.
#pragma once

#include "observe/registry.hpp"

namespace millrace::observe {

/// What cannot be found out is left out.
void collect_process(Samples& samples);

}  // namespace millrace::observe
