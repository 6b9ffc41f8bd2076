// What a person reads about a document that does not fit (class Validator of validator.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "base/json/canonical.hpp"
#include "base/json/pointer.hpp"
#include "base/problem.hpp"
#include "jsonschema/equality.hpp"
#include "jsonschema/validator.hpp"

namespace millrace::jsonschema {
namespace {

std::string counted(std::uint32_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string_view comparison(Op op) {
  switch (op) {
    case Op::minimum: return "at least";
    case Op::maximum: return "at most";
    case Op::exclusive_minimum: return "greater than";
    case Op::exclusive_maximum: return "less than";
    default: return "a multiple of";
  }
}

}  // namespace

std::string Validator::pointer(const Step& at) const {
  std::vector<const Step*> steps;
  for (const Step* step = &at; step->parent != nullptr; step = step->parent) steps.push_back(step);
  std::string out;
  for (const Step* step : std::views::reverse(steps)) {
    json::append_pointer_token(out, step->key == 0 ? std::to_string(step->place) : json::Value(instance_.document(), step->key).string());
  }
  return out;
}

/// Whether a violation would still be told. Long keys repeat in every path below them: the whole has a limit.
bool Validator::is_listening() const {
  constexpr std::size_t kBytesMax = 64 * 1024;
  return reporting_ && violations_.size() < violations_max_ && reported_bytes_ < kBytesMax;
}

bool Validator::report(std::string_view keyword, const Step& at, std::string message) {
  if (!is_listening()) return false;
  ErrorDetail& violation = violations_.emplace_back(pointer(at), std::string(keyword), std::move(message));
  reported_bytes_ += violation.path.size() + violation.message.size();
  return false;
}

bool Validator::report(Word word, const Step& at, std::string_view message) {
  return is_listening() && report(name_of(word), at, std::string(message));
}

bool Validator::report_type(std::uint8_t kinds, const Step& at) {
  if (!is_listening()) return false;
  constexpr std::string_view kNames[] = {"null", "true or false", "a number", "a string", "a list", "an object", "a whole number"};
  std::vector<std::string_view> allowed;
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if ((kinds >> i & 1) != 0) allowed.push_back(kNames[i]);
  }
  // What may also be null reads best at the end.
  if (allowed.front() == kNames[0]) std::ranges::rotate(allowed, allowed.begin() + 1);
  return report("type", at, fmt::format("must be {}", fmt::join(allowed, " or ")));
}

bool Validator::report_bound(const Instruction& instruction, const Step& at) {
  if (!is_listening()) return false;
  return report(name_of(instruction.word), at,
                fmt::format("must be {} {}", comparison(instruction.op), program_.bounds[instruction.a].text));
}

bool Validator::report_limit(const Instruction& instruction, const Step& at) {
  if (!is_listening()) return false;
  const bool most = instruction.op == Op::max_length || instruction.op == Op::max_items || instruction.op == Op::max_properties;
  std::string what;
  switch (instruction.op) {
    case Op::min_length:
    case Op::max_length: what = counted(instruction.a, "character", "characters"); break;
    case Op::min_items:
    case Op::max_items: what = counted(instruction.a, "item", "items"); break;
    default: what = counted(instruction.a, "property", "properties");
  }
  return report(name_of(instruction.word), at, fmt::format("must have at {} {}", most ? "most" : "least", what));
}

bool Validator::report_missing(const MemberRule& rule, const Subject& subject) {
  if (!is_listening()) return false;
  for (std::size_t i = 0; i < rule.known.size(); ++i) {
    const std::string& name = rule.names.names()[i];
    if (!is_listening()) break;
    if (!rule.known[i].required || subject.value.find(name)) continue;
    report("required", subject.at, fmt::format("must have the property {}", json::quoted(name)));
  }
  return false;
}

bool Validator::report_unknown(const MemberRule& rule, std::string_view name, const Step& at) {
  if (!is_listening()) return false;
  std::string message = "is not a property that is allowed here";
  // Nobody mistypes a name into a novel, and comparing one takes its time; so does comparing with thousands.
  constexpr std::size_t kNameMax = 100;
  constexpr std::size_t kNamesMax = 500;
  std::vector<std::string> allowed;
  for (std::size_t i = 0; i < std::min(rule.known.size(), kNamesMax); ++i) {
    if (rule.known[i].schema != kNoSchema) allowed.push_back(rule.names.names()[i]);
  }
  const std::string_view near = name.size() > kNameMax ? std::string_view() : nearest(name, allowed);
  if (!near.empty()) message += fmt::format("; did you mean {}?", json::quoted(near));
  return report("additionalProperties", at, std::move(message));
}

bool Validator::report_contains(const ContainsRule& rule, const Step& at) {
  if (!is_listening()) return false;
  const bool unlimited = rule.most == kUnlimited;
  const std::string least = counted(rule.least, "item", "items");
  if (unlimited) {
    return report(rule.least == 1 ? "contains" : "minContains", at,
                  fmt::format("must have at least {} that fits the schema in \"contains\"", least));
  }
  return report("contains", at, fmt::format("must have from {} to {} items that fit the schema in \"contains\"", rule.least, rule.most));
}

bool Validator::report_forbidden(Word word, const Step& at) {
  return report(word, at, "is not allowed");
}

}  // namespace millrace::jsonschema
