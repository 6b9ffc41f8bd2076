// What tells an event's whole story, for each entity of a service.
#pragma once

#include <memory>
#include <vector>

#include "app/guards.hpp"
#include "app/model.hpp"
#include "app/storages.hpp"
#include "processing/lifecycle.hpp"

namespace millrace::app {

using Lifecycles = std::vector<std::unique_ptr<const processing::Lifecycle>>;

/// By entity. The storages and guards outlive them.
Lifecycles make_lifecycles(const Model& model, const Storages& storages, const Guards& guards);

}  // namespace millrace::app
