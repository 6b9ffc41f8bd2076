// Entities as the config names them: by the path of their APIs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// "/raw-events" of "/raw-events/api" and "/raw-events/graph".
std::string_view without_face(std::string_view path);

/// The entity that is served at a path, or at that path with "/api" or "/graph". None is a problem at `place`, unless the path is empty;
/// `key` is where it stands. Requires: restlettes are derived.
std::optional<std::size_t> find_entity(const Model& model, const std::string& path, const Place& place, std::string_view key,
                                       std::vector<Problem>& problems);

}  // namespace millrace::app
