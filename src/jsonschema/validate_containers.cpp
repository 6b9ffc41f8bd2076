// Members of objects and elements of arrays (class Validator of validator.hpp).
#include "base/json/canonical.hpp"
#include "jsonschema/equality.hpp"
#include "jsonschema/validator.hpp"

namespace millrace::jsonschema {

/// One walk: known members by their names, the rest by patterns or as additional ones. Keys differ, so that counting the required ones
/// is enough.
bool Validator::check_members(const MemberRule& rule, const Subject& subject) {
  std::uint32_t required = 0;
  std::uint32_t place = 0;
  bool valid = true;
  std::string scratch;
  const json::Value end = subject.value.end();
  for (json::Value key = subject.value.first(); !(key == end); ++place) {
    const json::Value value = key.after();
    const std::string_view name = characters(key, scratch);
    const std::uint32_t index = rule.names.find(name);
    const MemberRule::Known* known = index == NameTable::kAbsent ? nullptr : &rule.known[index];
    required += known != nullptr && known->required ? 1 : 0;
    const Step step{&subject.at, key.index(), place};
    valid &= check_member(rule, name, known, {value, step, subject.evaluated});
    if (!valid && !is_listening()) return false;
    key = value.after();
  }
  if (required == rule.required_count) return valid;
  return report_missing(rule, subject);
}

/// `subject` is the member's value, but what is evaluated are the object's members.
bool Validator::check_member(const MemberRule& rule, std::string_view name, const MemberRule::Known* known, const Subject& subject) {
  bool valid = true;
  bool met = false;
  if (known != nullptr && known->schema != kNoSchema) {
    met = true;
    valid = check_child(known->schema, Word::properties, subject.value, subject.at);
  }
  spend(rule.patterns.size());
  for (const auto& [pattern, schema] : rule.patterns) {
    spend_on_text(name);
    if (!program_.patterns[pattern].first.matches(name)) continue;
    met = true;
    valid &= check_child(schema, Word::pattern_properties, subject.value, subject.at);
  }
  if (!met && rule.additional != kNoSchema) {
    met = true;
    if (rule.additional == kNever) {
      valid = report_unknown(rule, name, subject.at);
    } else {
      valid = check_child(rule.additional, Word::additional_properties, subject.value, subject.at);
    }
  }
  if (met && subject.evaluated != nullptr) subject.evaluated->mark(subject.at.place);
  return valid;
}

bool Validator::check_property_names(const Instruction& instruction, const Subject& subject) {
  bool valid = true;
  std::uint32_t place = 0;
  for (json::Value key = subject.value.first(); !(key == subject.value.end()); key = key.after().after(), ++place) {
    const Step step{&subject.at, key.index(), place};
    if (check_silently(instruction.a, {key, step, nullptr})) continue;
    valid = report(instruction.word, step, "has a name that the schema in \"propertyNames\" does not allow");
    if (!is_listening()) return false;
  }
  return valid;
}

bool Validator::check_dependent_names(const Instruction& instruction, const Subject& subject) {
  const DependentNames& dependent = program_.dependent_names[instruction.a];
  if (!subject.value.find(dependent.name)) return true;
  bool valid = true;
  for (const std::string& name : dependent.required) {
    if (subject.value.find(name)) continue;
    if (!is_listening()) return false;
    valid = report(name_of(instruction.word), subject.at,
                   "must have the property " + json::quoted(name) + " because it has " + json::quoted(dependent.name));
  }
  return valid;
}

bool Validator::check_items(const ItemRule& rule, const Subject& subject) {
  bool valid = true;
  std::uint32_t place = 0;
  for (json::Value value = subject.value.first(); !(value == subject.value.end()); value = value.after(), ++place) {
    const bool in_prefix = place < rule.prefix.size();
    const SchemaId schema = in_prefix ? rule.prefix[place] : rule.rest;
    if (schema == kNoSchema) break;
    const Step step{&subject.at, 0, place};
    valid &= check_child(schema, in_prefix ? rule.prefix_word : rule.rest_word, value, step);
    if (!valid && !is_listening()) return false;
  }
  if (subject.evaluated != nullptr) subject.evaluated->mark_below(place);
  return valid;
}

bool Validator::check_contains(const ContainsRule& rule, const Subject& subject) {
  std::uint32_t fitting = 0;
  std::uint32_t place = 0;
  const bool marks = rule.marks && subject.evaluated != nullptr;
  for (json::Value value = subject.value.first(); !(value == subject.value.end()); value = value.after(), ++place) {
    const Step step{&subject.at, 0, place};
    if (!check_silently(rule.schema, {value, step, nullptr})) continue;
    ++fitting;
    if (marks) subject.evaluated->mark(place);
    if (!marks && rule.most == kUnlimited && fitting >= rule.least) return true;
  }
  return (fitting >= rule.least && fitting <= rule.most) || report_contains(rule, subject.at);
}

bool Validator::check_unevaluated(const Instruction& instruction, const Subject& subject) {
  bool valid = true;
  std::uint32_t place = 0;
  const bool object = instruction.op == Op::unevaluated_properties;
  for (json::Value at = subject.value.first(); !(at == subject.value.end()); at = at.after(), ++place) {
    const Step step{&subject.at, object ? at.index() : 0, place};
    if (object) at = at.after();
    if (subject.evaluated->has(place)) continue;
    subject.evaluated->mark(place);
    valid &= check_child(instruction.a, instruction.word, at, step);
    if (!valid && !is_listening()) return false;
  }
  return valid;
}

}  // namespace millrace::jsonschema
