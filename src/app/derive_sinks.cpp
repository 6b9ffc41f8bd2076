#include "app/derive_sinks.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace millrace::app {
namespace {

/// "/raw-events" of "/raw-events/api".
std::string_view stem(std::string_view path) {
  for (const std::string_view end : {"/api", "/graph"})
    if (path.ends_with(end) && path.size() > end.size()) return path.substr(0, path.size() - end.size());
  return path;
}

/// What a sink calls an entity: where its APIs are.
std::vector<std::pair<std::string, std::size_t>> named_entities(const Model& model) {
  std::vector<std::pair<std::string, std::size_t>> named;
  for (const RestletteModel& restlette : model.restlettes) named.emplace_back(stem(restlette.path), restlette.entity);
  for (const GraphletteModel& graphlette : model.graphlettes) named.emplace_back(stem(graphlette.path), graphlette.entity);
  return named;
}

}  // namespace

void derive_sinks(Model& model, std::vector<Problem>& problems) {
  const auto named = named_entities(model);
  TextMap<Place> names;
  for (const SinkConfig& sink : model.config.sinks) {
    const auto [known, is_new] = names.try_emplace(sink.name, sink.place);
    if (!is_new && !sink.name.empty())
      problems.push_back({sink.place, fmt::format("The sink \"{}\" is there twice: {}.", sink.name, to_string(known->second)),
                          "Give each a name of its own."});
    const auto found = std::ranges::find(named, stem(sink.from), &std::pair<std::string, std::size_t>::first);
    if (found != named.end()) {
      model.sinks.push_back({sink, found->second});
      continue;
    }
    if (sink.from.empty()) continue;
    std::vector<std::string> paths;
    for (const auto& [path, entity] : named)
      if (std::ranges::find(paths, path) == paths.end()) paths.push_back(path);
    const std::string_view near = nearest(sink.from, paths);
    problems.push_back({sink.place, fmt::format("The sink \"{}\" is from \"{}\", where nothing is served.", sink.name, sink.from),
                        near.empty() ? fmt::format("One of {}.", fmt::join(paths, ", ")) : fmt::format("Did you mean \"{}\"?", near)});
  }
}

}  // namespace millrace::app
