// Reading `processors` of the config.
#pragma once

#include <vector>

#include "app/config.hpp"
#include "app/object_reader.hpp"

namespace millrace::app {

ProcessorConfig read_processor(ObjectReader& reader);

/// Reports the last one where another has its name.
void refuse_second_name(const std::vector<ProcessorConfig>& processors, ObjectReader& reader);

}  // namespace millrace::app
