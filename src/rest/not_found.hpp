// The error for a document that is not there.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "base/error.hpp"

namespace millrace::rest {

inline Error not_found(std::string_view id) {
  return {ErrorKind::not_found, "document.not_found", fmt::format("There is no document with the id \"{}\".", id)};
}

}  // namespace millrace::rest
