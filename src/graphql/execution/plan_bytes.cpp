// What a plan occupies: its parts, and what they allocate.
#include "graphql/execution/plan.hpp"

namespace millrace::graphql {
namespace {

/// Of an allocation by itself: the allocator's own share.
constexpr std::size_t kAllocation = 16;

template <class T>
std::size_t bytes_of(const std::vector<T>& items) {
  return items.capacity() == 0 ? 0 : items.capacity() * sizeof(T) + kAllocation;
}

/// Short texts are kept inside the string.
std::size_t bytes_of(const std::string& text) {
  return text.capacity() > std::string().capacity() ? text.capacity() + kAllocation : 0;
}

std::size_t bytes_of(const PlannedArgument& argument) {
  return argument.constant ? bytes_of(*argument.constant) : 0;
}

std::size_t bytes_of(const PlannedField& field) {
  std::size_t bytes = bytes_of(field.written_key) + bytes_of(field.nodes) + bytes_of(field.arguments) + bytes_of(field.inherited) +
                      bytes_of(field.key_slots) + bytes_of(field.selections);
  for (const PlannedArgument& argument : field.arguments) bytes += bytes_of(argument);
  return bytes;
}

std::size_t bytes_of(const PlannedSelection& selection) {
  std::size_t bytes = sizeof(selection) + bytes_of(selection.fields) + bytes_of(selection.slots) + bytes_of(selection.fetches);
  for (const PlannedField& field : selection.fields) bytes += bytes_of(field);
  for (const std::string& slot : selection.slots) bytes += bytes_of(slot);
  return bytes;
}

}  // namespace

std::size_t bytes_of(const Plan& plan) {
  constexpr std::size_t kEmptyDeque = 576 + 2 * kAllocation;
  std::size_t bytes = sizeof(plan) + 2 * kEmptyDeque + bytes_of(plan.finished);
  for (const PlannedSelection& selection : plan.selections) bytes += bytes_of(selection);
  for (const PlannedArgument& argument : plan.inherited) bytes += sizeof(argument) + bytes_of(argument);
  return bytes;
}

}  // namespace millrace::graphql
