// A filter as a person reads it.
#pragma once

#include <string>
#include <vector>

#include "document/filter.hpp"

namespace millrace::document {

/// `payload.name == $name and payload.age >= 18`; parameters by their names. "everything" for no condition.
std::string to_string(const Filter& filter, const std::vector<std::string>& parameter_names);

}  // namespace millrace::document
