#include <CLI/CLI.hpp>

#include "app/commands.hpp"

int main(int argc, char** argv) {
  CLI::App program{"Millrace: a folder of config becomes an event processing service."};
  program.set_version_flag("--version", "millrace " MILLRACE_VERSION);
  program.require_subcommand(1);

  std::string config = "config/config.conf";
  std::string folder = ".";
  std::optional<std::uint16_t> port;

  CLI::App* serve = program.add_subcommand("serve", "Serve what the config says.");
  serve->add_option("--config", config, "The config file.")->capture_default_str();
  serve->add_option("--port", port, "The port to listen on, instead of the config's; 0 for any free one.");

  CLI::App* dev = program.add_subcommand("dev", "Serve a folder's config with every storage embedded, under .millrace/ in that folder.");
  dev->add_option("folder", folder, "The folder that holds config/config.conf.")->capture_default_str();
  dev->add_option("--port", port, "The port to listen on, instead of the config's; 0 for any free one.");

  CLI::App* check = program.add_subcommand("check", "Read everything, open nothing, and print what was derived or every problem.");
  check->add_option("--config", config, "The config file.")->capture_default_str();

  CLI11_PARSE(program, argc, argv);
  if (serve->parsed()) return millrace::app::serve(config, port);
  if (dev->parsed()) return millrace::app::develop(folder, port);
  return millrace::app::check(config);
}
