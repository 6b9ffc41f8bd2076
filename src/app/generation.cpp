#include "app/generation.hpp"

#include "app/auth_config.hpp"
#include "app/graph_bindings.hpp"
#include "app/guards.hpp"
#include "app/lifecycles.hpp"
#include "app/processors.hpp"
#include "app/routes.hpp"
#include "app/sinks.hpp"
#include "app/storages.hpp"

namespace millrace::app {

struct Generation::State {
  Model model;
  GenerationContext context;
  std::unique_ptr<auth::Authenticator> authenticator;  // null: open to all
  std::unique_ptr<Storages> storages;
  std::optional<Guards> guards;
  Lifecycles lifecycles;
  std::optional<GraphBindings> graphs;
  std::unique_ptr<Processors> processors;
  std::unique_ptr<Sinks> sinks;  // null: there are none
  std::optional<Routes> routes;

  State(Model model_in, GenerationContext context_in) : model(std::move(model_in)), context(std::move(context_in)) {}

  Result<> open_storages(const Storages* before) {
    StorageContext opened{.workers = &context.workers, .embedded_folder = context.embedded_folder};
    opened.config_folder = std::filesystem::absolute(model.config.file).parent_path();
    opened.instruments = &context.instruments;
    opened.writes_max = model.config.load.writes;
    opened.write_wait = model.config.load.write_wait;
    TRY(storages, Storages::open(model, opened, before));
    return {};
  }

  void make_processors() {
    std::vector<ProcessorParts> parts;
    for (const ProcessorModel& one : model.processors)
      parts.push_back({one, storages->feed(one.from), storages->store(one.to), storages->attempts(one.attempts)});
    processors = std::make_unique<Processors>(std::move(parts), context.instruments);
  }

  void make_sinks() {
    std::vector<Sinks::Part> parts;
    for (const SinkModel& sink : model.sinks) parts.push_back({&sink, &storages->feed(sink.entity)});
    if (!parts.empty()) sinks = std::make_unique<Sinks>(std::move(parts), model.config.file, context.instruments);
  }

  Result<> mount_routes() {
    routes.emplace(RouteParts{.model = model,
                              .storages = *storages,
                              .guards = *guards,
                              .lifecycles = lifecycles,
                              .graphs = *graphs,
                              .processors = *processors,
                              .sinks = sinks,
                              .authenticator = authenticator.get(),
                              .workers = context.workers,
                              .instruments = context.instruments,
                              .traffic = context.traffic,
                              .load = context.load,
                              .embedded_folder = context.embedded_folder});
    return routes->mount();
  }
};

Generation::Generation(std::unique_ptr<State> state) : state_(std::move(state)) {}

Generation::~Generation() = default;

Result<std::unique_ptr<Generation>> Generation::make(Model model, GenerationContext context, const Generation* before) {
  auto state = std::make_unique<State>(std::move(model), std::move(context));
  const auth::Authenticator* const door = before != nullptr ? before->state_->authenticator.get() : nullptr;
  TRY(state->authenticator, open_auth(state->model.config.auth, state->context.instruments.log, door));
  TRY_OK(state->open_storages(before != nullptr ? before->state_->storages.get() : nullptr));
  state->guards.emplace(state->model, *state->storages);
  state->lifecycles = make_lifecycles(state->model, *state->storages, *state->guards);
  state->make_processors();
  state->graphs.emplace(state->model, *state->guards, state->lifecycles, state->context.instruments);
  state->make_sinks();
  TRY_OK(state->mount_routes());
  return std::unique_ptr<Generation>(new Generation(std::move(state)));
}

const Model& Generation::model() const {
  return state_->model;
}

http::Handler& Generation::front() {
  return state_->routes->front();
}

void Generation::start() {
  if (state_->sinks) state_->sinks->start();
  state_->processors->start();
}

void Generation::stop_sinks(std::chrono::milliseconds drain) {
  if (state_->sinks) state_->sinks->stop(drain);
}

void Generation::stop_processors(std::chrono::steady_clock::time_point deadline) {
  state_->processors->stop(deadline);
}

void Generation::halt() {
  state_->sinks.reset();
  state_->processors.reset();
  state_->authenticator.reset();  // what waits for it does so on loops that are still there
}

std::vector<std::string> Generation::lost_to(const Generation& next) const {
  return state_->storages->lost_to(*next.state_->storages);
}

void Generation::end_feeds() {
  state_->storages->end_feeds();
}

bool Generation::is_idle() const {
  return state_->routes->is_idle() && state_->storages->is_idle();
}

}  // namespace millrace::app
