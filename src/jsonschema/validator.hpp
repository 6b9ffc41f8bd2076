// Runs a program over one parsed document.
//
// First without reporting, which stops at the first violation and allocates nothing; only for a document that is not valid once more, to
// say what is wrong. Recursion and work are bounded, so that no schema and no document can hold a thread: what runs out of either is not
// valid.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json/document.hpp"
#include "jsonschema/evaluated.hpp"
#include "jsonschema/program.hpp"

namespace millrace::jsonschema {

/// The way from the root to a value: kept on the stack, written out only for a violation.
struct Step {
  const Step* parent = nullptr;
  std::uint32_t key = 0;    // the key's node; 0, which is no key, for an element
  std::uint32_t place = 0;  // of an element
};

class Validator {
 public:
  Validator(const Program& program, json::Value instance);

  bool is_valid();
  /// Requires: is_valid() gave false.
  std::vector<ErrorDetail> violations(std::size_t violations_max);

 private:
  class Silence;
  struct Scope {
    const Scope* outer;
    std::uint32_t resource;
  };
  /// What an instruction works on.
  struct Subject {
    json::Value value;
    const Step& at;
    Evaluated* evaluated;  // nullptr when nobody asks
  };

  bool run();
  bool check(SchemaId schema, const Subject& subject);
  bool check_node(const SchemaNode& node, const Subject& subject);
  bool check_scoped(const SchemaNode& node, const Subject& subject);
  bool execute(const Instruction& instruction, const Subject& subject);
  bool check_child(SchemaId schema, Word word, json::Value value, const Step& at);

  bool check_type(const Instruction& instruction, const Subject& subject);
  bool check_enumeration(const Instruction& instruction, const Subject& subject);
  bool check_bound(const Instruction& instruction, const Subject& subject);
  bool check_length(const Instruction& instruction, const Subject& subject);
  bool check_size(const Instruction& instruction, const Subject& subject);
  bool check_pattern(const Instruction& instruction, const Subject& subject);
  bool check_format(const Instruction& instruction, const Subject& subject);
  bool check_unique(const Instruction& instruction, const Subject& subject);

  bool check_members(const MemberRule& rule, const Subject& subject);
  bool check_member(const MemberRule& rule, std::string_view name, const MemberRule::Known* known, const Subject& subject);
  bool check_property_names(const Instruction& instruction, const Subject& subject);
  bool check_dependent_names(const Instruction& instruction, const Subject& subject);
  bool check_items(const ItemRule& rule, const Subject& subject);
  bool check_contains(const ContainsRule& rule, const Subject& subject);
  bool check_unevaluated(const Instruction& instruction, const Subject& subject);

  bool check_any_of(const Instruction& instruction, const Subject& subject);
  bool check_one_of(const Instruction& instruction, const Subject& subject);
  bool check_condition(const Instruction& instruction, const Subject& subject);
  bool check_silently(SchemaId schema, const Subject& subject);
  SchemaId dynamic_target(const Instruction& instruction);
  void spend(std::uint64_t work);
  void spend_on_text(std::string_view text);

  // Reporting, in violations.cpp; each gives false, for violations of the value that `at` leads to.
  bool is_listening() const;
  bool report(Word word, const Step& at, std::string_view message);
  bool report(std::string_view keyword, const Step& at, std::string message);
  bool report_type(std::uint8_t kinds, const Step& at);
  bool report_bound(const Instruction& instruction, const Step& at);
  bool report_limit(const Instruction& instruction, const Step& at);
  bool report_missing(const MemberRule& rule, const Subject& subject);
  bool report_unknown(const MemberRule& rule, std::string_view name, const Step& at);
  bool report_contains(const ContainsRule& rule, const Step& at);
  bool report_forbidden(Word word, const Step& at);
  std::string pointer(const Step& at) const;

  const Program& program_;
  json::Value instance_;
  const Scope* scope_ = nullptr;
  std::uint32_t depth_ = 0;
  std::uint64_t work_left_ = 0;
  bool exhausted_ = false;
  bool reporting_ = false;
  std::size_t violations_max_ = 0;
  std::size_t reported_bytes_ = 0;
  std::vector<ErrorDetail> violations_;
};

}  // namespace millrace::jsonschema
