// Which Millrace this is.
#pragma once

#include <string_view>

namespace millrace::app {

/// Of the program: "0.1.0".
std::string_view version();

}  // namespace millrace::app
