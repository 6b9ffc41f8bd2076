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
#include "app/unified_model.hpp"
#include "graphql/type/print_schema.hpp"
#include "rest/operations.hpp"

namespace millrace::app {
namespace {

void print_line(std::string_view line) {
  fmt::print(stderr, "{}\n", line);
}

int print_problems(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) print_line(to_string(problem));
  print_line(fmt::format("{} problem{} found.", problems.size(), problems.size() == 1 ? "" : "s"));
  return 1;
}

void print_warnings(const Model& model) {
  for (const Problem& warning : model.warnings) print_line(fmt::format("{} [warning]", to_string(warning)));
}

int print_error(const Error& error) {
  print_line(error.hint.empty() ? error.message : fmt::format("{} {}", error.message, error.hint));
  return 1;
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
void print_urls(const Service& service) {
  const std::string base = fmt::format("http://localhost:{}", service.port());
  print_line(fmt::format("  Start    {}/", base));
  if (has_console(service.model())) print_line(fmt::format("  Console  {}{}", base, kConsolePath));
  if (const auto& unified = service.model().unified) print_line(fmt::format("  GraphQL  {}{}  (all in one)", base, unified->path));
  for (const GraphletteModel& graphlette : service.model().graphlettes) print_line(fmt::format("  GraphQL  {}{}", base, graphlette.path));
  for (const RestletteModel& restlette : service.model().restlettes) {
    print_line(fmt::format("  REST     {}{}", base, restlette.path));
    print_line(fmt::format("  API docs {}{}", base, docs_path(restlette.path)));
  }
  if (!service.model().sinks.empty()) print_line(fmt::format("  Sinks    {}{}", base, kSinksPath));
  print_line(fmt::format("  Status   {}/ready", base));
}

/// Another config in place of the one that is served, if it is right.
void reload(Service& service, const std::filesystem::path& file) {
  print_line(fmt::format("Reloading {}.", file.string()));
  auto model = load_model(file, service.port());
  if (!model) {
    print_problems(model.error());
    return print_line("Nothing has changed: the config that was served before is served on.");
  }
  print_warnings(*model);
  if (const Result<> reloaded = service.reload(*std::move(model)); !reloaded) {
    print_error(reloaded.error());
    return print_line("Nothing has changed: the config that was served before is served on.");
  }
  print_line("Reloaded.");
}

/// Until it is to stop.
void attend(Service& service, const Signals& signals, const std::filesystem::path& file) {
  constexpr std::chrono::milliseconds kLook{50};
  while (true) {
    const bool has_replaced = service.free_replaced();
    const int signal = signals.wait(has_replaced ? std::optional(kLook) : std::nullopt);
    if (signal == SIGHUP && !signals.has_lost_terminal()) {
      reload(service, file);
    } else if (signal != 0) {
      return;
    }
  }
}

int run(const std::filesystem::path& file, std::optional<std::uint16_t> port, ServiceOptions options) {
  Signals signals;
  auto model = load_model(file, port);
  if (!model) return print_problems(model.error());
  print_warnings(*model);
  options.port = port.value_or(model->config.port);
  options.log = print_line;
  auto service = Service::start(*std::move(model), std::move(options));
  if (!service) return print_error(service.error());
  print_line(fmt::format("Millrace serves on port {}. {}", (*service)->port(), describe_auth((*service)->model().config.auth)));
  print_urls(**service);
  attend(**service, signals, file);
  print_line("Stopping.");
  if (!(*service)->shut_down()) {
    print_line("Requests that had not ended within shutdownTimeout are cut off.");
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
