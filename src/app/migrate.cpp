#include "app/migrate.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "app/commands.hpp"
#include "app/model.hpp"
#include "app/storage.hpp"
#include "app/terminal.hpp"
#include "base/uri.hpp"
#include "io/loop.hpp"
#include "io/worker_pool.hpp"
#include "migrate/migration.hpp"

namespace millrace::app {
namespace {

constexpr std::uint64_t kRowsShown = 100;
constexpr std::uint64_t kWarningsShown = 10;

Error wrong(std::string_view code, std::string message, std::string hint) {
  return {ErrorKind::invalid_argument, code, std::move(message), std::move(hint)};
}

/// An entity of the config, and what documents of it look like.
struct Target {
  const EntityModel* entity = nullptr;
  std::shared_ptr<const jsonschema::Schema> schema;
};

Result<Target> find_target(const Model& model, std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  for (const RestletteModel& restlette : model.restlettes)
    if (restlette.path == path || restlette.path == path + "/api") return Target{&model.entities[restlette.entity], restlette.schema};
  for (const GraphletteModel& graphlette : model.graphlettes)
    if (graphlette.path == path || graphlette.path == path + "/graph")
      return Target{&model.entities[graphlette.entity], graphlette.documents};
  return Failure(wrong("migrate.target", fmt::format("The config has no entity at \"{}\".", path), "`millrace check` lists them."));
}

class Command {
 public:
  Command(const MigrateOptions& options, Model model) : options_(options), model_(std::move(model)) {}

  Result<int> run() {
    TRY(target_, find_target(model_, options_.to));
    TRY_OK(open());
    print_line(fmt::format("Reading {} at {}.", source_->description(), without_credentials(options_.from)));
    migrate::History history(*source_);
    TRY(const migrate::Counts counts, migrate::survey(history, show_refused()));
    print_survey(counts);
    if (!may_go_on(counts)) return 1;
    TRY(const document::Documents first, loop_.block_on(store_->changes(0, 1)));
    if (!first.empty()) return look_at_what_is_there(history);
    TRY_OK(loop_.block_on(migrate::copy(history, *store_, counts)));
    print_line(fmt::format("Stored {} versions of {} documents in one commit. Comparing.", counts.versions, counts.documents));
    TRY(const migrate::Comparison comparison, loop_.block_on(migrate::compare(history, *store_)));
    if (!comparison.is_same()) return print_difference(comparison);
    print_line(fmt::format("Compared: {} versions, equal in count, order, id, content and time.", comparison.versions));
    return warn_of_misfits();
  }

 private:
  Result<> open() {
    const StorageConfig& storage = target_.entity->storage;
    const bool is_embedded = std::filesystem::is_directory(options_.config);
    if (!is_embedded && storage.type == "memory")
      return Failure(wrong("migrate.target", "The entity is kept in memory, which ends with this command.", "Give it another storage."));
    const std::string name = options_.name.empty() ? storage.collection : options_.name;
    if (!is_embedded && storage.uri == options_.from && storage.collection == name)
      return Failure(wrong("migrate.target", fmt::format("\"{}\" is the entity's own storage: it cannot be copied into itself.", name),
                           "Give the entity another collection or table."));
    TRY(source_, migrate::open_source({.uri = options_.from, .name = name, .log = &log_}));
    StorageContext context;
    context.workers = &workers_;
    if (is_embedded) context.embedded_folder = options_.config / ".millrace";
    context.config_folder = std::filesystem::absolute(model_.config.file).parent_path();
    context.instruments = &instruments_;
    TRY(store_, open_storage(*target_.entity, context));
    return loop_.block_on(store_->ping());
  }

  migrate::Refuse show_refused() {
    return [this](const std::string& place, const std::string& reason) {
      if (++refused_ <= kRowsShown) print_line(fmt::format("{}: {}", place, reason));
    };
  }

  void print_survey(const migrate::Counts& counts) const {
    if (refused_ > kRowsShown) print_line(fmt::format("... and {} more rows that cannot be taken.", refused_ - kRowsShown));
    print_line(fmt::format("{} rows: {} versions of {} documents, {} of them tombstones; {} rows cannot be taken.", counts.rows,
                           counts.versions, counts.documents, counts.tombstones, counts.refused));
    if (counts.hidden > 0)
      print_line(
          fmt::format("{} rows were marked as deleted afterwards: each is in the history and has a tombstone at once, since MeshQL "
                      "shows it at no instant either.",
                      counts.hidden));
    if (counts.in_future > 0)
      print_line(fmt::format("Rows with a created_at in the future: {}. What is written before then counts as recorded then. [warning]",
                             counts.in_future));
  }

  bool may_go_on(const migrate::Counts& counts) const {
    bool may = true;
    if (counts.refused > 0 && !options_.skips_bad) {
      print_line("Nothing is stored. Mend these rows, or leave them out with --skip-bad.");
      may = false;
    }
    if (counts.with_tokens > 0 && !options_.drops_tokens) {
      print_line(
          fmt::format("{} rows have authorized_tokens, {} of them only the one that MeshQL gives to everybody while no auth is configured. "
                      "Documents have no such restriction here yet, so nothing is stored. Leave the tokens out with --drop-tokens: "
                      "then everybody may see these documents.",
                      counts.with_tokens, counts.with_defaults));
      may = false;
    } else if (counts.with_tokens > 0) {
      print_line(fmt::format("The authorized_tokens of {} rows are left out.", counts.with_tokens));
    }
    return may;
  }

  Result<int> look_at_what_is_there(migrate::History& history) {
    TRY(const migrate::Comparison comparison, loop_.block_on(migrate::compare(history, *store_)));
    if (comparison.is_same()) {
      print_line(fmt::format("The entity holds this history already: {} versions, compared. Nothing is to be done.", comparison.versions));
      return warn_of_misfits();
    }
    print_line(fmt::format("The entity \"{}\" is not empty, and holds something else: {}. Nothing is stored.", options_.to,
                           comparison.difference));
    print_line("Migrate into an empty one: give it another collection or table in the config, or drop the one that it has.");
    return 1;
  }

  int print_difference(const migrate::Comparison& comparison) const {
    print_line(fmt::format("DIFFERENT after {} equal versions: {}.", comparison.versions, comparison.difference));
    print_line("The source, or the entity, was written to meanwhile. Stop what writes there, drop what is stored, and migrate again.");
    return 1;
  }

  Result<int> warn_of_misfits() {
    if (target_.schema == nullptr) return 0;
    std::uint64_t shown = 0;
    const auto show = [&shown](const std::string& id, const std::string& reason) {
      if (++shown <= kWarningsShown) print_line(fmt::format("{}: {} [warning]", id, reason));
    };
    TRY(const std::uint64_t misfits, loop_.block_on(migrate::count_misfits(*store_, *target_.schema, show)));
    if (misfits > 0)
      print_line(
          fmt::format("{} documents do not fit the entity's schema as they are now. They are stored and can be read; to change one, "
                      "send it so that it fits. [warning]",
                      misfits));
    return 0;
  }

  const MigrateOptions& options_;
  const Model model_;
  observe::Instruments instruments_;
  const std::function<void(std::string_view)> log_ = instruments_.log.lines(observe::Module::stores, observe::Level::error);
  Target target_;
  io::Loop loop_;
  io::WorkerPool workers_{{.threads = 2}};
  std::unique_ptr<migrate::Source> source_;
  std::unique_ptr<document::Store> store_;
  std::uint64_t refused_ = 0;
};

}  // namespace

int migrate_history(const MigrateOptions& options) {
  const bool is_folder = std::filesystem::is_directory(options.config);
  auto model = load_model(is_folder ? options.config / "config" / "config.conf" : options.config, std::nullopt);
  if (!model) {
    return print_problems(model.error());
  }
  Command command(options, *std::move(model));
  const Result<int> code = command.run();
  return code ? *code : print_error(code.error());
}

}  // namespace millrace::app
