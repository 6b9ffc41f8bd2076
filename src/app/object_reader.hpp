// Reading one object of the config: every key that is read is in the table of config_keys.hpp, and a member that is not there is a problem
// with the nearest known key.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config_keys.hpp"
#include "base/problem.hpp"
#include "hocon/value.hpp"

namespace millrace::app {

class ObjectReader {
 public:
  /// `where` names the object for a person: "graphlettes[0].storage". Members that the section does not know are reported at once; with
  /// `allow_referenced`, those that a substitution refers to are known. Problems are added to `problems`, which outlives the reader.
  ObjectReader(const hocon::Value& object, const ConfigSection& section, std::string where, std::vector<Problem>& problems,
               bool allow_referenced = false);

  // Each requires that the section has the key, of that type. A key that is absent (or null) has its default, else is empty; when it is
  // required, or has a value of another kind, that is a problem.
  std::string text(std::string_view key);
  std::uint64_t number(std::string_view key);
  bool flag(std::string_view key);
  /// One whose absence means what stands elsewhere.
  bool flag(std::string_view key, bool otherwise);
  std::chrono::milliseconds duration(std::string_view key);
  std::uint64_t size(std::string_view key);
  std::optional<ObjectReader> object(std::string_view key, const ConfigSection& section);
  /// An object that need not be there: all in it has its default then.
  ObjectReader optional_object(std::string_view key, const ConfigSection& section);
  /// An object whose members somebody else knows, or nullptr.
  const hocon::Value* foreign_object(std::string_view key);
  /// A list, or an object whose keys are numbers, as HOCON has it.
  std::vector<ObjectReader> objects(std::string_view key, const ConfigSection& section);
  /// The same, or one object that stands alone.
  std::vector<ObjectReader> one_or_more(std::string_view key, const ConfigSection& section);
  /// One string, or those of a list.
  std::vector<std::string> texts(std::string_view key);
  const hocon::Value* any(std::string_view key);
  /// The elements of such a value that are objects; the others are problems. `where`: its name for a person.
  std::vector<ObjectReader> objects_in(const hocon::Value& list, const ConfigSection& section, const std::string& where);

  void problem(const Place& place, std::string message, std::string hint = {});
  const Place& place() const { return object_->place; }
  /// Of a key's value; where it is absent, of the object.
  const Place& place(std::string_view key) const;
  std::string where(std::string_view key) const;

 private:
  struct Found {
    const ConfigKey& key;
    const hocon::Value* value;  // nullptr: absent
  };
  Found find(std::string_view key, KeyType type);
  void refuse_unknown(bool allow_referenced);
  std::string hint_for_unknown(std::string_view name) const;

  const hocon::Value* object_;
  const ConfigSection* section_;
  std::string where_;
  std::vector<Problem>* problems_;
};

}  // namespace millrace::app
