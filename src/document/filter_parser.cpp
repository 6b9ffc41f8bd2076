#include "document/filter_parser.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "base/json/pointer.hpp"
#include "document/template_text.hpp"

namespace millrace::document {
namespace {

constexpr std::size_t kDepthMax = 64;

/// The template as plain JSON: each mustache became a string of the same length, known by the offset where it begins.
struct PlainText {
  std::string text;
  std::map<std::size_t, std::uint32_t> parameters;
};

class MustacheReplacer {
 public:
  MustacheReplacer(std::string_view text, std::vector<std::string>& names, TemplateProblems& problems)
      : text_(text), names_(names), problems_(problems) {}

  PlainText replace() {
    plain_.text = text_;
    for (std::size_t at = 0; at < text_.size();) at = step(at);
    return std::move(plain_);
  }

 private:
  std::size_t step(std::size_t at) {
    if (is_mustache_at(text_, at)) return replace_mustache(at);
    if (in_string_ && text_[at] == '\\') return at + 2;
    if (text_[at] == '"') in_string_ = !in_string_;
    return at + 1;
  }

  std::size_t replace_mustache(std::size_t at) {
    const auto mustache = read_mustache(text_, at);
    if (!mustache) {
      problems_.add(at, mustache.error());
      return at + 2;
    }
    const std::size_t size = mustache->end - at;
    if (in_string_ && !(text_[at - 1] == '"' && text_.substr(mustache->end).starts_with('"') && begins_string(at - 1))) {
      problems_.add(at, fmt::format("The parameter \"{}\" is mixed with other text in a string.", mustache->name),
                    fmt::format("Let \"{{{{{}}}}}\" be the whole value, and send the whole value as the argument", mustache->name));
    }
    plain_.text.replace(at, size, in_string_ ? std::string(size, 'p') : '"' + std::string(size - 2, 'p') + '"');
    plain_.parameters[in_string_ ? at - 1 : at] = parameter_number(names_, mustache->name);
    return mustache->end;
  }

  /// Whether the quote at this offset is no escaped one inside the string.
  bool begins_string(std::size_t quote) const {
    std::size_t backslashes = 0;
    while (backslashes < quote && text_[quote - 1 - backslashes] == '\\') ++backslashes;
    return backslashes % 2 == 0;
  }

  std::string_view text_;
  std::vector<std::string>& names_;
  TemplateProblems& problems_;
  PlainText plain_;
  bool in_string_ = false;
};

struct OperatorRow {
  std::string_view name;
  Comparison comparison;
};

constexpr std::array kOperators = {
    OperatorRow{"$eq", Comparison::equal},      OperatorRow{"$ne", Comparison::not_equal},
    OperatorRow{"$gt", Comparison::greater},    OperatorRow{"$gte", Comparison::greater_or_equal},
    OperatorRow{"$lt", Comparison::less},       OperatorRow{"$lte", Comparison::less_or_equal},
    OperatorRow{"$in", Comparison::in},         OperatorRow{"$nin", Comparison::not_in},
    OperatorRow{"$prefix", Comparison::prefix}, OperatorRow{"$exists", Comparison::exists},
};

/// Those that stand beside paths, and combine filters.
const std::vector<std::string>& combining_operators() {
  static const std::vector<std::string> kNames = {"$and", "$nor", "$or"};
  return kNames;
}

/// Those that stand below a path.
const std::vector<std::string>& value_operators() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names = {"$not", "$regex", "$options"};
    for (const OperatorRow& row : kOperators) names.emplace_back(row.name);
    std::ranges::sort(names);
    return names;
  }();
  return kNames;
}

bool is_among(std::string_view name, const std::vector<std::string>& names) {
  return std::ranges::find(names, name) != names.end();
}

bool is_operator(std::string_view name) {
  return is_among(name, combining_operators()) || is_among(name, value_operators());
}

/// What to write instead of an operator that is not known here.
std::string way_out(std::string_view name, const std::vector<std::string>& known) {
  if (name == "$options") return "It stands beside $regex";
  if (is_among(name, value_operators())) return fmt::format("It stands below a field: {{\"name\": {{\"{}\": ...}}}}", name);
  if (is_among(name, combining_operators())) return fmt::format("It stands beside the fields: {{\"{}\": [{{\"name\": ...}}]}}", name);
  const std::string_view near = nearest(name, known);
  if (!near.empty()) return fmt::format("Did you mean \"{}\"?", near);
  return fmt::format("Known are {}", fmt::join(known, ", "));
}

/// What is wrong with a literal beside an operator, or nothing.
std::string_view literal_problem(Comparison comparison, json::Kind kind) {
  switch (comparison) {
    case Comparison::less:
    case Comparison::less_or_equal:
    case Comparison::greater:
    case Comparison::greater_or_equal:
      return kind == json::Kind::number || kind == json::Kind::string ? "" : "Only numbers and strings have an order.";
    case Comparison::prefix: return kind == json::Kind::string ? "" : "A prefix is a string.";
    case Comparison::in:
    case Comparison::not_in: return kind == json::Kind::array ? "" : "$in and $nin take an array.";
    case Comparison::exists: return kind == json::Kind::boolean || kind == json::Kind::number ? "" : "$exists takes true or false.";
    case Comparison::equal:
    case Comparison::not_equal:
    case Comparison::regex: return "";
  }
  return "";
}

using Report = std::function<void(json::Value at, std::string_view message, std::string hint)>;

class FilterReader {
 public:
  FilterReader(const std::map<std::size_t, std::uint32_t>& parameters, Report report, const FilterLimits& limits)
      : parameters_(parameters), report_(std::move(report)), limits_(limits) {}

  /// {"path": ..., "$or": [...], ...}: every member must hold.
  Filter read_conditions(json::Value object) {
    std::vector<Filter> conditions;
    if (!object.is(json::Kind::object) || parameter(object)) {
      problem(object, "A filter is an object such as {\"payload.name\": \"x\"}.");
      return {};
    }
    for (json::Value key = object.first(); key != object.end(); key = key.after().after()) {
      if (is_key_problem(key)) continue;
      read_member(key, key.after(), conditions);
    }
    return Filter::all_of(std::move(conditions));
  }

 private:
  /// The name of a key. In requests "_gte" is "$gte" as well, since GraphQL cannot write a "$" in a literal.
  std::string name_of(json::Value key) const {
    std::string name = key.string();
    if (!limits_.underscores || !name.starts_with('_')) return name;
    std::string written = '$' + name.substr(1);
    return is_operator(written) ? written : name;
  }

  void read_member(json::Value key, json::Value value, std::vector<Filter>& out) {
    const std::string name = name_of(key);
    if (limits_.underscores && name.starts_with('_')) {
      std::string meant = '$' + name.substr(1);
      std::ranges::transform(meant, meant.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      if (const std::string_view near = nearest(meant, combining_operators()); !near.empty())
        return problem(key, fmt::format("The operator \"{}\" is not known here.", name), fmt::format("Did you mean \"{}\"?", near));
    }
    if (!name.starts_with('$')) return read_path(key, name, value, out);
    if (name == "$and") return read_list(Filter::Kind::all, value, out);
    if (name == "$or") return read_list(Filter::Kind::any, value, out);
    if (name == "$nor") return read_list(Filter::Kind::none, value, out);
    problem(key, fmt::format("The operator \"{}\" is not known here.", name), way_out(name, combining_operators()));
  }

  void read_list(Filter::Kind kind, json::Value value, std::vector<Filter>& out) {
    if (!value.is(json::Kind::array) || value.size() == 0) return problem(value, "$and, $or and $nor take an array of one filter or more.");
    Filter filter{.kind = kind};
    for (json::Value child = value.first(); child != value.end(); child = child.after()) {
      filter.children.push_back(read_conditions(child));
    }
    out.push_back(std::move(filter));
  }

  void read_path(json::Value key, const std::string& name, json::Value value, std::vector<Filter>& out) {
    if (name.empty() || name.starts_with('.') || name.ends_with('.') || name.contains("..")) {
      return problem(key, fmt::format("\"{}\" is not a path.", name));
    }
    const FieldPath path = FieldPath::parse(name);
    if (is_operators(value)) return read_operators(path, value, out);
    read_comparison(path, Comparison::equal, value, out);
  }

  bool is_operators(json::Value value) const {
    if (!value.is(json::Kind::object) || value.size() == 0) return false;
    const std::string name = name_of(value.first());
    return name.starts_with('$') || (limits_.underscores && name.starts_with('_'));
  }

  void read_operators(const FieldPath& path, json::Value operators, std::vector<Filter>& out) {
    for (json::Value key = operators.first(); key != operators.end(); key = key.after().after()) {
      if (is_key_problem(key)) continue;
      read_operator(path, key, operators, out);
    }
  }

  void read_operator(const FieldPath& path, json::Value key, json::Value operators, std::vector<Filter>& out) {
    const std::string name = name_of(key);
    const json::Value value = key.after();
    if (name == "$not") return read_not(path, value, out);
    if (name == "$regex") return read_regex(path, value, operators, out);
    if (name == "$options" && member(operators, "$regex")) return;  // read with $regex
    const auto row = std::ranges::find(kOperators, name, &OperatorRow::name);
    if (row == kOperators.end()) {
      return problem(key, fmt::format("The operator \"{}\" is not known.", name), way_out(name, value_operators()));
    }
    read_comparison(path, row->comparison, value, out);
  }

  void read_comparison(const FieldPath& path, Comparison comparison, json::Value value, std::vector<Filter>& out) {
    const bool is_list = comparison == Comparison::in || comparison == Comparison::not_in;
    if (const auto number = parameter(value)) return out.push_back(Filter::compare(path, comparison, Operand::argument(*number)));
    if (const std::string_view wrong = literal_problem(comparison, value.kind()); !wrong.empty()) return problem(value, wrong);
    if (is_list && has_parameter(value)) return read_list_of_parameters(path, comparison, value, out);
    if (has_parameter(value)) return problem(value, "A parameter stands for a whole value, not for a part of one.");
    out.push_back(Filter::compare(path, comparison, Operand::value(canonical(value))));
  }

  /// {"$in": ["{{a}}", "b"]} is any equality; $nin is every inequality.
  void read_list_of_parameters(const FieldPath& path, Comparison comparison, json::Value list, std::vector<Filter>& out) {
    const bool inside = comparison == Comparison::in;
    Filter filter{.kind = inside ? Filter::Kind::any : Filter::Kind::all};
    for (json::Value value = list.first(); value != list.end(); value = value.after()) {
      read_comparison(path, inside ? Comparison::equal : Comparison::not_equal, value, filter.children);
    }
    out.push_back(std::move(filter));
  }

  void read_not(const FieldPath& path, json::Value value, std::vector<Filter>& out) {
    if (!is_operators(value)) return problem(value, "$not takes operators such as {\"$gt\": 1}.", "For inequality write $ne");
    std::vector<Filter> conditions;
    read_operators(path, value, conditions);
    Filter filter{.kind = Filter::Kind::none};
    filter.children.push_back(Filter::all_of(std::move(conditions)));
    out.push_back(std::move(filter));
  }

  void read_regex(const FieldPath& path, json::Value value, json::Value operators, std::vector<Filter>& out) {
    if (parameter(value)) return problem(value, "A regular expression is part of the template, not a parameter.", "$prefix takes one");
    if (!value.is(json::Kind::string)) return problem(value, "A regular expression is a string.");
    const std::string pattern = flags(operators) + value.string();
    // Before it is compiled, which is where it costs.
    if (pattern.size() > limits_.pattern_bytes || ++patterns_ > limits_.patterns) {
      return problem(
          value, fmt::format("A filter has at most {} regular expressions of at most {} bytes.", limits_.patterns, limits_.pattern_bytes));
    }
    Filter filter = Filter::compare(path, Comparison::regex, Operand::value(json::quoted(pattern)));
    if (!filter.pattern->ok()) return problem(value, fmt::format("RE2 cannot take the pattern: {}.", filter.pattern->error()));
    out.push_back(std::move(filter));
  }

  std::optional<json::Value> member(json::Value operators, std::string_view name) const {
    for (json::Value key = operators.first(); key != operators.end(); key = key.after().after())
      if (name_of(key) == name) return key.after();
    return std::nullopt;
  }

  /// $options as RE2's flags: "(?im)".
  std::string flags(json::Value operators) {
    const auto options = member(operators, "$options");
    if (!options) return {};
    if (!options->is(json::Kind::string) || parameter(*options) || options->raw_string().find_first_not_of("ims") != std::string::npos) {
      problem(*options, "$options takes the letters i, m and s.");
      return {};
    }
    return options->raw_string().empty() ? "" : fmt::format("(?{})", options->raw_string());
  }

  bool is_key_problem(json::Value key) {
    if (!parameter(key)) return false;
    problem(key, "A parameter cannot stand for the name of a field.");
    return true;
  }

  std::optional<std::uint32_t> parameter(json::Value value) const {
    const auto found = parameters_.find(value.node().begin);
    return found == parameters_.end() || !value.is(json::Kind::string) ? std::nullopt : std::optional(found->second);
  }

  bool has_parameter(json::Value value) const {
    const auto found = parameters_.lower_bound(value.node().begin);
    return found != parameters_.end() && found->first < value.node().end;
  }

  static std::string canonical(json::Value value) {
    std::string text;
    json::append_canonical(text, value);
    return text;
  }

  void problem(json::Value at, std::string_view message, std::string hint = {}) { report_(at, message, std::move(hint)); }

  const std::map<std::size_t, std::uint32_t>& parameters_;
  Report report_;
  const FilterLimits& limits_;
  std::size_t patterns_ = 0;
};

/// The JSON Pointer of a value or key, or of what it stands in as far as it goes.
void append_pointer(std::string& out, json::Value in, json::Value sought) {
  std::size_t index = 0;
  const bool is_object = in.is(json::Kind::object);
  if (!is_object && !in.is(json::Kind::array)) return;
  for (json::Value each = in.first(); each != in.end(); each = each.after(), ++index) {
    const json::Value value = is_object ? each.after() : each;
    const bool is_key = is_object && each == sought;
    const bool holds = value.index() <= sought.index() && sought.index() < value.after().index();
    if (is_key || holds) json::append_pointer_token(out, is_object ? each.string() : std::to_string(index));
    if (is_key) return;
    if (holds) return append_pointer(out, value, sought);
    each = value;
  }
}

Failure too_large(std::string message) {
  return Failure(Error{ErrorKind::too_large, "filter.too_large", std::move(message)});
}

}  // namespace

Checked<Filter> parse_filter_template(std::string_view text, std::vector<std::string>& parameter_names, const Place& where) {
  TemplateProblems problems(text, where);
  const PlainText plain = MustacheReplacer(text, parameter_names, problems).replace();
  if (!problems.empty()) return std::unexpected(problems.take());
  const auto parsed = json::parse(plain.text, {.depth = kDepthMax});
  if (!parsed) return std::unexpected(std::vector{Problem{.place = where, .message = "Template: " + parsed.error().message}});
  const auto report = [&problems](json::Value at, std::string_view message, std::string hint) {
    problems.add(at.node().begin, message, std::move(hint));
  };
  const FilterLimits unlimited{.patterns = SIZE_MAX, .pattern_bytes = SIZE_MAX, .underscores = false};
  Filter filter = FilterReader(plain.parameters, report, unlimited).read_conditions(parsed->root());
  if (!problems.empty()) return std::unexpected(problems.take());
  return filter;
}

Result<Filter> parse_filter(std::string_view json, std::string_view pointer, const FilterLimits& limits) {
  if (json.size() > limits.bytes)
    return too_large(fmt::format("A filter has at most {} bytes; this one has {}.", limits.bytes, json.size()));
  const auto parsed = json::parse(json, {.depth = limits.depth});
  if (!parsed && parsed.error().code == "json.depth") return too_large(fmt::format("A filter is nested at most {} deep.", limits.depth));
  if (!parsed) return Failure(parsed.error());
  std::vector<ErrorDetail> problems;
  const auto report = [&](json::Value at, std::string_view message, const std::string& hint) {
    std::string path(pointer);
    append_pointer(path, parsed->root(), at);
    problems.push_back({std::move(path), "filter",
                        hint.empty() ? std::string(message) : fmt::format("{} {}{}", message, hint, hint.ends_with('?') ? "" : ".")});
  };
  const std::map<std::size_t, std::uint32_t> no_parameters;
  Filter filter = FilterReader(no_parameters, report, limits).read_conditions(parsed->root());
  if (!problems.empty()) {
    std::string message = fmt::format("The filter is wrong at {}: {}", problems.front().path, problems.front().message);
    return Failure(Error{ErrorKind::invalid_argument, "filter.syntax", std::move(message), {}, std::move(problems)});
  }
  return filter;
}

}  // namespace millrace::document
