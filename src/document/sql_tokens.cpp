#include "document/sql_tokens.hpp"

#include <array>
#include <optional>

namespace millrace::document {
namespace {

using Kind = SqlToken::Kind;

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || (c & 0x80) != 0;
}

class Tokenizer {
 public:
  Tokenizer(std::string_view text, std::vector<std::string>& names, TemplateProblems& problems)
      : text_(text), names_(names), problems_(problems) {}

  std::vector<SqlToken> read() {
    while (at_ < text_.size()) read_token();
    if (!open_.empty()) problems_.add(open_.back(), "The parenthesis is not closed.");
    add(Kind::end, at_);
    return std::move(tokens_);
  }

 private:
  void read_token() {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at_;
    } else if (is_mustache_at(text_, at_)) {
      read_parameter(at_, at_);
    } else if (c == '\'') {
      read_string();
    } else if (c == '"' || c == '`' || c == '[') {
      read_quoted_name(c == '[' ? ']' : c);
    } else if (is_word_character(c)) {
      read_word();
    } else {
      read_symbol();
    }
  }

  /// The mustache at `at`, whose token starts at `begin` (before it where a quote stands there). Gives the offset after the mustache.
  std::optional<std::size_t> read_parameter(std::size_t begin, std::size_t at) {
    const auto mustache = read_mustache(text_, at);
    if (!mustache) {
      problems_.add(at, mustache.error());
      at_ = text_.size();
      open_.clear();
      return std::nullopt;
    }
    SqlToken& token = add(Kind::parameter, mustache->end);
    token.begin = begin;
    token.parameter = parameter_number(names_, mustache->name);
    return mustache->end;
  }

  void read_string() {
    const std::size_t begin = at_;
    if (is_mustache_at(text_, begin + 1) && ends_string_with_mustache(begin + 1)) {
      if (read_parameter(begin, begin + 1)) tokens_.back().end = ++at_;
      return;
    }
    const std::string characters = read_quoted('\'');
    if (characters.contains("{{")) {
      problems_.add(begin, "A mustache stands inside a longer literal, where it cannot be bound.",
                    "Join the parts in SQL ('x-' || {{name}}), or send the whole value as the argument");
    }
    add(Kind::string, at_, begin).text = characters;
  }

  /// Whether just after the mustache at `at` the literal ends.
  bool ends_string_with_mustache(std::size_t at) const {
    const auto mustache = read_mustache(text_, at);
    if (!mustache) return true;  // the problem is reported where it is read
    const std::string_view rest = text_.substr(mustache->end);
    return rest.starts_with('\'') && !rest.starts_with("''");
  }

  void read_quoted_name(char close) {
    const std::size_t begin = at_;
    const std::string characters = read_quoted(close);
    if (characters.contains("{{")) {
      problems_.add(begin, "A mustache in double quotes would be a name, not a value.", "Write '{{name}}' in single quotes");
    }
    add(Kind::quoted_name, at_, begin).text = characters;
  }

  /// The characters until the closing quote, where a doubled one stands for itself.
  std::string read_quoted(char close) {
    const std::size_t begin = at_++;
    std::string characters;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == close && !text_.substr(at_).starts_with(close)) return characters;
      if (c == close) ++at_;
      characters += c;
    }
    problems_.add(begin, "The quote is not closed.");
    return characters;
  }

  void read_word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
    add(Kind::word, at_, begin).text = text_.substr(begin, at_ - begin);
  }

  void read_symbol() {
    static constexpr std::array<std::string_view, 6> kLong = {"->>", "->", "::", "#>>", "#>", "||"};
    const std::string_view rest = text_.substr(at_);
    check_symbol(rest);
    std::size_t size = 1;
    for (const std::string_view symbol : kLong) {
      if (size == 1 && rest.starts_with(symbol)) size = symbol.size();
    }
    add(Kind::symbol, at_ + size, at_).text = rest.substr(0, size);
  }

  void check_symbol(std::string_view rest) {
    const char c = rest.front();
    const bool before_word = rest.size() > 1 && is_word_character(rest[1]);
    if (c == '(') open_.push_back(at_);
    if (c == ')') close_parenthesis();
    if (c == ';') problems_.add(at_, "A template is one condition: \";\" is not allowed.");
    if (rest.starts_with("--") || rest.starts_with("/*")) problems_.add(at_, "Comments are not allowed in a template.");
    if (c == '$' || c == '\0' || ((c == '?' || c == '@' || c == ':') && before_word && !after_colon())) {
      problems_.add(at_, "Parameters are written as mustaches.", "Write '{{name}}'");
    }
  }

  /// Whether this is the second colon of a cast such as x::text.
  bool after_colon() const { return at_ > 0 && text_[at_ - 1] == ':'; }

  void close_parenthesis() {
    if (open_.empty()) return problems_.add(at_, "This parenthesis closes nothing.");
    open_.pop_back();
  }

  /// Adds a token and goes on after it.
  SqlToken& add(Kind kind, std::size_t end, std::size_t begin = 0) {
    at_ = end;
    return tokens_.emplace_back(SqlToken{.kind = kind, .begin = begin, .end = end});
  }

  std::string_view text_;
  std::vector<std::string>& names_;
  TemplateProblems& problems_;
  std::vector<SqlToken> tokens_;
  std::vector<std::size_t> open_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<SqlToken> sql_tokens(std::string_view text, std::vector<std::string>& parameter_names, TemplateProblems& problems) {
  return Tokenizer(text, parameter_names, problems).read();
}

}  // namespace millrace::document
