#include "graphql/execution/run.hpp"

#include "graphql/execution/fetch.hpp"

namespace millrace::graphql {
namespace {

/// What a run ends in that nobody waits for.
Result<Answer> too_late() {
  return Failure(Error{ErrorKind::timed_out, "graphql.timed_out", "The request took too long."});
}

/// Runs one field of a mutation with all that is below it. Those below one that only groups run one after the other, until one of them
/// makes the group null. False when nobody waits any more.
Task<bool> mutate(ObjectTree& tree, ObjectSet& set, const PlannedField& field, const AnswerContext& context, FetchContext fetching) {
  if (field.fetch > 0 && fetching.is_over()) co_return false;
  const FetchRange range{field.fetch, field.fetch + 1};
  if (field.resolver == nullptr || !field.resolver->is_group()) {
    auto is_complete = co_await fetch(tree, set, range, fetching);
    co_return *is_complete;
  }
  CO_TRY(const auto groups, co_await fetch_level(tree, set, range, fetching));
  for (ObjectSet* group : groups) {
    AnswerWriter writer(*group, context);
    for (const PlannedField& below : group->selection->fields) {
      if (!below.fetches()) continue;
      auto is_complete = co_await mutate(tree, *group, below, context, fetching);
      if (!*is_complete) co_return false;
      if (!writer.write(below)) break;
    }
  }
  co_return true;
}

}  // namespace

Run::Run(Parts parts, const EngineOptions& options, std::atomic<std::size_t>& running)
    : parts_(std::move(parts)), options_(options), running_(running) {
  ++running_;
  if (options_.timeout.count() > 0) deadline_ = options_.now() + options_.timeout;
}
Run::~Run() {
  --running_;
}

bool Run::is_over() const {
  return is_answered_ || (options_.timeout.count() > 0 && options_.now() >= deadline_);
}

/// 6.2: the root's fields at once for a query, one after the other with all that is below them for a mutation; after one that makes the
/// whole answer null, or when nobody waits any more, no more mutations run.
Task<Answer> Run::work(std::shared_ptr<Run> run) {
  const Plan& plan = *run->parts_.plan;
  ObjectTree tree;
  ObjectSet& root = tree.sets.emplace_back();
  root.selection = plan.root;
  root.texts.push_back(run->parts_.root);
  project(root);
  const IsOver is_over = [&run] { return run->is_over(); };
  const FetchContext fetching{run->parts_.variables, run->parts_.caller, is_over, plan.readers, run->options_.make_snapshot};
  const bool is_serial = plan.operation == OperationType::mutation;
  if (!is_serial) {
    auto is_complete = co_await fetch(tree, root, {0, plan.root->fetches.size()}, fetching);
    if (!*is_complete) co_return too_late();
  }
  const AnswerContext context{run->parts_.schema, run->parts_.variables, run->parts_.prepared->text, run->options_.hides_members};
  AnswerWriter writer(root, context);
  for (const PlannedField& field : plan.root->fields) {
    if (is_serial && field.fetches()) {
      auto is_complete = co_await mutate(tree, root, field, context, fetching);
      if (!*is_complete) co_return too_late();
    }
    if (!writer.write(field)) break;
  }
  co_return writer.take();
}

void Run::finish(std::optional<Answer> answer) {
  if (is_answered_) return;
  is_answered_ = true;
  answer_ = std::move(answer);
  if (awaiter_) awaiter_.resume();
}

Task<std::optional<Answer>> Run::answer(std::shared_ptr<Run> run) {
  auto done = [run](Result<Answer> answer) { run->finish(answer ? std::optional(*std::move(answer)) : std::nullopt); };
  start(work(run), std::move(done));
  if (!run->is_answered_ && run->options_.timeout.count() > 0 && run->options_.after) {
    auto time_out = [weak = std::weak_ptr(run)] {
      if (auto late = weak.lock()) late->finish(std::nullopt);
    };
    run->options_.after(run->options_.timeout, std::move(time_out));
  }
  struct Wait {
    Run& run;
    bool await_ready() const noexcept { return run.is_answered_; }
    void await_suspend(std::coroutine_handle<> awaiter) noexcept { run.awaiter_ = awaiter; }
    void await_resume() const noexcept {}
  };
  Wait wait{*run};
  co_await wait;
  co_return std::move(run->answer_);
}

}  // namespace millrace::graphql
