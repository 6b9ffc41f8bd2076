// Reading one object of the config: every key is asked for by name, and what was not asked for is a problem with the nearest known key.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.hpp"
#include "hocon/value.hpp"

namespace millrace::app {

class ObjectReader {
 public:
  /// `where` names the object for a person: "graphlettes[0].storage". Problems are added to `problems`, which outlives the reader.
  ObjectReader(const hocon::Value& object, std::string where, std::vector<Problem>& problems);

  /// Absent (or null) values are empty; a value of another kind is a problem.
  std::optional<std::string> string(std::string_view key);
  std::optional<std::uint64_t> integer(std::string_view key, std::uint64_t max);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::chrono::milliseconds> duration(std::string_view key);
  /// The objects of an array, with their place in it; an absent array is empty.
  std::vector<const hocon::Value*> objects(std::string_view key);
  /// Any value; null when it is absent.
  const hocon::Value* value(std::string_view key);
  /// The same, and a problem when it is absent.
  std::string required_string(std::string_view key, std::string_view hint);
  const hocon::Value* required(std::string_view key, std::string_view hint);

  /// Reports every member that nobody asked for. With `allow_referenced`, members that a substitution refers to are known.
  void finish(bool allow_referenced = false);

  void problem(const Place& place, std::string message, std::string hint = {});
  const Place& place() const { return object_.place; }
  std::vector<Problem>& problems() { return problems_; }
  const std::string& where() const { return where_; }
  std::string where(std::string_view key) const;

 private:
  const hocon::Value& object_;
  std::string where_;
  std::vector<Problem>& problems_;
  std::vector<std::string> known_;
};

}  // namespace millrace::app
