// What is wrong with a service as a whole, though each of its parts is right by itself.
#pragma once

#include <vector>

#include "app/model.hpp"

namespace millrace::app {

/// Adds what makes it impossible to serve to `problems`, and what may not be meant to the model's warnings.
void check_model(Model& model, std::vector<Problem>& problems);

}  // namespace millrace::app
