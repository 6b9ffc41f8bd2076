#include "access/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"
#include "document/filter_parser.hpp"

namespace millrace::access {

const std::string_view kRightNames[kRights] = {"read", "feed", "history", "lifecycle", "create", "update", "delete"};

bool Rule::is_for(const Principal* principal) const {
  return std::ranges::any_of(roles, [principal](const std::string& role) {
    if (role == "*") return true;
    if (role == "anonymous") return principal == nullptr;
    if (role == "authenticated") return principal != nullptr;
    return principal != nullptr && principal->has_role(role);
  });
}

bool Rule::shows(std::string_view quoted_key) const {
  if (quoted_key == kTokensKey && std::ranges::any_of(bound, [](const Bound& one) { return one.source == Bound::Source::tokens; }))
    return false;
  return !fields || std::ranges::find(*fields, quoted_key) != fields->end();
}

Right right_of(document::Operation operation) {
  switch (operation) {
    case document::Operation::create: return Right::create;
    case document::Operation::replace: return Right::update;
    case document::Operation::remove: return Right::remove;
  }
  return Right::remove;
}

Error denied(document::Operation operation, const Principal* principal) {
  return {ErrorKind::forbidden, "access.denied",
          fmt::format("You may not {} here.", kRightNames[static_cast<std::size_t>(right_of(operation))]),
          principal == nullptr ? "Say who you are." : ""};
}

// --- Conditions ------------------------------------------------------------------------------------------------------------------------

namespace {

bool is_scalar(std::string_view value) {
  return !value.empty() && value != "null" && value.front() != '[' && value.front() != '{';
}

/// The member of that very name, as claims that are named by a URL have it; else along the dots.
std::string_view claim_at(std::string_view object, std::string_view path) {
  if (!object.starts_with('{')) return {};
  if (const std::string_view whole = json::member(object, json::quoted(path)); !whole.empty()) return whole;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const std::string_view inner = json::member(object, json::quoted(path.substr(0, dot)));
    if (inner.empty()) continue;
    if (const std::string_view found = claim_at(inner, path.substr(dot + 1)); !found.empty()) return found;
  }
  return {};
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& text : texts) {
    if (list.size() > 1) list += ',';
    json::append_string(list, text);
  }
  return list + ']';
}

/// Null is what is not there, and nothing is to be met by that by mistake: it fits nowhere.
bool holds_scalars(std::string_view list) {
  json::Elements elements(list);
  for (std::string_view element; elements.next(element);)
    if (!is_scalar(element)) return false;
  return true;
}

std::string raw_value(const Bound& bound, const Principal& principal) {
  switch (bound.source) {
    case Bound::Source::claim: return std::string(claim_at(principal.claims, bound.path));
    case Bound::Source::subject: return principal.subject.empty() ? std::string() : json::quoted(principal.subject);
    case Bound::Source::roles: return list_of(principal.roles);
    case Bound::Source::tokens: break;
  }
  return {};
}

}  // namespace

std::string value_of(const Bound& bound, const Principal* principal) {
  // Null finds the documents that carry no token.
  if (bound.source == Bound::Source::tokens)
    return principal == nullptr || principal->subject.empty() ? "[null]" : fmt::format("[{},null]", json::quoted(principal->subject));
  std::string value = principal == nullptr ? std::string() : raw_value(bound, *principal);
  if (!bound.is_list) return is_scalar(value) ? value : std::string();
  if (is_scalar(value)) return '[' + value + ']';
  return value.starts_with('[') && holds_scalars(value) ? value : std::string();
}

bool Decision::is_narrow() const {
  return rule != nullptr && !(rule->where.kind == document::Filter::Kind::all && rule->where.children.empty());
}

bool Decision::sees_all(bool has_tokens) const {
  return sees_any() && !has_tokens && !rule->fields && !is_narrow();
}

bool Decision::is_met_by(std::string_view text) const {
  if (!sees_any()) return false;
  const std::vector<std::string_view> arguments(values.begin(), values.end());
  return document::matches(rule->where, arguments, text);
}

Decision decide(const Rules& rules, Right right, const Principal* principal) {
  const auto rule = std::ranges::find_if(rules.rules, [&](const Rule& one) { return one.may(right) && one.is_for(principal); });
  Decision decision;
  if (rule == rules.rules.end()) return decision;
  decision.rule = &*rule;
  for (const Bound& bound : rule->bound) {
    decision.values.push_back(value_of(bound, principal));
    decision.is_met_by_none |= decision.values.back().empty();
  }
  return decision;
}

// --- Reading ---------------------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::string_view kClaims = "claims.";
constexpr std::string_view kName = "bound_";

/// What "${...}" stands for; nothing: it is not known.
std::optional<Bound> read_bound(std::string_view name) {
  if (name == "sub") return Bound{.source = Bound::Source::subject};
  if (name == "roles") return Bound{.source = Bound::Source::roles};
  if (name.starts_with(kClaims) && name.size() > kClaims.size()) return Bound{.path = std::string(name.substr(kClaims.size()))};
  return std::nullopt;
}

/// The condition as a query template: each "${...}" becomes a mustache, the one of its number.
class Bindings {
 public:
  Bindings(const Place& where, std::vector<Problem>& problems) : where_(where), problems_(problems) {}

  std::string replace(json::Value value) {
    switch (value.kind()) {
      case json::Kind::object: return replace_object(value);
      case json::Kind::array: return replace_array(value);
      case json::Kind::string: return replace_string(value.string());
      default: {
        std::string text;
        json::append_canonical(text, value);
        return text;
      }
    }
  }
  std::vector<Bound> take() { return std::move(bound_); }

 private:
  std::string replace_object(json::Value object) {
    std::string text = "{";
    for (json::Value key = object.first(); !(key == object.end()); key = key.after().after()) {
      const std::string name = key.string();
      if (name.contains("${") || name.contains("{{"))
        problem(fmt::format("\"{}\" is not a path.", name), "A value may be \"${claims.team}\", a path may not.");
      text += text.size() > 1 ? "," : "";
      json::append_string(text, name);
      text.append(1, ':').append(replace(key.after()));
    }
    return text + '}';
  }

  std::string replace_array(json::Value array) {
    std::string text = "[";
    for (json::Value value = array.first(); !(value == array.end()); value = value.after()) {
      text += text.size() > 1 ? "," : "";
      text += replace(value);
    }
    return text + ']';
  }

  std::string replace_string(const std::string& text) {
    if (text.contains("{{")) problem(fmt::format("\"{}\" has two braces, with which a template's parameters begin.", text), {});
    if (!text.contains("${")) return json::quoted(text);
    const bool is_whole = text.starts_with("${") && text.find('}') == text.size() - 1;
    const auto bound = is_whole ? read_bound(std::string_view(text).substr(2, text.size() - 3)) : std::nullopt;
    if (!bound) {
      problem(is_whole ? fmt::format("\"{}\" is nothing that is known of who asks.", text)
                       : fmt::format("In \"{}\" a claim is mixed with other text.", text),
              "The whole value is \"${claims.team}\", \"${sub}\" or \"${roles}\".");
      return "null";
    }
    bound_.push_back(*bound);
    return fmt::format("\"{{{{{}{}}}}}\"", kName, bound_.size() - 1);
  }

  void problem(std::string message, std::string hint) {
    problems_.push_back({.place = where_, .message = std::move(message), .hint = std::move(hint)});
  }

  const Place& where_;
  std::vector<Problem>& problems_;
  std::vector<Bound> bound_;
};

void note_lists(const document::Filter& filter, std::vector<Bound>& bound) {
  for (const document::Filter& child : filter.children) note_lists(child, bound);
  if (filter.kind != document::Filter::Kind::compare || filter.operand.is_literal()) return;
  bound.at(filter.operand.parameter).is_list =
      filter.comparison == document::Comparison::in || filter.comparison == document::Comparison::not_in;
}

}  // namespace

Checked<Rule> with_condition(Rule rule, std::string_view json, const Place& where) {
  std::vector<Problem> problems;
  const auto parsed = json::parse(json);
  CHECK(parsed.has_value());
  Bindings bindings(where, problems);
  const std::string text = bindings.replace(parsed->root());
  if (!problems.empty()) return std::unexpected(std::move(problems));
  // Named in the order of their first use, each once: its name says its number.
  std::vector<std::string> names;
  auto filter = document::parse_filter_template(text, names, where);
  if (!filter) return std::unexpected(std::move(filter).error());
  rule.where = *std::move(filter);
  rule.bound = bindings.take();
  note_lists(rule.where, rule.bound);
  return rule;
}

Rules with_tokens(Rules rules) {
  if (!rules.has_tokens) return rules;
  for (Rule& rule : rules.rules) {
    std::vector<document::Filter> both;
    both.push_back(std::move(rule.where));
    both.push_back(document::Filter::compare({.keys = {std::string(kTokensKey)}}, document::Comparison::in,
                                             document::Operand::argument(static_cast<std::uint32_t>(rule.bound.size()))));
    rule.where = document::Filter::all_of(std::move(both));
    rule.bound.push_back({.source = Bound::Source::tokens, .is_list = true});
  }
  return rules;
}

}  // namespace millrace::access
