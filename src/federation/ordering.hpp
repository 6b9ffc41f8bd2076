// What an `orderBy` argument asks for, in any of the shapes that a schema may declare.
//
//   "name"  "-name"  "name desc"  "name_DESC"  "name, -eggs"      strings; an enum's values are read as such
//   {field: NAME, direction: DESC}   {name: DESC, eggs: ASC}     objects; 1 and -1 are directions as well
//   [...]                                                         lists of any of these, the first counts most
//
// Fields are spelled as they are, or in any case with or without underscores (COOP_ID is coopId and coop_id). A dot goes on into an object.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "document/order.hpp"

namespace millrace::federation {

class Ordering {
 public:
  static constexpr std::size_t kKeysMax = 16;

  /// `fields`: the members that documents may be ordered by, "id" among them.
  explicit Ordering(std::vector<std::string> fields) : fields_(std::move(fields)) {}

  /// Reads the argument, canonical JSON. Error "graphql.order" names what fits no field, and the nearest that does.
  Result<document::Order> read(std::string_view argument) const;
  /// One key as a word; nothing when it fits no field.
  std::optional<document::OrderKey> key(std::string_view word) const;
  /// The field that a name means; nothing when there is none.
  std::optional<document::FieldPath> path(std::string_view name) const;
  /// Whether a word such as ASC or desc means descending; nothing when it is no direction.
  static std::optional<bool> descending(std::string_view word);

  const std::vector<std::string>& fields() const { return fields_; }

 private:
  Result<> read_value(std::string_view value, document::Order& order) const;
  Result<> read_words(std::string_view words, document::Order& order) const;
  Result<> read_object(std::string_view object, document::Order& order) const;
  Result<> read_member(std::string_view name, std::string_view direction, document::Order& order) const;
  Failure no_field(std::string_view name) const;

  std::vector<std::string> fields_;
};

}  // namespace millrace::federation
