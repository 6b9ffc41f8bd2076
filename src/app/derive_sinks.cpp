#include "app/derive_sinks.hpp"

#include "app/entity_path.hpp"
#include "base/hash.hpp"

namespace millrace::app {
void derive_sinks(Model& model, std::vector<Problem>& problems) {
  TextMap<Place> names;
  for (const SinkConfig& sink : model.config.sinks) {
    const auto [known, is_new] = names.try_emplace(sink.name, sink.place);
    if (!is_new && !sink.name.empty())
      problems.push_back({sink.place, fmt::format("The sink \"{}\" is there twice: {}.", sink.name, to_string(known->second)),
                          "Give each a name of its own."});
    const auto entity = find_entity(model, sink.from, sink.from_place, "from", problems);
    if (entity) model.sinks.push_back({sink, *entity});
  }
}

}  // namespace millrace::app
