#include "app/start_page.hpp"

#include <algorithm>
#include <cstring>

#include "app/address.hpp"
#include "app/console.hpp"
#include "app/unified_model.hpp"
#include "base/json/canonical.hpp"
#include "graph/example_queries.hpp"
#include "http/media_range.hpp"
#include "http/status.hpp"
#include "jsonschema/example.hpp"
#include "pages/page.hpp"

namespace millrace::app {
namespace {

constexpr char kHere = '\x01';  // stands for the service's address until a request says what it is

/// The example document of an entity; an empty object when its schema leads to none.
std::string example_document(const Model& model, std::size_t entity) {
  for (const RestletteModel& restlette : model.restlettes)
    if (restlette.entity == entity && restlette.schema) return jsonschema::make_example(*restlette.schema).value_or("{}");
  return "{}";
}

/// A word of a shell's command, in single quotes.
std::string shell_word(std::string_view text) {
  std::string word = "'";
  for (const char c : text) c == '\'' ? word += "'\\''" : word += c;
  return word + "'";
}

/// A query in one line: what the examples hold between words is white space alone.
std::string one_line(std::string_view query) {
  std::string line;
  for (const char c : query) {
    const bool is_blank = c == ' ' || c == '\n';
    if (!is_blank) line += c;
    if (is_blank && !line.ends_with(' ')) line += ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string post(const std::string& path, std::string_view body) {
  return fmt::format("curl -X POST {}{} \\\n  -H 'Content-Type: application/json' \\\n  -d {}", kHere, path, shell_word(body));
}

/// The address that a client reached, as far as it says: the host that it names, if that is one.
std::string url_of(const http::Request& request, const std::string& otherwise) {
  const std::string_view host = request.header("host");
  const auto is_host = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || std::strchr(".:-_[]", c);
  };
  if (host.empty() || !std::ranges::all_of(host, is_host)) return otherwise;
  return fmt::format("{}://{}", request.header("x-forwarded-proto") == "https" ? "https" : "http", host);
}

std::string at(const std::string& text, const std::string& url) {
  std::string out;
  for (const char c : text) c == kHere ? out += url : out += c;
  return out;
}

}  // namespace

std::string name_of(std::string_view path) {
  const std::string_view folder = path.substr(0, path.rfind('/'));
  return std::string(folder.empty() ? path : folder.substr(1));
}

std::string docs_path(std::string_view restlette) {
  return fmt::format("{}/api-docs", restlette == "/" ? "" : restlette);
}

namespace {

/// The REST list of an entity's newest document, from the service's address on; "null" when there is none.
std::string newest_list(const Model& model, std::size_t entity) {
  for (const RestletteModel& restlette : model.restlettes)
    if (restlette.entity == entity) return json::quoted(restlette.path.substr(1) + "?limit=1");
  return "null";
}

/// An example as the page reads it.
std::string example_text(std::string_view query, const graph::ExampleQuery& example, const std::string& list) {
  std::string variables;
  for (const graph::ExampleVariable& variable : example.variables)
    variables += fmt::format(R"({}{{"name":{},"member":{},"value":{}}})", variables.empty() ? "" : ",", json::quoted(variable.name),
                             json::quoted(variable.member), variable.value);
  return fmt::format(R"({{"query":{},"variables":[{}],"list":{}}})", json::quoted(query), variables, list);
}

/// The operation with its fields below another, and a name of its own: "query ById(...) {" is "query RawEventsById(...) {".
std::string below(const std::string& field, const std::string& query) {
  constexpr std::string_view kKeyword = "query ";
  std::string text(kKeyword);
  text += static_cast<char>(field[0] >= 'a' && field[0] <= 'z' ? field[0] - 'a' + 'A' : field[0]);
  text += field.substr(1);
  const std::size_t first = query.find('\n') + 1;
  const std::size_t last = query.rfind('}');
  text.append(query.substr(kKeyword.size(), first - kKeyword.size())).append("  " + field + " {\n");
  for (std::size_t at = first; at < last;) {
    const std::size_t end = query.find('\n', at) + 1;
    text.append("  ").append(query.substr(at, end - at));
    at = end;
  }
  return text + "  }\n}\n";
}

}  // namespace

std::string graphiql_settings(const Model& model, std::size_t graphlette) {
  const GraphletteModel& own = model.graphlettes[graphlette];
  const std::string list = newest_list(model, own.entity);
  std::string examples;
  for (const graph::ExampleQuery& example : graph::example_queries(*own.schema, example_document(model, own.entity)))
    examples.append(examples.empty() ? "" : ",").append(example_text(example.query, example, list));
  return fmt::format(R"({{"examples":[{}]}})", examples);
}

std::string unified_graphiql_settings(const Model& model) {
  std::string examples;
  for (const UnifiedMember& member : model.unified->members) {
    const GraphletteModel& own = model.graphlettes[member.graphlette];
    const auto all = graph::example_queries(*own.schema, example_document(model, own.entity));
    if (all.empty()) continue;
    // The last is the one that follows a relation, where there is any.
    const std::string text = example_text(below(member.field, all.back().query), all.back(), newest_list(model, own.entity));
    examples.append(examples.empty() ? "" : ",").append(text);
  }
  return fmt::format(R"({{"examples":[{}]}})", examples);
}

StartPage::StartPage(const Model& model)
    : url_(model.config.url), is_public_(!is_loopback(model.config.url)), has_console_(has_console(model)) {
  if (model.unified) unified_ = model.unified->path;
  for (std::size_t i = 0; i < model.entities.size(); ++i) {
    Entity& entity = entities_.emplace_back();
    const std::string document = example_document(model, i);
    for (const RestletteModel& restlette : model.restlettes) {
      if (restlette.entity != i) continue;
      entity.restlettes.push_back(restlette.path);
      if (document != "{}") entity.commands.push_back({"Create a document", post(restlette.path, document)});
      entity.commands.push_back({"List the newest", "curl " + shell_word(fmt::format("{}{}?limit=10", kHere, restlette.path))});
    }
    for (const GraphletteModel& graphlette : model.graphlettes) {
      if (graphlette.entity != i) continue;
      entity.graphlettes.push_back(graphlette.path);
      const auto examples = graph::example_queries(*graphlette.schema, document);
      if (examples.empty()) continue;
      const std::string body = fmt::format(R"({{"query": {}, "variables": {}}})", json::quoted(one_line(examples.front().query)),
                                           examples.front().variables_text());
      entity.commands.push_back({"Ask in GraphQL", post(graphlette.path, body)});
    }
    const std::string& path = entity.graphlettes.empty() ? entity.restlettes.front() : entity.graphlettes.front();
    entity.name = name_of(path);
  }
}

std::string StartPage::text(const std::string& url) const {
  const auto quoted = [&](const std::string& path) { return json::quoted(url + path); };
  const auto joined = [](const auto& range, const auto& one) {
    std::string list;
    for (const auto& each : range) list += (list.empty() ? "" : ",") + one(each);
    return "[" + list + "]";
  };
  const auto graphlette = [&](const std::string& path) {
    return fmt::format(R"({{"path":{},"url":{}}})", json::quoted(path), quoted(path));
  };
  const auto restlette = [&](const std::string& path) {
    return fmt::format(R"({{"path":{},"url":{},"docs":{},"openapi":{}}})", json::quoted(path), quoted(path), quoted(docs_path(path)),
                       quoted(docs_path(path) + "/swagger.json"));
  };
  const auto command = [&](const Command& one) {
    return fmt::format(R"({{"title":{},"curl":{}}})", json::quoted(one.title), json::quoted(at(one.curl, url)));
  };
  const auto entity = [&](const Entity& one) {
    return fmt::format(R"({{"name":{},"graphql":{},"rest":{},"commands":{}}})", json::quoted(one.name), joined(one.graphlettes, graphlette),
                       joined(one.restlettes, restlette), joined(one.commands, command));
  };
  return fmt::format(R"({{"name":"Millrace","url":{},"public":{},"health":{},"ready":{},"console":{},"graphql":{},"services":{}}})",
                     json::quoted(url), is_public_, quoted("/health"), quoted("/ready"),
                     has_console_ ? quoted(std::string(kConsolePath)) : "null", unified_.empty() ? "null" : graphlette(unified_),
                     joined(entities_, entity));
}

Task<http::Response> StartPage::handle(const http::Request& request) {
  if (!pages::is_read(request)) co_return pages::method_answer(request);
  const auto format = http::preferred_media_type(request.header("accept"), {"application/json", "text/html"});
  const std::string services = text(is_public_ ? url_ : url_of(request, url_));
  http::Response response;
  if (format == 1u) {
    response = pages::render_page(request, "start", "Millrace", services);
  } else if (!format) {
    response = http::problem(406, {ErrorKind::invalid_argument, "http.not_acceptable", "The start page is HTML or JSON."});
  } else {
    response.body = services;
    response.add("Content-Type", "application/json").add("Cache-Control", "no-cache");
  }
  response.add("Vary", "Accept, Host");
  co_return response;
}

}  // namespace millrace::app
