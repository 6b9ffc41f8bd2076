#include "document/sql_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "document/sql_tokens.hpp"

namespace millrace::document {
namespace {

using Kind = SqlToken::Kind;

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// A key that SQL and paths read alike: a number would name an array's element in a path only.
bool is_plain_key(std::string_view key) {
  return !key.empty() && !key.starts_with('$') && key.find_first_not_of("0123456789") != std::string_view::npos;
}

/// The portable subset, recognised from the tokens:
///
///   conditions = condition *("AND" condition) end
///   condition  = path "=" (parameter / string)
///   path       = "id" / "payload" *("->" string) "->>" string / "json_extract" "(" "payload" "," string ")"
class PortableReader {
 public:
  explicit PortableReader(const std::vector<SqlToken>& tokens) : next_(tokens.begin()) {}

  std::optional<Filter> read() {
    std::vector<Filter> conditions;
    do {
      if (!read_condition(conditions)) return std::nullopt;
    } while (take_word("and"));
    if (next_->kind != Kind::end) return std::nullopt;
    return Filter::all_of(std::move(conditions));
  }

 private:
  bool read_condition(std::vector<Filter>& out) {
    std::optional<FieldPath> path = read_path();
    // The payload has no member "id"; the document has.
    if (!path || (path->root == FieldPath::Root::payload && path->keys.front() == R"("id")") || !take_symbol("=")) return false;
    std::optional<Operand> operand = read_operand();
    if (!operand) return false;
    out.push_back(Filter::compare(*std::move(path), Comparison::equal, *std::move(operand)));
    return true;
  }

  std::optional<FieldPath> read_path() {
    if (take_name("id")) return FieldPath{.root = FieldPath::Root::id, .keys = {}};
    if (take_word("json_extract")) return read_extract();
    if (!take_name("payload")) return std::nullopt;
    FieldPath path;
    while (take_symbol("->")) {
      if (!read_key(path)) return std::nullopt;
    }
    if (!take_symbol("->>") || !read_key(path)) return std::nullopt;
    return path;
  }

  std::optional<FieldPath> read_extract() {
    FieldPath path;
    if (!take_symbol("(") || !take_name("payload") || !take_symbol(",")) return std::nullopt;
    if (next_->kind != Kind::string || !next_->text.starts_with("$.") || !read_key(path) || !take_symbol(")")) return std::nullopt;
    return path;
  }

  /// A key, or SQLite's path "$.a.b".
  bool read_key(FieldPath& path) {
    if (next_->kind != Kind::string) return false;
    std::string_view text = next_->text;
    if (!text.starts_with("$.")) {
      path.keys.push_back(json::quoted(text));
      ++next_;
      return is_plain_key(text);
    }
    if (text.find_first_of("[]\"") != std::string_view::npos) return false;
    while (!text.empty()) {
      text.remove_prefix(text.starts_with("$.") ? 2 : 1);
      const std::string_view key = text.substr(0, text.find('.'));
      if (!is_plain_key(key)) return false;
      path.keys.push_back(json::quoted(key));
      text.remove_prefix(key.size());
    }
    ++next_;
    return true;
  }

  std::optional<Operand> read_operand() {
    const SqlToken& token = *next_;
    if (token.kind == Kind::parameter) {
      ++next_;
      return Operand::argument(token.parameter);
    }
    // SQL extracts 5, true and "5" as one text, a filter tells them apart: such a literal stays SQL.
    if (token.kind != Kind::string || json::parse(token.text)) return std::nullopt;
    ++next_;
    return Operand::value(json::quoted(token.text));
  }

  bool take_word(std::string_view word) { return take(next_->kind == Kind::word && equals_ignoring_case(next_->text, word)); }
  bool take_name(std::string_view name) { return take_word(name) || take(next_->kind == Kind::quoted_name && next_->text == name); }
  bool take_symbol(std::string_view symbol) { return take(next_->kind == Kind::symbol && next_->text == symbol); }
  bool take(bool is_it) {
    if (is_it) ++next_;
    return is_it;
  }

  std::vector<SqlToken>::const_iterator next_;
};

/// The text with ?1, ?2, ... for the parameters, each name one number.
Filter as_sql(std::string_view text, const std::vector<SqlToken>& tokens) {
  Filter filter{.kind = Filter::Kind::sql};
  std::size_t copied = 0;
  for (const SqlToken& token : tokens) {
    if (token.kind != Kind::parameter) continue;
    auto known = std::ranges::find(filter.sql_parameters, token.parameter);
    if (known == filter.sql_parameters.end()) known = filter.sql_parameters.insert(known, token.parameter);
    filter.sql += text.substr(copied, token.begin - copied);
    filter.sql += fmt::format("?{}", known - filter.sql_parameters.begin() + 1);
    copied = token.end;
  }
  filter.sql += text.substr(copied);
  return filter;
}

}  // namespace

Checked<Filter> parse_sql_template(std::string_view text, std::vector<std::string>& parameter_names, const Place& where) {
  TemplateProblems problems(text, where);
  const std::vector<SqlToken> tokens = sql_tokens(text, parameter_names, problems);
  if (problems.empty() && tokens.size() == 1) problems.add(0, "The condition is empty.");
  if (!problems.empty()) return std::unexpected(problems.take());
  if (std::optional<Filter> portable = PortableReader(tokens).read()) return *std::move(portable);
  return as_sql(text, tokens);
}

}  // namespace millrace::document
