#include "app/commands.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "app/check.hpp"
#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "app/console.hpp"
#include "app/make_transform.hpp"
#include "app/model.hpp"
#include "app/service.hpp"
#include "app/sinks_page.hpp"
#include "app/start_page.hpp"
#include "app/terminal.hpp"
#include "app/unified_model.hpp"
#include "graphql/type/print_schema.hpp"
#include "rest/operations.hpp"

namespace millrace::app {
namespace {

using observe::Level;
using observe::Log;

void print_warnings(const Model& model) {
  for (const Problem& warning : model.warnings) print_line(fmt::format("{} [warning]", to_string(warning)));
}

/// Signals are taken by the main thread alone, so they are blocked before any other thread begins.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  /// The next one; 0 when the time is up before.
  int wait(std::optional<std::chrono::milliseconds> time) const {
    if (time) {
      const timespec until{.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds(*time).count()};
      return std::max(0, sigtimedwait(&set_, nullptr, &until));
    }
    int signal = 0;
    sigwait(&set_, &signal);
    return signal;
  }
  /// Whether the terminal in which the program was started is gone, which is said by SIGHUP as well.
  bool has_lost_terminal() const { return had_terminal_ && ::isatty(STDERR_FILENO) == 0; }

 private:
  const bool had_terminal_ = ::isatty(STDERR_FILENO) != 0;
  sigset_t set_;
};

/// Every URL that a person can open.
void print_urls(const Service& service, Log& log) {
  const std::string base = fmt::format("http://localhost:{}", service.port());
  log.print(fmt::format("  Start    {}/", base));
  if (has_console(service.model())) log.print(fmt::format("  Console  {}{}", base, kConsolePath));
  if (const auto& unified = service.model().unified) log.print(fmt::format("  GraphQL  {}{}  (all in one)", base, unified->path));
  for (const GraphletteModel& graphlette : service.model().graphlettes) log.print(fmt::format("  GraphQL  {}{}", base, graphlette.path));
  for (const RestletteModel& restlette : service.model().restlettes) {
    log.print(fmt::format("  REST     {}{}", base, restlette.path));
    log.print(fmt::format("  API docs {}{}", base, docs_path(restlette.path)));
  }
  if (!service.model().sinks.empty()) log.print(fmt::format("  Sinks    {}{}", base, kSinksPath));
  log.print(fmt::format("  Status   {}/ready", base));
}

void say(Log& log, Level level, std::string_view line) {
  log.write(observe::Module::service, level, line);
}
void say_error(Log& log, const Error& error) {
  say(log, Level::error, error.hint.empty() ? error.message : fmt::format("{} {}", error.message, error.hint));
}
void say_warnings(Log& log, const Model& model) {
  for (const Problem& warning : model.warnings) say(log, Level::warn, to_string(warning));
}

/// Another config in place of the one that is served, if it is right.
void reload(Service& service, Log& log, const std::filesystem::path& file) {
  constexpr std::string_view kNothing = "Nothing has changed: the config that was served before is served on.";
  say(log, Level::info, fmt::format("Reloading {}.", file.string()));
  auto model = load_model(file, service.port());
  if (!model) {
    for (const Problem& problem : model.error()) say(log, Level::error, to_string(problem));
    say(log, Level::error, count_of(model.error()));
    return say(log, Level::error, kNothing);
  }
  say_warnings(log, *model);
  if (const Result<> reloaded = service.reload(*std::move(model)); !reloaded) {
    say_error(log, reloaded.error());
    return say(log, Level::error, kNothing);
  }
  say(log, Level::info, "Reloaded.");
}

/// Until it is to stop.
void attend(Service& service, Log& log, const Signals& signals, const std::filesystem::path& file) {
  constexpr std::chrono::milliseconds kLook{50};
  while (true) {
    const bool has_replaced = service.free_replaced();
    const int signal = signals.wait(has_replaced ? std::optional(kLook) : std::nullopt);
    if (signal == SIGHUP && !signals.has_lost_terminal()) {
      reload(service, log, file);
    } else if (signal != 0) {
      return;
    }
  }
}

int run(const std::filesystem::path& file, std::optional<std::uint16_t> port, ServiceOptions options) {
  Signals signals;
  observe::Instruments instruments;
  Log& log = instruments.log;
  auto model = load_model(file, port);
  if (!model) return print_problems(model.error());
  log.configure(model->config.observe.logs);
  say_warnings(log, *model);
  options.port = port.value_or(model->config.port);
  options.instruments = &instruments;
  auto service = Service::start(*std::move(model), std::move(options));
  if (!service) {
    say_error(log, service.error());
    return 1;
  }
  log.print(fmt::format("Millrace serves on port {}. {}", (*service)->port(), describe_auth((*service)->model().config.auth)));
  print_urls(**service, log);
  attend(**service, log, signals, file);
  say(log, Level::info, "Stopping.");
  if (!(*service)->shut_down()) {
    say(log, Level::warn, "Requests that had not ended within shutdownTimeout are cut off.");
    std::_Exit(0);  // as a crash would: what was acknowledged is durable
  }
  return 0;
}

}  // namespace

Checked<Model> load_model(const std::filesystem::path& file, std::optional<std::uint16_t> port) {
  auto config = read_config(file);
  if (!config) return std::unexpected(std::move(config).error());
  const std::uint16_t served = port.value_or(config->port);
  auto model = derive_model(*std::move(config), served);
  if (!model) return model;
  std::vector<Problem> problems;
  check_programs(*model, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return model;
}

int serve(const std::filesystem::path& config, std::optional<std::uint16_t> port, bool shares_port) {
  return run(config, port, {.shares_port = shares_port});
}

int develop(const std::filesystem::path& folder, std::optional<std::uint16_t> port) {
  return run(folder / "config" / "config.conf", port, {.embedded_folder = folder / ".millrace"});
}

int check(const std::filesystem::path& config) {
  auto model = load_model(config, std::nullopt);
  if (!model) return print_problems(model.error());
  fmt::print("{}", describe(*model));
  print_warnings(*model);
  return 0;
}

int print_unified_schema(const std::filesystem::path& config) {
  auto model = load_model(config, std::nullopt);
  if (!model) return print_problems(model.error());
  if (model->unified == nullptr) {
    print_line("This config has no unified endpoint.");
    return 1;
  }
  fmt::print("{}\n", graphql::print_schema(*model->unified->schema));
  return 0;
}

int list_keys() {
  fmt::print("{}", config_reference());
  return 0;
}

int list_operations() {
  fmt::print("{}", rest::rest_reference());
  return 0;
}

}  // namespace millrace::app
