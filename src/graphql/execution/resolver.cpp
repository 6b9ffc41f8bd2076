#include "graphql/execution/resolver.hpp"

#include <algorithm>

namespace millrace::graphql {

std::string_view ArgumentValues::find(std::string_view name) const {
  for (const auto& [key, value] : values_)
    if (key == name) return value;
  return {};
}

std::uint32_t Resolved::add_value(std::string_view value, const Type* type) {
  values_.push_back(value);
  if (type != nullptr) {
    types_.resize(values_.size(), nullptr);
    types_.back() = type;
  }
  return static_cast<std::uint32_t>(values_.size() - 1);
}

void Resolved::give_error(Error error, std::string extensions) {
  outcomes_.push_back({Kind::error, static_cast<std::uint32_t>(errors_.size()), 0});
  errors_.push_back({.error = std::move(error), .extensions = std::move(extensions)});
}

std::span<const ErrorBelow> Resolved::errors_below(std::uint32_t value) const {
  if (below_.empty()) return {};
  const auto found = std::ranges::equal_range(below_, value, {}, &ErrorBelow::value);
  return {found.begin(), found.end()};
}

Task<std::vector<Resolved>> GroupResolver::resolve(std::span<const FieldCall> calls) {
  std::vector<Resolved> resolved(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::uint32_t object = resolved[i].add_value("{}");
    for (std::size_t parent = 0; parent < calls[i].parents; ++parent) resolved[i].give_value(object);
  }
  co_return std::move(resolved);
}

namespace {

std::string binding_key(std::string_view type, std::string_view field) {
  std::string key;
  key.reserve(type.size() + field.size() + 1);
  key.append(type).append(1, '.').append(field);
  return key;
}

}  // namespace

void Bindings::bind(std::string_view type, std::string_view field, Resolver& resolver) {
  resolvers_.insert_or_assign(binding_key(type, field), &resolver);
}

Resolver* Bindings::find(std::string_view type, std::string_view field) const {
  auto found = resolvers_.find(binding_key(type, field));
  return found == resolvers_.end() ? nullptr : found->second;
}

void Bindings::bind_source(std::string_view type, std::string_view field, Source& source) {
  sources_.insert_or_assign(binding_key(type, field), &source);
}

Source* Bindings::find_source(std::string_view type, std::string_view field) const {
  auto found = sources_.find(binding_key(type, field));
  return found == sources_.end() ? nullptr : found->second;
}

}  // namespace millrace::graphql
