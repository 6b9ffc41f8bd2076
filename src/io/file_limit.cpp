#include "io/file_limit.hpp"

#include <sys/resource.h>

namespace millrace::io {

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);  // else it stays as it is, and accepting ends earlier
}

}  // namespace millrace::io
