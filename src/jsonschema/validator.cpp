#include "jsonschema/validator.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/json/number.hpp"
#include "jsonschema/equality.hpp"

namespace millrace::jsonschema {
namespace {

constexpr std::uint32_t kDepthMax = 2000;
constexpr std::uint64_t kWorkLeast = 1'000'000;
constexpr std::uint64_t kWorkPerNode = 1'000;
constexpr std::uint64_t kWorkPerByte = 64;
constexpr std::uint64_t kBytesPerWork = 16;  // of a text that is read once: so that all text can be read a thousand times

constexpr Step kRoot{};

/// Code points. An escape is one, and so is a surrogate pair of two escapes.
std::uint32_t length_of(json::Value string) {
  const std::string_view raw = string.raw_string();
  std::uint32_t length = 0;
  if (!string.node().escaped) {
    for (char c : raw) length += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return length;
  }
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if ((static_cast<unsigned char>(raw[i]) & 0xc0) == 0x80) continue;
    ++length;
    if (raw[i] != '\\') continue;
    if (raw[++i] != 'u') continue;
    const bool high = (raw[i + 1] | 0x20) == 'd' && (raw[i + 2] >= '8' && (raw[i + 2] | 0x20) <= 'b');
    i += high ? 10 : 4;
  }
  return length;
}

std::strong_ordering compare(json::Value number, const Bound& bound) {
  constexpr std::size_t kSmall = 18;
  const std::string_view text = number.text();
  if (!bound.small || !number.node().integral || text.size() > kSmall) return json::compare_numbers(text, bound.text);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value <=> bound.value;
}

bool is_within(Op op, json::Value number, const Bound& bound) {
  if (op == Op::multiple_of) return json::is_multiple_of(number.text(), bound.text);
  const auto order = compare(number, bound);
  switch (op) {
    case Op::minimum: return order >= 0;
    case Op::maximum: return order <= 0;
    case Op::exclusive_minimum: return order > 0;
    default: return order < 0;
  }
}

}  // namespace

/// While it lives nothing is reported: for schemas that may fail without harm.
class Validator::Silence {
 public:
  explicit Silence(Validator& validator) : validator_(validator), before_(std::exchange(validator.reporting_, false)) {}
  ~Silence() { validator_.reporting_ = before_; }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  Validator& validator_;
  bool before_;
};

Validator::Validator(const Program& program, json::Value instance) : program_(program), instance_(instance) {}

bool Validator::run() {
  const std::uint32_t nodes = instance_.node().next - instance_.index();
  work_left_ = kWorkLeast + kWorkPerNode * nodes + kWorkPerByte * instance_.text().size();
  depth_ = 0;
  return check_child(program_.root, Word::false_schema, instance_, kRoot) && !exhausted_;
}

bool Validator::is_valid() {
  return run();
}

std::vector<ErrorDetail> Validator::violations(std::size_t violations_max) {
  violations_max_ = violations_max == 0 ? 1 : violations_max;
  reporting_ = true;
  exhausted_ = false;
  run();
  if (exhausted_) violations_.assign(1, {"", "$schema", "is nested too deeply or takes too much work to be checked against the schema"});
  return std::move(violations_);
}

/// What takes longer than a step. Without any work left the next schema is not entered.
void Validator::spend(std::uint64_t work) {
  work_left_ -= std::min(work, work_left_);
}

void Validator::spend_on_text(std::string_view text) {
  spend(text.size() / kBytesPerWork);
}

bool Validator::check(SchemaId schema, const Subject& subject) {
  if (schema <= kNever) return schema == kAlways;
  const SchemaNode& node = program_.nodes[schema];
  if (node.begin == node.end) return true;
  if (exhausted_ || depth_ == kDepthMax || work_left_ == 0) {
    exhausted_ = true;
    return false;
  }
  --work_left_;
  ++depth_;
  const bool valid = node.collects || !program_.dynamic_anchors.empty() ? check_scoped(node, subject) : check_node(node, subject);
  --depth_;
  return valid;
}

/// Keeps what the node's keywords evaluate apart from what its cousins do, and knows which resource it is in.
bool Validator::check_scoped(const SchemaNode& node, const Subject& subject) {
  const Scope inner{scope_, node.resource};
  const Scope* outer = scope_;
  if (outer == nullptr || outer->resource != node.resource) scope_ = &inner;
  bool valid = false;
  if (node.collects) {
    Evaluated evaluated;
    valid = check_node(node, {subject.value, subject.at, &evaluated});
    if (valid && subject.evaluated != nullptr) subject.evaluated->merge(evaluated);
  } else {
    valid = check_node(node, subject);
  }
  scope_ = outer;
  return valid;
}

bool Validator::check_node(const SchemaNode& node, const Subject& subject) {
  const std::uint8_t kind = bit(subject.value.kind());
  bool valid = true;
  for (std::uint32_t i = node.begin; i < node.end; ++i) {
    const Instruction& instruction = program_.code[i];
    if ((instruction.kinds & kind) == 0 || execute(instruction, subject)) continue;
    valid = false;
    if (!is_listening()) break;
  }
  return valid;
}

bool Validator::execute(const Instruction& instruction, const Subject& subject) {
  switch (instruction.op) {
    case Op::type: return check_type(instruction, subject);
    case Op::constant:
    case Op::enumeration: return check_enumeration(instruction, subject);
    case Op::minimum:
    case Op::maximum:
    case Op::exclusive_minimum:
    case Op::exclusive_maximum:
    case Op::multiple_of: return check_bound(instruction, subject);
    case Op::min_length:
    case Op::max_length: return check_length(instruction, subject);
    case Op::min_items:
    case Op::max_items:
    case Op::min_properties:
    case Op::max_properties: return check_size(instruction, subject);
    case Op::pattern: return check_pattern(instruction, subject);
    case Op::format: return check_format(instruction, subject);
    case Op::unique_items: return check_unique(instruction, subject);
    case Op::members: return check_members(program_.member_rules[instruction.a], subject);
    case Op::property_names: return check_property_names(instruction, subject);
    case Op::dependent_names: return check_dependent_names(instruction, subject);
    case Op::dependent_schema:
      return !subject.value.find(program_.names[instruction.a]) || check(instruction.b, subject) ||
             (instruction.b == kNever && report_forbidden(instruction.word, subject.at));
    case Op::items: return check_items(program_.item_rules[instruction.a], subject);
    case Op::contains: return check_contains(program_.contains_rules[instruction.a], subject);
    case Op::apply: return check(instruction.a, subject) || (instruction.a == kNever && report_forbidden(instruction.word, subject.at));
    case Op::any_of: return check_any_of(instruction, subject);
    case Op::one_of: return check_one_of(instruction, subject);
    case Op::negation: {
      const bool fits = check_silently(instruction.a, {subject.value, subject.at, nullptr});
      return !fits || report(instruction.word, subject.at, "must not fit the schema in \"not\"");
    }
    case Op::condition: return check_condition(instruction, subject);
    case Op::dynamic: return check(dynamic_target(instruction), subject);
    case Op::unevaluated_items:
    case Op::unevaluated_properties: return check_unevaluated(instruction, subject);
  }
  return false;
}

/// A schema for a value of its own; `false` is reported by the keyword that holds it.
bool Validator::check_child(SchemaId schema, Word word, json::Value value, const Step& at) {
  if (schema == kNever) return report_forbidden(word, at);
  return check(schema, {value, at, nullptr});
}

bool Validator::check_type(const Instruction& instruction, const Subject& subject) {
  const auto kinds = static_cast<std::uint8_t>(instruction.a);
  if ((kinds & bit(subject.value.kind())) != 0) return true;
  const bool number = subject.value.is(json::Kind::number);
  if (number && (kinds & kIntegerBit) != 0 && (subject.value.node().integral || json::is_whole(subject.value.text()))) return true;
  return report_type(kinds, subject.at);
}

bool Validator::check_enumeration(const Instruction& instruction, const Subject& subject) {
  if (instruction.op == Op::constant) {
    const Constant& constant = program_.constants[instruction.a];
    if (are_equal(constant.value, subject.value)) return true;
    return reporting_ && report("const", subject.at, "must be " + constant.listing);
  }
  const Enumeration& enumeration = program_.enumerations[instruction.a];
  if (subject.value.is(json::Kind::string)) {
    std::string scratch;
    if (enumeration.strings.find(characters(subject.value, scratch)) != NameTable::kAbsent) return true;
  }
  spend(enumeration.others.size());
  for (const json::Value& value : enumeration.others) {
    if (are_equal(value, subject.value)) return true;
  }
  return reporting_ && report("enum", subject.at, "must be one of " + enumeration.listing);
}

bool Validator::check_bound(const Instruction& instruction, const Subject& subject) {
  return is_within(instruction.op, subject.value, program_.bounds[instruction.a]) || report_bound(instruction, subject.at);
}

bool Validator::check_length(const Instruction& instruction, const Subject& subject) {
  const bool most = instruction.op == Op::max_length;
  const std::uint32_t limit = instruction.a;
  // No character takes more than 12 bytes ("\ud83d\ude00") or less than one.
  const std::size_t bytes = subject.value.raw_string().size();
  if (most ? bytes <= limit : bytes / 12 >= limit) return true;
  const std::uint32_t length = length_of(subject.value);
  return (most ? length <= limit : length >= limit) || report_limit(instruction, subject.at);
}

bool Validator::check_size(const Instruction& instruction, const Subject& subject) {
  const bool most = instruction.op == Op::max_items || instruction.op == Op::max_properties;
  const std::size_t size = subject.value.size();
  return (most ? size <= instruction.a : size >= instruction.a) || report_limit(instruction, subject.at);
}

bool Validator::check_pattern(const Instruction& instruction, const Subject& subject) {
  std::string scratch;
  const auto& [pattern, text] = program_.patterns[instruction.a];
  spend_on_text(subject.value.raw_string());
  if (pattern.matches(characters(subject.value, scratch))) return true;
  return reporting_ && report("pattern", subject.at, "must match the pattern " + text);
}

bool Validator::check_format(const Instruction& instruction, const Subject& subject) {
  std::string scratch;
  const Format& format = *program_.formats[instruction.a];
  spend_on_text(subject.value.raw_string());
  return format.accepts(characters(subject.value, scratch)) || report(instruction.word, subject.at, format.message);
}

bool Validator::check_unique(const Instruction& instruction, const Subject& subject) {
  spend(subject.value.node().next - subject.value.index());
  const auto equal = find_equal_elements(subject.value);
  if (!equal) return true;
  if (!reporting_) return false;
  const std::string places = std::to_string(equal->first) + " and " + std::to_string(equal->second);
  return report(name_of(instruction.word), subject.at, "must not have equal items; those at " + places + " are equal");
}

bool Validator::check_any_of(const Instruction& instruction, const Subject& subject) {
  bool valid = false;
  for (std::uint32_t i = 0; i < instruction.b; ++i) {
    valid |= check_silently(program_.children[instruction.a + i], subject);
    // Whoever asks what was evaluated needs all of those that fit.
    if (valid && subject.evaluated == nullptr) return true;
  }
  return valid || report(instruction.word, subject.at, "must fit at least one of the schemas in \"anyOf\"");
}

bool Validator::check_one_of(const Instruction& instruction, const Subject& subject) {
  std::uint32_t fitting = 0;
  for (std::uint32_t i = 0; i < instruction.b && fitting < 2; ++i) {
    fitting += check_silently(program_.children[instruction.a + i], subject) ? 1 : 0;
  }
  if (fitting == 1) return true;
  return report(instruction.word, subject.at,
                fitting == 0 ? "must fit exactly one of the schemas in \"oneOf\", and fits none"
                             : "must fit exactly one of the schemas in \"oneOf\", and fits more than one");
}

bool Validator::check_condition(const Instruction& instruction, const Subject& subject) {
  const bool holds = check_silently(program_.children[instruction.a], subject);
  const SchemaId next = program_.children[instruction.a + (holds ? 1 : 2)];
  if (next == kNever) return report_forbidden(holds ? Word::consequence : Word::alternative, subject.at);
  return check(next, subject);
}

/// Without reporting; what it evaluates counts only when it fits.
bool Validator::check_silently(SchemaId schema, const Subject& subject) {
  const Silence silence(*this);
  if (subject.evaluated == nullptr) return check(schema, subject);
  Evaluated evaluated;
  const bool valid = check(schema, {subject.value, subject.at, &evaluated});
  if (valid) subject.evaluated->merge(evaluated);
  return valid;
}

/// The outermost resource in scope that has the anchor.
SchemaId Validator::dynamic_target(const Instruction& instruction) {
  SchemaId target = instruction.b;
  for (const Scope* scope = scope_; scope != nullptr; scope = scope->outer) {
    spend(program_.dynamic_anchors[instruction.a].size());
    for (const auto& [resource, schema] : program_.dynamic_anchors[instruction.a]) {
      if (resource == scope->resource) target = schema;
    }
  }
  return target;
}

}  // namespace millrace::jsonschema
