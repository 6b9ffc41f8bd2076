// What SQLite's result codes mean to a client.
#pragma once

#include "base/error.hpp"

namespace millrace::store::sqlite {

/// The error for an extended result code.
Error failure_of(int extended_code);

}  // namespace millrace::store::sqlite
