#ifdef MILLRACE_MIMALLOC
#include <mimalloc.h>
#endif

#include <CLI/CLI.hpp>

#include "app/auth_config.hpp"
#include "app/commands.hpp"
#include "app/import.hpp"
#include "app/migrate.hpp"
#include "app/replay_command.hpp"
#include "app/test_command.hpp"
#include "app/version.hpp"
#include "transform/jq_worker.hpp"

namespace {

/// What is free goes back to the system at once. Left alone, mimalloc keeps it for a while, and what a thread freed when it is not asked
/// again stays in the process for good: after a burst of long answers that is most of them.
void return_free_memory() {
#ifdef MILLRACE_MIMALLOC
  mi_option_set(mi_option_decommit_delay, 0);
#endif
}

/// What `check` prints instead of what was derived.
class CheckFlags {
 public:
  /// The command must outlive it.
  explicit CheckFlags(CLI::App& check) {
    check.add_flag("--keys", lists_keys_, "Print every key that a config can have, as Markdown, and read nothing.");
    check.add_flag("--operations", lists_operations_, "Print what a REST API answers, as Markdown, and read nothing.");
    check.add_flag("--print-schema", prints_schema_, "Print the schema of the unified endpoint as SDL.");
  }
  CheckFlags(const CheckFlags&) = delete;

  int run(const std::string& config) const {
    if (lists_keys_) return millrace::app::list_keys();
    if (lists_operations_) return millrace::app::list_operations();
    return prints_schema_ ? millrace::app::print_unified_schema(config) : millrace::app::check(config);
  }

 private:
  bool lists_keys_ = false;
  bool lists_operations_ = false;
  bool prints_schema_ = false;
};

/// The options must outlive the program.
void add_migrate_options(CLI::App& migrate, millrace::app::MigrateOptions& options) {
  migrate.add_option("--config", options.config, "The config whose store is written to; or the folder of a `millrace dev`.")
      ->capture_default_str();
  migrate.add_option("--to", options.to, "The entity, such as /raw-events. It must be empty.")->required();
  migrate.add_option("--from", options.from, "mongodb://HOST/DATABASE, postgresql://HOST/DATABASE, or sqlite:FILE.")->required();
  migrate.add_option("--table,--collection", options.name, "What to copy there, unless it is called as the entity's own.");
  migrate.add_flag("--skip-bad", options.skips_bad, "Leave out the rows that cannot be taken, instead of stopping at them.");
  migrate.add_flag("--drop-tokens", options.drops_tokens, "Leave out authorized_tokens: everybody may then see the documents.");
}

/// The command must outlive the program.
void add_replay_options(CLI::App& replay, millrace::app::ReplayCommand& command) {
  replay.add_option("--config", command.config, "The config; or the folder of a `millrace dev`, with its embedded stores.")
      ->capture_default_str();
  replay.add_option("--processor", command.processor, "The processor.")->required();
  replay.add_option("--from", command.from, "Only events recorded then or later: RFC 3339, or milliseconds since 1970.");
  replay.add_option("--to", command.to, "Only events recorded before that.");
  replay.add_option("--status", command.statuses, "Only where the result has this status: SUCCESS, PARTIAL or FAILED; may be given again.");
  replay.add_flag("--dry-run", command.is_dry, "Write nothing; tell what would be the same, changed and newly failing, with samples.");
}

void add_import_options(CLI::App& import, millrace::app::ImportOptions& options, bool& keeps_ids) {
  import.add_option("--to", options.to, "The entity, such as /raw-events; or its URL at a running service.")->required();
  import.add_option("file", options.file, "The file; - for standard input.")->required();
  import.add_option("--url", options.url, "The running service, such as http://localhost:4055.");
  import.add_option("--config", options.config, "The config whose service, or else whose store, is written to.")->capture_default_str();
  import.add_option("--dev", options.folder, "The folder of a `millrace dev` whose stores are written to when it is not running.");
  import.add_flag("--no-ids", keeps_ids,
                  "Give documents without id none that follows from the line; importing again then stores them again.");
}

}  // namespace

int main(int argc, char** argv) {
  if (millrace::transform::is_jq_worker(argc, argv)) return millrace::transform::run_jq_worker();
  return_free_memory();
  CLI::App program{"Millrace: a folder of config becomes an event processing service."};
  program.set_version_flag("--version", "millrace " + std::string(millrace::app::version()));
  program.require_subcommand(1);

  std::string config = "config/config.conf";
  std::string folder = ".";
  std::optional<std::uint16_t> port;
  bool shares_port = false;

  CLI::App* serve = program.add_subcommand("serve", "Serve what the config says.");
  serve->add_option("--config", config, "The config file.")->capture_default_str();
  serve->add_option("--port", port, "The port to listen on, instead of the config's; 0 for any free one.");

  serve->add_flag("--share-port", shares_port,
                  "Listen beside instances that serve the port already, to take over from them. All must have it.");

  CLI::App* dev = program.add_subcommand("dev", "Serve a folder's config with every storage embedded, under .millrace/ in that folder.");
  dev->add_option("folder", folder, "The folder that holds config/config.conf.")->capture_default_str();
  dev->add_option("--port", port, "The port to listen on, instead of the config's; 0 for any free one.");

  CLI::App* check = program.add_subcommand("check", "Read everything, open nothing, and print what was derived or every problem.");
  check->add_option("--config", config, "The config file.")->capture_default_str();
  CheckFlags check_flags(*check);

  millrace::app::ImportOptions import_options;
  bool keeps_ids = false;
  CLI::App* import =
      program.add_subcommand("import", "Read NDJSON, a document a line, into an entity. Run again, it goes on where it stopped.");
  add_import_options(*import, import_options, keeps_ids);

  millrace::app::MigrateOptions migrate_options;
  CLI::App* migrate =
      program.add_subcommand("migrate", "Copy a table or collection that MeshQL left into an entity, with its whole history.");
  add_migrate_options(*migrate, migrate_options);

  millrace::app::ReplayCommand replay_command;
  CLI::App* replay = program.add_subcommand("replay", "Run a processor again over what it has processed: new versions of its results.");
  add_replay_options(*replay, replay_command);

  CLI::App* test = program.add_subcommand("test", "Run the cases in a folder's tests/ through its processors, without any store.");
  test->add_option("folder", folder, "The folder that holds config/config.conf and tests/*.json.")->capture_default_str();

  CLI::App* key = program.add_subcommand("key", "Make an API key, and the hash that `auth.apiKeys` is to have of it.");

  CLI11_PARSE(program, argc, argv);
  if (key->parsed()) return millrace::app::make_key();
  if (test->parsed()) return millrace::app::test_processors(folder);
  if (serve->parsed()) return millrace::app::serve(config, port, shares_port);
  if (dev->parsed()) return millrace::app::develop(folder, port);
  if (import->parsed()) {
    import_options.makes_ids = !keeps_ids;
    return millrace::app::import_lines(import_options);
  }
  if (replay->parsed()) return millrace::app::replay_results(replay_command);
  if (migrate->parsed()) return millrace::app::migrate_history(migrate_options);
  return check_flags.run(config);
}
