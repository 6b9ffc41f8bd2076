// A type reference looked at from outside to inside, without copying it.
#pragma once

#include <span>

#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// The reference must outlive it. By default, and with a null `named`, it is no type.
struct TypeView {
  using Wrapper = TypeRef::Wrapper;

  const Type* named = nullptr;
  std::span<const Wrapper> wrappers;

  TypeView() = default;
  explicit TypeView(const Type* type) : named(type) {}
  explicit TypeView(const TypeRef& type) : named(type.named), wrappers(type.wrappers) {}
  TypeView(const Type* type, std::span<const Wrapper> rest) : named(type), wrappers(rest) {}

  explicit operator bool() const { return named != nullptr; }
  bool is_named() const { return wrappers.empty(); }
  bool is_non_null() const { return !wrappers.empty() && wrappers.front() == Wrapper::non_null; }
  bool is_list() const { return !wrappers.empty() && wrappers.front() == Wrapper::list; }
  /// The type inside the outermost wrapper. Requires: a wrapper.
  TypeView inner() const { return {named, wrappers.subspan(1)}; }
  /// Itself, or what its non-null wraps.
  TypeView nullable() const { return is_non_null() ? inner() : *this; }
  std::string to_string() const { return TypeRef{named, {wrappers.begin(), wrappers.end()}}.to_string(); }
};

}  // namespace millrace::graphql
