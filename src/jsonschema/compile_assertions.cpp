// Keywords that say something about the instance by themselves (class Compiler of compiler.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/json/canonical.hpp"
#include "base/json/number.hpp"
#include "jsonschema/compiler.hpp"

namespace millrace::jsonschema {
namespace {

struct Type {
  std::string_view name;
  std::uint8_t kinds;
};

constexpr Type kTypes[] = {
    {"null", bit(json::Kind::null)},     {"boolean", bit(json::Kind::boolean)},
    {"number", bit(json::Kind::number)}, {"integer", kIntegerBit},
    {"string", bit(json::Kind::string)}, {"array", bit(json::Kind::array)},
    {"object", bit(json::Kind::object)},
};

/// What other languages and formats call types.
struct Alias {
  std::string_view name;
  std::string_view hint;
};

constexpr Alias kAliases[] = {
    {"datetime", R"(type "string" with format "date-time")"},
    {"date-time", R"(type "string" with format "date-time")"},
    {"timestamp", R"(type "string" with format "date-time")"},
    {"date", R"(type "string" with format "date")"},
    {"time", R"(type "string" with format "time")"},
    {"duration", R"(type "string" with format "duration")"},
    {"uuid", R"(type "string" with format "uuid")"},
    {"email", R"(type "string" with format "email")"},
    {"uri", R"(type "string" with format "uri")"},
    {"url", R"(type "string" with format "uri")"},
    {"str", R"("string")"},
    {"text", R"("string")"},
    {"varchar", R"("string")"},
    {"enum", R"(type "string" with "enum")"},
    {"int", R"("integer")"},
    {"int32", R"("integer")"},
    {"int64", R"("integer")"},
    {"long", R"("integer")"},
    {"float", R"("number")"},
    {"double", R"("number")"},
    {"decimal", R"("number")"},
    {"bool", R"("boolean")"},
    {"list", R"("array")"},
    {"map", R"("object")"},
    {"dict", R"("object")"},
    {"none", R"("null")"},
    {"nil", R"("null")"},
    {"any", R"(without "type" any value is allowed)"},
};

std::string hint_for_type(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const Alias& alias : kAliases) {
    if (alias.name == lower) return std::string(alias.hint);
  }
  std::vector<std::string> names;
  for (const Type& type : kTypes) names.emplace_back(type.name);
  const std::string_view near = nearest(lower, names);
  return near.empty() ? "the types are null, boolean, number, integer, string, array, object" : json::quoted(near);
}

std::optional<std::uint8_t> kinds_of_type(std::string_view name) {
  for (const Type& type : kTypes) {
    if (type.name == name) return type.kinds;
  }
  return std::nullopt;
}

std::string shortened(std::string text) {
  constexpr std::size_t kMost = 200;
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;
  while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

Enumeration make_enumeration(json::Value list) {
  Enumeration result;
  std::vector<std::string> strings;
  for (json::Value value = list.first(); !(value == list.end()); value = value.after()) {
    if (!result.listing.empty()) result.listing += ", ";
    json::append_canonical(result.listing, value);
    if (value.is(json::Kind::string)) {
      strings.push_back(value.string());
    } else {
      result.others.push_back(value);
    }
  }
  result.strings = NameTable(std::move(strings));
  result.listing = shortened(std::move(result.listing));
  return result;
}

}  // namespace

void Compiler::write_assertions() {
  write_type();
  write_values();
  write_bound(Op::minimum, Word::minimum);
  write_bound(Op::maximum, Word::maximum);
  write_bound(Op::exclusive_minimum, Word::exclusive_minimum);
  write_bound(Op::exclusive_maximum, Word::exclusive_maximum);
  write_bound(Op::multiple_of, Word::multiple_of);
  write_limit(Op::min_length, Word::min_length, json::Kind::string);
  write_limit(Op::max_length, Word::max_length, json::Kind::string);
  write_limit(Op::min_items, Word::min_items, json::Kind::array);
  write_limit(Op::max_items, Word::max_items, json::Kind::array);
  write_limit(Op::min_properties, Word::min_properties, json::Kind::object);
  write_limit(Op::max_properties, Word::max_properties, json::Kind::object);
  write_format();
  write_pattern();
  const auto& unique = word(Word::unique_items);
  if (unique && unique->boolean()) emit(Op::unique_items, Word::unique_items, bit(json::Kind::array));
}

void Compiler::write_type() {
  if (!word(Word::type)) return;
  const json::Value type = *word(Word::type);
  std::uint8_t kinds = 0;
  const auto add = [&](json::Value name) {
    const auto known = kinds_of_type(name.string());
    if (!known) problems_.add(location_of(name), fmt::format("There is no type \"{}\".", name.string()), hint_for_type(name.string()));
    kinds |= known.value_or(0);
  };
  if (type.is(json::Kind::string)) {
    add(type);
  } else {
    for (json::Value name = type.first(); !(name == type.end()); name = name.after()) add(name);
  }
  // A number is allowed whether it is whole or not.
  if ((kinds & bit(json::Kind::number)) != 0) kinds &= static_cast<std::uint8_t>(~kIntegerBit);
  emit(Op::type, Word::type, kAnyKind, kinds);
}

void Compiler::write_values() {
  if (const auto& constant = word(Word::constant)) {
    emit(Op::constant, Word::constant, kAnyKind, static_cast<std::uint32_t>(program_.constants.size()));
    std::string listing;
    json::append_canonical(listing, *constant);
    program_.constants.push_back({*constant, shortened(std::move(listing))});
  }
  if (const auto& list = word(Word::enumeration)) {
    emit(Op::enumeration, Word::enumeration, kAnyKind, static_cast<std::uint32_t>(program_.enumerations.size()));
    program_.enumerations.push_back(make_enumeration(*list));
  }
}

void Compiler::write_bound(Op op, Word keyword) {
  const auto& number = word(keyword);
  if (!number) return;
  Bound bound{.text = std::string(number->text())};
  // Only numbers that are written without fraction compare as such.
  constexpr std::size_t kSmall = 18;
  bound.small = number->node().integral && bound.text.size() <= kSmall;
  if (bound.small) std::from_chars(bound.text.data(), bound.text.data() + bound.text.size(), bound.value);
  emit(op, keyword, bit(json::Kind::number), static_cast<std::uint32_t>(program_.bounds.size()));
  program_.bounds.push_back(std::move(bound));
}

void Compiler::write_limit(Op op, Word keyword, json::Kind kind) {
  if (const auto& number = word(keyword)) emit(op, keyword, bit(kind), limit(*number));
}

/// No document has more of anything than 32 bits can count.
std::uint32_t Compiler::limit(json::Value number) const {
  const auto value = json::integer(number.text());
  return value && *value < kUnlimited ? static_cast<std::uint32_t>(*value) : kUnlimited;
}

void Compiler::write_pattern() {
  const auto& text = word(Word::pattern);
  if (text) emit(Op::pattern, Word::pattern, bit(json::Kind::string), pattern(*text));
}

/// The number of the pattern; what is wrong with it becomes a problem.
std::uint32_t Compiler::pattern(json::Value text) {
  auto made = Pattern::make(text.string());
  if (!made) {
    const std::string shown = shortened(text.string());
    problems_.add(location_of(text), fmt::format("The pattern {} cannot be used: {}.", json::quoted(shown), made.error().message),
                  made.error().hint);
    return 0;
  }
  program_.patterns.emplace_back(*std::move(made), shortened(text.string()));
  return static_cast<std::uint32_t>(program_.patterns.size() - 1);
}

void Compiler::write_format() {
  const auto& name = word(Word::format);
  if (!name) return;
  const Format* format = find_format(name->string());
  if (format == nullptr) return warn_of_format(*name);
  emit(Op::format, Word::format, bit(json::Kind::string), static_cast<std::uint32_t>(program_.formats.size()));
  program_.formats.push_back(format);
}

}  // namespace millrace::jsonschema
