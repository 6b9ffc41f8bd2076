// From configured resolvers to relations: the field, the key that it follows, and the query that it asks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// Adds the relations of every graphlette. Requires: schemas and queries of all are derived.
void derive_relations(Model& model, std::uint16_t port, std::vector<Problem>& problems);

/// The path of a URL that points at this very service: at its `url`, or at this host on the configured or actual port. Nothing for others.
std::optional<std::string> local_path(std::string_view url, const Config& config, std::uint16_t port);

}  // namespace millrace::app
