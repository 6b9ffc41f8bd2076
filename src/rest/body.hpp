// What the bodies of requests may be.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

namespace millrace::rest {

/// Refuses what is not sent as one of the media types. A request without Content-Type is taken at its word.
Result<> expect_media_type(const http::Request& request, std::initializer_list<std::string_view> types);

}  // namespace millrace::rest
