#include "graphql/execution/wire.hpp"

#include <algorithm>

namespace millrace::graphql {
namespace {

constexpr std::string_view kMark = "c_";

}  // namespace

std::string wire_key(std::string_view response_key) {
  const bool is_marked = response_key.starts_with('_') || response_key.starts_with(kMark);
  return (is_marked ? std::string(kMark) : std::string()) + std::string(response_key);
}

std::string_view response_key(std::string_view wire_key) {
  if (wire_key.starts_with(kMark)) wire_key.remove_prefix(kMark.size());
  return wire_key;
}

std::string wire_member(const Type& type, std::string_view member) {
  return '_' + type.name + '_' + std::string(member);
}

bool has_wire_member(const Type& type, std::string_view member) {
  const Field* field = type.field(member);
  return field != nullptr && field->type.named->is_leaf() && std::ranges::none_of(field->arguments, &InputValue::is_required);
}

bool is_wire_member(std::string_view wire_key) {
  return wire_key.starts_with('_');
}

}  // namespace millrace::graphql
