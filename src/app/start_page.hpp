// The start page at /: every service with its addresses and a command for each that works as it is pasted. And what GraphiQL opens with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/model.hpp"
#include "http/message.hpp"

namespace millrace::app {

/// Where the documentation of a REST API lies: "/x/api/api-docs".
std::string docs_path(std::string_view restlette);

/// What people call the service at a path: "raw-events" at /raw-events/api; a path of one part is its own name.
std::string name_of(std::string_view path);

/// The settings of the page `graphiql` for a graphlette: example queries, each with the list that it takes values from.
std::string graphiql_settings(const Model& model, std::size_t graphlette);

/// The same for the unified endpoint: an example for each service. Requires: there is one.
std::string unified_graphiql_settings(const Model& model);

class StartPage : public http::Handler {
 public:
  explicit StartPage(const Model& model);
  bool is_open(const http::Request&) const override { return true; }

  /// HTML for browsers, the same as JSON for all others. Addresses in it start with the config's url; where that is
  /// one of this machine, with the host that the request names.
  Task<http::Response> handle(const http::Request& request) override;

 private:
  struct Command {
    std::string title;
    std::string curl;  // with kHere for the service's address
  };
  struct Entity {
    std::string name;
    std::vector<std::string> graphlettes;  // paths
    std::vector<std::string> restlettes;
    std::vector<Command> commands;
  };
  std::string text(const std::string& url) const;

  std::string url_;      // of a request that names no host, or of all
  bool is_public_;       // of all
  std::string unified_;  // the path of the unified endpoint; empty: there is none
  bool has_console_;
  std::vector<Entity> entities_;
};

}  // namespace millrace::app
