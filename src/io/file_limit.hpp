// How many files and sockets the process may have open.
#pragma once

namespace millrace::io {

/// Raises the limit as far as this user may: what most systems start a process with is for people, not for servers.
void raise_file_limit();

}  // namespace millrace::io
