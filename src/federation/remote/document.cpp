#include "federation/remote/document.hpp"

#include <fmt/format.h>

#include "base/json/canonical.hpp"

namespace millrace::federation {
namespace {

constexpr std::size_t kAsksMax = 100;
constexpr std::size_t kTokensMax = 4'000;
constexpr std::size_t kAliasesMax = 400;
constexpr std::size_t kBytesMax = 512 * 1024;
// Of an alias, its field, the key and its variable.
constexpr std::size_t kAskTokens = 14;

void append_declarations(std::string& out, std::span<const Ask> asks, KeyForm form) {
  const auto append = [&out](std::string_view name, std::string_view type) {
    out.append(out.empty() ? "query($" : ",$").append(name).append(1, ':').append(type);
  };
  const PassedField* last = nullptr;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    if (form == KeyForm::variable) append(fmt::format("k{}", i), "ID!");
    // Those of one call stand together.
    if (asks[i].passed != last)
      for (const PassedVariable& variable : asks[i].passed->variables) append(variable.name, variable.type);
    last = asks[i].passed;
  }
  if (!out.empty()) out += ')';
}

std::string query_text(std::span<const Ask> asks, const AskedQuery& query, KeyForm form) {
  std::string text;
  append_declarations(text, asks, form);
  text += '{';
  for (std::size_t i = 0; i < asks.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{}k{}:{}({}:", i > 0 ? " " : "", i, query.name, query.argument);
    std::size_t ignored = 0;
    if (form == KeyForm::variable) {
      fmt::format_to(std::back_inserter(text), "$k{}", i);
    } else if (const std::size_t start = text.size(); !append_literal(text, asks[i].key, nullptr, ignored)) {
      text.resize(start);
      text += "null";  // an object with keys that are no names is nobody's key
    }
    text.append(asks[i].passed->arguments).append(1, ')').append(asks[i].passed->selection);
  }
  return text += '}';
}

std::string variables_text(std::span<const Ask> asks, KeyForm form) {
  std::string text = "{";
  const PassedField* last = nullptr;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    if (form == KeyForm::variable) fmt::format_to(std::back_inserter(text), "{}\"k{}\":{}", text.size() > 1 ? "," : "", i, asks[i].key);
    if (asks[i].passed != last)
      for (const PassedVariable& variable : asks[i].passed->variables)
        fmt::format_to(std::back_inserter(text), "{}\"{}\":{}", text.size() > 1 ? "," : "", variable.name, variable.value);
    last = asks[i].passed;
  }
  return text += '}';
}

}  // namespace

std::vector<std::size_t> divide(std::span<const Ask> asks) {
  std::vector<std::size_t> counts;
  std::size_t tokens = 0, aliases = 0, bytes = 0;
  for (const Ask& ask : asks) {
    tokens += kAskTokens + ask.passed->tokens;
    aliases += 1 + ask.passed->aliases;
    bytes += ask.key.size() + ask.passed->arguments.size() + ask.passed->selection.size();
    const bool is_full =
        !counts.empty() && (counts.back() == kAsksMax || tokens > kTokensMax || aliases > kAliasesMax || bytes > kBytesMax);
    if (counts.empty() || is_full) {
      counts.push_back(0);
      tokens = kAskTokens + ask.passed->tokens;
      aliases = 1 + ask.passed->aliases;
      bytes = ask.key.size() + ask.passed->arguments.size() + ask.passed->selection.size();
    }
    ++counts.back();
  }
  return counts;
}

std::string document_body(std::span<const Ask> asks, const AskedQuery& query, KeyForm form) {
  std::string body = "{\"query\":";
  json::append_string(body, query_text(asks, query, form));
  const std::string variables = variables_text(asks, form);
  if (variables.size() > 2) body.append(",\"variables\":").append(variables);
  return body += '}';
}

}  // namespace millrace::federation
