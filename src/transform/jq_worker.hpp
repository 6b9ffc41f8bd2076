// The process that runs a service's jq programs: the same binary with another command (jq_frames.hpp).
//
// libjq cannot be stopped within one builtin, ends its process when memory ends, and overflows the stack of one that frees deeply nested
// values: an event must not be able to end the service. This process has nothing to lose; who uses it watches it.
#pragma once

namespace millrace::transform {

/// Whether a process was started to be one: main() then returns run_jq_worker() and does nothing else.
bool is_jq_worker(int argc, char** argv);

/// Until the socket ends. Gives the exit code.
int run_jq_worker();

}  // namespace millrace::transform
