#include "app/start_page.hpp"

#include <algorithm>
#include <cstring>

#include "app/address.hpp"
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

/// "/raw-events/api" as "raw-events"; a path of one part as it is.
std::string name_of(std::string_view path) {
  const std::string_view folder = path.substr(0, path.rfind('/'));
  return std::string(folder.empty() ? path : folder.substr(1));
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

std::string docs_path(std::string_view restlette) {
  return fmt::format("{}/api-docs", restlette == "/" ? "" : restlette);
}

std::string graphiql_settings(const Model& model, std::size_t graphlette) {
  const GraphletteModel& own = model.graphlettes[graphlette];
  std::string examples;
  for (const graph::ExampleQuery& example : graph::example_queries(*own.schema, example_document(model, own.entity))) {
    std::string variables;
    for (const graph::ExampleVariable& variable : example.variables)
      variables += fmt::format(R"({}{{"name":{},"member":{},"value":{}}})", variables.empty() ? "" : ",", json::quoted(variable.name),
                               json::quoted(variable.member), variable.value);
    examples += fmt::format(R"({}{{"query":{},"variables":[{}]}})", examples.empty() ? "" : ",", json::quoted(example.query), variables);
  }
  std::string list = "null";
  for (const RestletteModel& restlette : model.restlettes)
    if (restlette.entity == own.entity) list = json::quoted(restlette.path.substr(1) + "?limit=1");
  return fmt::format(R"({{"list":{},"examples":[{}]}})", list, examples);
}

StartPage::StartPage(const Model& model) : url_(model.config.url), is_public_(!is_loopback(model.config.url)) {
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
  return fmt::format(R"({{"name":"Millrace","url":{},"public":{},"health":{},"ready":{},"services":{}}})", json::quoted(url), is_public_,
                     quoted("/health"), quoted("/ready"), joined(entities_, entity));
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
