#include "app/entity_path.hpp"

namespace millrace::app {

std::string_view without_face(std::string_view path) {
  for (const std::string_view face : {"/api", "/graph"})
    if (path.size() > face.size() && path.ends_with(face)) return path.substr(0, path.size() - face.size());
  return path;
}

namespace {

/// The entity that is served at a path, or at that path with "/api" or "/graph".
std::optional<std::size_t> entity_at(const Model& model, std::string_view path) {
  for (const RestletteModel& restlette : model.restlettes)
    if (restlette.path == path || without_face(restlette.path) == without_face(path)) return restlette.entity;
  for (const GraphletteModel& graphlette : model.graphlettes)
    if (graphlette.path == path || without_face(graphlette.path) == without_face(path)) return graphlette.entity;
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> find_entity(const Model& model, const std::string& path, const Place& place, std::string_view key,
                                       std::vector<Problem>& problems) {
  if (path.empty()) return std::nullopt;
  const auto entity = entity_at(model, path);
  if (entity) return entity;
  std::vector<std::string> paths;
  for (const RestletteModel& restlette : model.restlettes) paths.emplace_back(without_face(restlette.path));
  const std::string_view near = nearest(path, paths);
  problems.push_back({place, fmt::format("{} names \"{}\", where there is no entity.", key, path),
                      near.empty() ? fmt::format("One of {}.", fmt::join(paths, ", ")) : fmt::format("Did you mean \"{}\"?", near)});
  return std::nullopt;
}

}  // namespace millrace::app
