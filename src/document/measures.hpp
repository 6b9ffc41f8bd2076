// What a store tells of its work. Its handles are kept with its options; a null one is not told.
#pragma once

#include <string_view>

#include "observe/registry.hpp"

namespace millrace::document {

struct Measures {
  // How long each kind of read takes.
  observe::Histogram* read = nullptr;
  observe::Histogram* find = nullptr;
  observe::Histogram* count = nullptr;
  observe::Histogram* history = nullptr;
  observe::Histogram* changes = nullptr;

  observe::Histogram* commits = nullptr;  // how long each takes
  observe::Histogram* batches = nullptr;  // how many documents it has
  observe::Gauge* waiting = nullptr;      // documents that wait for theirs

  /// Those of one entity. `storage`: its type.
  static Measures of(observe::Registry& metrics, std::string_view entity, std::string_view storage);
};

}  // namespace millrace::document
