// Why something is not taken: for the log alone. Whoever sent it is not told.
#pragma once

#include <expected>
#include <string_view>

namespace millrace::auth {

struct Refused {
  std::string_view why;  // a literal, without anything that was sent
};

template <class T>
using Checked = std::expected<T, Refused>;

inline std::unexpected<Refused> refused(std::string_view why) {
  return std::unexpected(Refused{why});
}

}  // namespace millrace::auth
