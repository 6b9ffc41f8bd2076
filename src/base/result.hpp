// Result<T>, the TRY macros, and CHECK.
//
//   TRY(auto plan, make_plan(request));    declares plan, or returns the error from this function
//   TRY_OK(validate(plan));                the same for a Result<void>
//   CHECK(index < size);                   a failure that cannot happen; stays on in release builds
#pragma once

#include <expected>
#include <utility>

#include "base/error.hpp"

namespace millrace {

template <class T = void>
using Result = std::expected<T, Error>;

using Failure = std::unexpected<Error>;

/// Prints the condition and its place and aborts. For failures that cannot happen.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace millrace

#define MILLRACE_JOIN_(a, b) a##b
#define MILLRACE_JOIN(a, b) MILLRACE_JOIN_(a, b)
#define MILLRACE_TRY_(result, declaration, expression)            \
  auto result = (expression);                                     \
  if (!result) return std::unexpected(std::move(result).error()); \
  declaration = *std::move(result)
#define TRY(declaration, expression) MILLRACE_TRY_(MILLRACE_JOIN(try_result_, __COUNTER__), declaration, expression)
#define TRY_OK(expression) \
  if (auto try_ok = (expression); !try_ok) return std::unexpected(std::move(try_ok).error())

#define CHECK(condition) (static_cast<bool>(condition) ? void(0) : ::millrace::check_failed(#condition, __FILE__, __LINE__))
