// The lineage page at /console: what it is told of the service. It reads documents over REST and asks GraphQL what only a resolver knows.
#pragma once

#include <string>
#include <string_view>

#include "app/model.hpp"

namespace millrace::app {

inline constexpr std::string_view kConsolePath = "/console";

/// Whether it is served: a path that the config gives to something of its own goes before it.
bool has_console(const Model& model);

/// The settings of the page `console`, JSON: the entities with their addresses, the members that say what a document is (name, status,
/// time, …), the links between entities, whichever side declares them, and what credentials the service takes. Paths are relative to the
/// service's root.
std::string console_settings(const Model& model);

}  // namespace millrace::app
