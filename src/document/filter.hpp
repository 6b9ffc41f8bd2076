// Filter: the one form of every condition on documents.
//
// Derived queries, query templates and REST parameters all become a Filter: a small tree of comparisons over field paths, whose operands
// are literals or numbered parameters. It is made once, at start; a request brings the arguments. matches() below is its meaning; a store
// may run it in any way that gives the same.
//
// The comparisons are MongoDB's: a path reaches into objects and into the elements of arrays; an array satisfies a comparison when it or
// one of its elements does; null equals what is not there; order is defined between numbers (exact) and between strings (by code point).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "document/document.hpp"

namespace re2 {
class RE2;
}

namespace millrace::document {

/// Where a value is: the document's id, or a path of keys into the payload.
struct FieldPath {
  enum class Root : std::uint8_t { id, payload };
  Root root = Root::payload;
  std::vector<std::string> keys;  // each a quoted canonical JSON string

  /// Reads "id", "payload.a.b" or, without prefix, "a.b" (the payload's). Keys are split at dots.
  static FieldPath parse(std::string_view text);
  /// "id" or "payload.a.b".
  std::string to_string() const;
  friend bool operator==(const FieldPath&, const FieldPath&) = default;
};

/// A literal, or the argument that a request brings.
struct Operand {
  static constexpr std::uint32_t kLiteral = ~0u;
  std::uint32_t parameter = kLiteral;
  std::string literal = {};  // canonical JSON

  static Operand value(std::string canonical) { return {kLiteral, std::move(canonical)}; }
  static Operand argument(std::uint32_t number) { return {number, {}}; }
  bool is_literal() const { return parameter == kLiteral; }
};

enum class Comparison : std::uint8_t {
  equal,
  not_equal,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  in,
  not_in,
  prefix,
  regex,
  exists
};

struct Filter {
  enum class Kind : std::uint8_t {
    all,   // every child holds; no children: everything
    any,   // a child holds; no children: nothing
    none,  // no child holds ($nor, and $not with one child)
    compare,
    sql,  // a WHERE text for stores that speak SQL; see `sql`
  };
  Kind kind = Kind::all;
  std::vector<Filter> children = {};

  // compare
  FieldPath path = {};
  Comparison comparison = Comparison::equal;
  Operand operand = {};
  std::shared_ptr<const re2::RE2> pattern = {};  // regex: compiled when the filter is made

  // sql: ?1, ?2, ... stand for sql_parameters[0], [1], ...
  std::string sql = {};
  std::vector<std::uint32_t> sql_parameters = {};

  static Filter everything() { return {}; }
  static Filter compare(FieldPath path, Comparison comparison, Operand operand);
  static Filter all_of(std::vector<Filter> children);
};

/// The arguments of one request, by parameter number: canonical JSON; empty: not given, and then the comparison that uses it is no
/// condition: it is as if it were not written, wherever it stands, and so is a part of which nothing is left.
using Arguments = std::span<const std::string_view>;

/// Whether a document satisfies the filter: the reference for every store. `text` is the document as clients see it (Documents::text).
/// Requires: no part of kind sql, arguments for every parameter.
bool matches(const Filter& filter, Arguments arguments, std::string_view text);

/// Calls `visit` with every value that the path reaches in the document, as MongoDB reaches them: elements of arrays on the way and at
/// the end as well as the array itself. What an index has to hold.
void visit_values(const FieldPath& path, std::string_view text, const std::function<void(std::string_view)>& visit);

/// Appends a key for a scalar value such that memcmp over keys orders as the comparisons do within a kind, and equal values have equal
/// keys: kind tag, then the value. Strings longer than kKeyTextMax bytes are cut: then a match must be checked again.
inline constexpr std::size_t kKeyTextMax = 256;
void append_key(std::string& out, std::string_view value);

/// Every path that a condition which must hold (not below any/none) compares by equality, membership, order or prefix: what an index
/// can serve.
void collect_indexable(const Filter& filter, std::vector<FieldPath>& out);

/// Whether any part is of kind sql.
bool has_sql(const Filter& filter);

}  // namespace millrace::document
