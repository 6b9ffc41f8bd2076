// In which order entities are read that one request asks side by side: who holds a key before what it names (docs/decisions/0017).
#pragma once

#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// For each entity its turn, from 0. Entities that hold keys of each other, around a circle, have turns all the same.
std::vector<std::size_t> read_order(const Model& model);

}  // namespace millrace::app
