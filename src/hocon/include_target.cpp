#include "hocon/include_target.hpp"

#include "hocon/characters.hpp"

namespace millrace::hocon {
namespace {

constexpr std::string_view kRequired = "required(";
constexpr std::string_view kFormsHint = R"(Write include "name.conf", include file("name.conf"), or required(...) around one of them.)";

struct Form {
  std::string_view opening;
  IncludeKind kind;
};

constexpr std::array kForms = {
    Form{"file(", IncludeKind::file},
    Form{"url(", IncludeKind::url},
    Form{"classpath(", IncludeKind::classpath},
};

const Form* form_of(std::string_view text) {
  const auto* found = std::ranges::find_if(kForms, [&](const Form& form) { return text.starts_with(form.opening); });
  return found == kForms.end() ? nullptr : found;
}

bool close(Lexer& lexer, Problems& problems) {
  lexer.skip_blank_lines();
  if (!lexer.rest().starts_with(')')) {
    problems.add(lexer.spot(), "The include needs a closing parenthesis here.");
    return false;
  }
  lexer.skip(1);
  return true;
}

std::optional<std::string> read_name(Lexer& lexer, IncludeKind kind, Problems& problems) {
  if (lexer.rest().starts_with('"')) return lexer.read_quoted();
  if (kind == IncludeKind::file) {
    const std::string_view line = lexer.rest().substr(0, lexer.rest().find_first_of(")\n"));
    lexer.skip(line.size());
    if (!trimmed(line).empty()) return std::string(trimmed(line));
  }
  problems.add(lexer.spot(), "The include needs a name in quotes here.", std::string(kFormsHint));
  return std::nullopt;
}

}  // namespace

bool is_value_include(std::string_view rest) {
  rest = trimmed(rest.substr(0, rest.find('\n')));
  return rest.starts_with(kRequired) || form_of(rest) != nullptr;
}

std::optional<IncludeTarget> read_include_target(Lexer& lexer, Problems& problems) {
  IncludeTarget target;
  lexer.skip_blank_lines();
  target.spot = lexer.spot();
  if (lexer.rest().starts_with(kRequired)) {
    target.is_required = true;
    lexer.skip(kRequired.size());
    lexer.skip_blank_lines();
  }
  const Form* form = form_of(lexer.rest());
  if (form != nullptr) {
    target.kind = form->kind;
    lexer.skip(form->opening.size());
    lexer.skip_blank_lines();
  }
  auto name = read_name(lexer, target.kind, problems);
  if (!name) return std::nullopt;
  target.name = std::move(*name);
  if (form != nullptr && !close(lexer, problems)) return std::nullopt;
  if (target.is_required && !close(lexer, problems)) return std::nullopt;
  return target;
}

}  // namespace millrace::hocon
