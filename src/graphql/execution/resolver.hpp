// Where values come from: the interface between the GraphQL engine and whatever stores or serves.
//
// The engine asks level by level. A field that has a resolver is asked once per level for all its parents together; every other field is a
// member of its parent's JSON object. Values are canonical JSON text and stay text until the answer is written.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "base/principal.hpp"
#include "base/task.hpp"
#include "base/trace.hpp"
#include "graphql/execution/snapshot.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// The arguments of a call: coerced, canonical JSON. An argument that was not given and has no default is not there.
class ArgumentValues {
 public:
  void add(std::string_view name, std::string_view value) { values_.emplace_back(name, value); }
  /// Empty when it is not there.
  std::string_view find(std::string_view name) const;
  std::span<const std::pair<std::string_view, std::string_view>> all() const { return values_; }

 private:
  std::vector<std::pair<std::string_view, std::string_view>> values_;
};

struct PlannedField;

/// Who asks: what a service that is asked in turn must know of the request. Copied into the run, since that may outlive the request.
struct Caller {
  std::string authorization = {};  // header of that name, as it came
  Trace trace = {};                // of the request
  std::uint32_t hops = 0;          // services that the request has gone through before this one
  /// Name and canonical JSON: arguments of each field of a query that has a resolver, where neither it nor a field above gives them.
  std::vector<std::pair<std::string, std::string>> arguments = {};
  std::shared_ptr<const Principal> principal = nullptr;  // null: nobody who said so
  std::string address = {};                              // that the request came from
};

/// One place in a plan, asked for all its parents.
struct FieldCall {
  const Field& field;
  ArgumentValues arguments;  // of the field; inherited from one above (EngineOptions::inherited_arguments); Caller::arguments
  std::size_t parents = 0;
  /// The parents' members that Resolver::parent_keys() names, parent after parent; empty where a parent has no such member.
  std::vector<std::string_view> keys;
  // For a resolver that passes on what is selected (plan.hpp). Never null when the engine calls.
  const PlannedField* planned = nullptr;
  const Variables* variables = nullptr;
  const Caller* caller = nullptr;
  const Snapshot* snapshot = nullptr;  // taken; null: what is newest is read
};

/// An error within a value, which stands where the value says null.
struct ErrorBelow {
  std::uint32_t value = 0;  // its number
  std::string path = {};    // from the field on: response keys and indexes as JSON, separated by commas; empty: the field itself
  Error error = {};
  std::string extensions = {};  // members of the error's `extensions` beside the code, as JSON; may be empty
};

/// What a call gives: for each parent null, one value, a list of values, or an error. Parents may share values.
class Resolved {
 public:
  enum class Kind : std::uint8_t { null, value, list, error };
  struct Outcome {
    Kind kind = Kind::null;
    std::uint32_t begin = 0;  // into values, or the error's number
    std::uint32_t count = 0;
  };

  /// Adds a value that outcomes can refer to; gives its number. The text must be kept alive by keep(). `type`: that of the object that it
  /// is, where the field's own is abstract and the text does not tell it.
  std::uint32_t add_value(std::string_view value, const Type* type = nullptr);
  /// Makes room for so many values.
  void reserve(std::size_t values) { values_.reserve(values_.size() + values); }
  /// The outcome of the next parent.
  void give_null() { outcomes_.push_back({}); }
  void give_value(std::uint32_t value) { outcomes_.push_back({Kind::value, value, 1}); }
  void give_list(std::uint32_t begin, std::uint32_t count) { outcomes_.push_back({Kind::list, begin, count}); }
  /// `extensions` as in ErrorBelow.
  void give_error(Error error, std::string extensions = {});
  /// Reports an error for every parent that gets the value. Requires: values come in the order of their numbers.
  void add_error_below(ErrorBelow error) { below_.push_back(std::move(error)); }
  /// Keeps the owner of the values' text until the answer is written.
  void keep(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }

  const std::vector<Outcome>& outcomes() const { return outcomes_; }
  const std::vector<std::string_view>& values() const { return values_; }
  /// The type that was given with a value; null when none was.
  const Type* type(std::uint32_t value) const { return value < types_.size() ? types_[value] : nullptr; }
  const Error& error(std::uint32_t number) const { return errors_[number].error; }
  const std::string& extensions(std::uint32_t number) const { return errors_[number].extensions; }
  std::span<const ErrorBelow> errors_below(std::uint32_t value) const;

 private:
  std::vector<Outcome> outcomes_;
  std::vector<std::string_view> values_;
  std::vector<const Type*> types_;  // of values, as far as any has one
  std::vector<ErrorBelow> errors_;  // those of outcomes
  std::vector<ErrorBelow> below_;
  std::vector<std::shared_ptr<const void>> owners_;
};

class Bindings;
class Source;

class Resolver {
 public:
  virtual ~Resolver() = default;

  /// The members of the parent that resolve() needs, as quoted canonical keys. Constant.
  virtual std::span<const std::string> parent_keys() const { return {}; }

  /// Whose resolvers hold for the objects of a type that this one gives, where the asking side binds nothing itself; null: the asking
  /// side's alone. Constant.
  virtual const Bindings* below(const Type& /*object*/) const { return nullptr; }

  /// Whether it only groups what is selected below it. In a mutation that is run one after the other, as the mutation's own fields are.
  virtual bool is_group() const { return false; }

  /// Whether it reads what a snapshot holds still.
  virtual bool reads() const { return false; }

  /// Tells a snapshot what it reads; of those alone that say so.
  virtual void join(Snapshot& snapshot) const { (void)snapshot; }

  /// Whether its objects hold just what is selected, under the names of wire.hpp: it asks another server, which answers selections.
  virtual bool gives_selections() const { return false; }

  /// Whether it can be asked about objects that such a resolver gave.
  virtual bool takes_selections() const { return true; }

  /// Answers all calls of one level together, in order, one outcome for each parent. An error of the task as a whole counts for every
  /// parent of every call.
  virtual Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) = 0;
};

/// A field that only groups others: an empty object for each parent.
class GroupResolver : public Resolver {
 public:
  bool is_group() const override { return true; }
  Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) override;
};

/// Which fields of a schema have a resolver: by type and field name. Filled at start, then immutable.
class Bindings {
 public:
  void bind(std::string_view type, std::string_view field, Resolver& resolver);
  /// Null when the field is a plain member of its parent.
  Resolver* find(std::string_view type, std::string_view field) const;

  /// Of a field of the Subscription type, or of a type that groups such fields.
  void bind_source(std::string_view type, std::string_view field, Source& source);
  Source* find_source(std::string_view type, std::string_view field) const;

 private:
  TextMap<Resolver*> resolvers_;  // "Type.field"
  TextMap<Source*> sources_;
};

}  // namespace millrace::graphql
