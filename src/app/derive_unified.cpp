#include "app/derive_unified.hpp"

#include <algorithm>

#include "app/compose_types.hpp"
#include "app/derive_lifecycles.hpp"
#include "app/derive_reverses.hpp"
#include "graphql/language/source.hpp"
#include "graphql/type/print_schema.hpp"
#include "processing/lifecycle_resolver.hpp"

namespace millrace::app {
namespace {

/// Of a group: all below it inherits the argument (graphql::EngineOptions::inherited_arguments).
constexpr std::string_view kInstant =
    R"((
    "The instant to read at, in milliseconds since 1970, for all below that says no other."
    at: Float
  ))";

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_name(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && !name.starts_with("__") &&
         std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || c == '_'; });
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string capitalized(std::string name) {
  if (!name.empty()) name[0] = upper(name[0]);
  return name;
}

/// "/raw-events/graph" as "rawEvents": the words of the path in camel case, without "/graph" where there is more.
std::string field_name(std::string_view path) {
  if (path.ends_with("/graph") && path.size() > 6) path.remove_suffix(6);
  std::string name;
  bool starts_word = false;
  for (const char c : path) {
    if (is_letter_or_digit(c)) name += starts_word ? upper(c) : c;
    starts_word = !is_letter_or_digit(c) && !name.empty();
  }
  return name;
}

/// The default path gives way to whatever is served there.
bool is_path_taken(const Model& model) {
  const std::string& path = model.config.unified.path;
  const auto takes = [&](const auto& served) { return served.path == path || path.starts_with(served.path + '/'); };
  return std::ranges::any_of(model.graphlettes, [&](const GraphletteModel& one) { return one.path == path; }) ||
         std::ranges::any_of(model.restlettes, takes);
}

class UnifiedDeriver {
 public:
  UnifiedDeriver(Model& model, const std::vector<SourceText>& sources, std::vector<Problem>& problems)
      : model_(model), sources_(sources), problems_(problems), unified_(std::make_shared<UnifiedModel>()) {}

  std::shared_ptr<UnifiedModel> run() {
    unified_->path = model_.config.unified.path;
    for (std::size_t i = 0; i < model_.graphlettes.size(); ++i) add_member(i);
    check_owners();
    if (unified_->members.empty() || !problems_.empty()) return nullptr;
    const PlaceInSdl place = [this](std::size_t graphlette, std::uint32_t offset) { return place_of(graphlette, offset); };
    ComposedTypes composed = compose_types(model_, unified_->members, place, problems_);
    if (!problems_.empty()) return nullptr;
    unified_->fields = std::move(composed.fields);
    add_root_fields();
    add_lifecycle_fields(model_, *unified_, composed.types);
    add_reverse_fields(model_, *unified_, composed.types);
    build(composed);
    if (!problems_.empty()) return nullptr;
    derive_reverses(model_, *unified_, problems_);
    return unified_;
  }

 private:
  Place place_of(std::size_t graphlette, std::uint32_t offset) const {
    const SourceText& source = sources_[graphlette];
    const auto location = graphql::location_at(model_.graphlettes[graphlette].schema->source(), offset);
    return placed({{{source.name, location.line, location.column}, ""}}, source).front().place;
  }

  void add_member(std::size_t index) {
    const GraphletteConfig& config = model_.config.graphlettes[index];
    if (!config.is_unified) return;
    UnifiedMember member{.graphlette = index, .field = config.unified_field};
    if (member.field.empty()) member.field = field_name(config.path);
    if (!is_name(member.field)) {
      problems_.push_back({config.place, fmt::format("The path \"{}\" makes no name for a field of the unified schema.", config.path),
                           "Give it one: unified = events on the graphlette; or unified = false."});
      return;
    }
    const auto other = std::ranges::find(unified_->members, member.field, &UnifiedMember::field);
    if (other != unified_->members.end()) {
      problems_.push_back({config.place,
                           fmt::format("\"{}\" and \"{}\", at {}, would both be the field \"{}\" of the unified schema.", config.path,
                                       model_.graphlettes[other->graphlette].path,
                                       to_string(model_.config.graphlettes[other->graphlette].place), member.field),
                           "Give one of them another: unified = events on the graphlette; or unified = false."});
      return;
    }
    const std::string type = capitalized(member.field);
    member.query_type = type + "Query";
    if (model_.graphlettes[index].schema->mutation() != nullptr) member.mutation_type = type + "Mutation";
    if (model_.graphlettes[index].schema->subscription() != nullptr) member.subscription_type = type + "Subscription";
    unified_->members.push_back(std::move(member));
  }

  /// What the config says about owners must mean something.
  void check_owners() {
    for (const TypeOwnerConfig& owner : model_.config.unified.owners) {
      const auto graphlette = std::ranges::find(model_.graphlettes, owner.path, &GraphletteModel::path);
      if (graphlette == model_.graphlettes.end()) {
        std::vector<std::string> paths;
        for (const GraphletteModel& one : model_.graphlettes) paths.push_back(one.path);
        problems_.push_back({owner.place,
                             fmt::format("unified.types.{} names \"{}\", where there is no graphlette.", owner.type, owner.path),
                             fmt::format("One of {}.", fmt::join(paths, ", "))});
      } else if (graphlette->schema->type(owner.type) == nullptr) {
        problems_.push_back({owner.place, fmt::format("The schema of \"{}\" has no type \"{}\".", owner.path, owner.type),
                             "Name a graphlette that declares it."});
      }
    }
  }

  void add_root_fields() {
    for (const UnifiedMember& member : unified_->members) {
      const GraphletteModel& graphlette = model_.graphlettes[member.graphlette];
      for (const QueryModel& query : graphlette.queries)
        unified_->fields.push_back({member.query_type, query.query.name, member.graphlette, graphlette.schema->query()->name});
      for (const MutationModel& mutation : graphlette.mutations)
        unified_->fields.push_back({member.mutation_type, mutation.mutation.name, member.graphlette, graphlette.schema->mutation()->name});
    }
  }

  /// A field for each member. It may be null, so that what fails in one service leaves the answers of the others.
  std::string root(std::string_view name, std::string_view arguments, std::string UnifiedMember::* type) const {
    std::string lines;
    for (const UnifiedMember& member : unified_->members)
      if (!(member.*type).empty()) lines += fmt::format("  {}{}: {}\n", member.field, arguments, member.*type);
    return lines.empty() ? lines : fmt::format("type {} {{\n{}}}\n\n", name, lines);
  }

  void build(const ComposedTypes& composed) {
    std::string sdl = root("Query", kInstant, &UnifiedMember::query_type) + root("Mutation", "", &UnifiedMember::mutation_type) +
                      root("Subscription", "", &UnifiedMember::subscription_type);
    for (const graphql::DirectiveType& directive : composed.directives) sdl += graphql::print_directive(directive) + "\n\n";
    for (const graphql::Type& type : composed.types) sdl += graphql::print_type(type) + "\n\n";
    if (!unified_->lifecycles.empty()) sdl += processing::kLifecycleTypes;
    auto schema = graphql::build_schema(std::move(sdl), "the unified schema");
    if (schema) {
      unified_->schema = *std::move(schema);
      return;
    }
    // Each schema is right by itself; what is wrong now came from putting them together.
    for (Problem& problem : schema.error()) {
      problem.place = model_.config.unified.place;
      problem.message = fmt::format("The unified schema cannot be made: {}", problem.message);
      problem.hint = "Rename what is in the way, or leave a graphlette out: unified = false on it.";
      problems_.push_back(std::move(problem));
    }
  }

  Model& model_;
  const std::vector<SourceText>& sources_;
  std::vector<Problem>& problems_;
  std::shared_ptr<UnifiedModel> unified_;
};

}  // namespace

std::shared_ptr<UnifiedModel> derive_unified(Model& model, const std::vector<SourceText>& sources, std::vector<Problem>& problems) {
  const UnifiedConfig& config = model.config.unified;
  if (!config.is_on || (config.is_default_path && is_path_taken(model))) return nullptr;
  return UnifiedDeriver(model, sources, problems).run();
}

}  // namespace millrace::app
