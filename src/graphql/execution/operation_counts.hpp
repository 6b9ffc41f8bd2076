// How many operations of which kind were executed, and what came of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "graphql/language/ast.hpp"
#include "observe/registry.hpp"

namespace millrace::graphql {

class OperationCounts {
 public:
  enum class Outcome : std::uint8_t { whole, with_errors, refused, timed_out };

  /// Of one engine, which is called as its endpoint. The registry outlives it.
  OperationCounts(observe::Registry& metrics, std::string_view route);

  /// Nothing: what it is was not found out, since there was no such document or operation. Any thread.
  void add(std::optional<OperationType> operation, Outcome outcome) const;

 private:
  std::array<std::array<observe::Counter*, 4>, 4> counters_{};
};

}  // namespace millrace::graphql
