// Reading `rules` of the config.
#pragma once

#include <vector>

#include "app/object_reader.hpp"
#include "app/rules_config.hpp"

namespace millrace::app {

/// Those of a graphlette or restlette, with its `tokens`.
RulesConfig read_rules(ObjectReader& reader);

/// A role that is two by mistake, "a, b", is a problem at the place.
void check_role(ObjectReader& reader, std::string_view role, const Place& place);

/// Those at the top: `rules { "/raw-events" = [ ... ] }`.
std::vector<RulesConfig> read_rules_by_entity(ObjectReader& reader);

}  // namespace millrace::app
