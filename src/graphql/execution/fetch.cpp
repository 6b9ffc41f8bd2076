#include "graphql/execution/fetch.hpp"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "base/json/slices.hpp"

namespace millrace::graphql {
namespace {

/// A fetch of this level: which field of which set.
struct Place {
  ObjectSet* set;
  const PlannedField* field;
  FetchedField& fetched() const { return set->fetched[field->fetch]; }
};

/// The calls of one resolver in this level, and the places that they are for.
struct Batch {
  Resolver* resolver;
  std::vector<Place> places;
  std::vector<FieldCall> calls;
};

class Level {
 public:
  Level(ObjectTree& tree, const FetchContext& context, const Snapshot* snapshot = nullptr)
      : tree_(tree), context_(context), snapshot_(snapshot) {}

  void add(ObjectSet& set, std::size_t first, std::size_t last) {
    set.fetched.resize(set.selection->fetches.size());
    for (std::size_t i = first; i < last; ++i) add(Place{&set, set.selection->fetches[i]});
  }
  bool empty() const { return places_.empty(); }
  std::vector<Batch>& batches() { return batches_; }
  const std::vector<Place>& places() const { return places_; }

 private:
  void add(Place place) {
    place.fetched().fetched = true;
    places_.push_back(place);
    if (place.field->resolver == nullptr) return open(place);
    auto arguments = argument_values(*place.field, context_.variables, tree_.storage);
    if (!arguments) {
      place.fetched().fault = std::move(arguments).error();
      return;
    }
    for (const auto& [name, value] : context_.caller.arguments)
      if (arguments->find(name).empty()) arguments->add(name, value);
    Batch& batch = batch_for(place.field->resolver);
    batch.places.push_back(place);
    FieldCall& call = batch.calls.emplace_back(*place.field->field, *std::move(arguments), place.set->texts.size());
    call.planned = place.field;
    call.variables = &context_.variables;
    call.caller = &context_.caller;
    call.snapshot = snapshot_;
    call.keys.reserve(call.parents * place.field->key_slots.size());
    for (std::size_t row = 0; row < call.parents; ++row)
      for (std::uint32_t slot : place.field->key_slots) call.keys.push_back(place.set->slot(row, slot));
  }

  /// A member that holds fetched fields further below: its own value is there already.
  static void open(Place place) {
    Resolved& resolved = place.fetched().resolved;
    for (std::size_t row = 0; row < place.set->texts.size(); ++row) {
      std::string_view value = place.set->slot(row, place.field->slot);
      if (value.empty() || value == "null") {
        resolved.give_null();
      } else {
        resolved.give_value(resolved.add_value(value));
      }
    }
  }

  Batch& batch_for(Resolver* resolver) {
    for (Batch& batch : batches_)
      if (batch.resolver == resolver) return batch;
    return batches_.emplace_back(resolver);
  }

  ObjectTree& tree_;
  const FetchContext& context_;
  const Snapshot* snapshot_;
  std::vector<Place> places_;
  std::vector<Batch> batches_;
};

/// Distributes the objects that a level's values hold over the sets of the next level, one set for each selection of each place.
class Children {
 public:
  Children(ObjectTree& tree, Place place) : tree_(tree), place_(place) {}

  void add_all() {
    FetchedField& fetched = place_.fetched();
    if (!place_.field->field->type.named->is_composite()) return;
    const auto& values = fetched.resolved.values();
    fetched.first_child.reserve(values.size());
    fetched.children.reserve(values.size());
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      fetched.first_child.push_back(static_cast<std::uint32_t>(fetched.children.size()));
      if (const Type* type = fetched.resolved.type(i)) {
        add_object(values[i], place_.field->selection_for(*type));
      } else {
        add(values[i]);
      }
    }
    for (auto& [selection, set] : sets_) project(*set);
  }
  template <class Visit>
  void for_each_set(Visit visit) {
    for (auto& [selection, set] : sets_) visit(*set);
  }

 private:
  /// Objects count wherever they stand in nested lists; the writer meets them in the same order.
  void add(std::string_view value) {
    json::Kind kind = json::kind_of(value);
    if (kind == json::Kind::object) return add_object(value, selection_of(*place_.field, value));
    if (kind != json::Kind::array) return;
    json::Elements elements(value);
    std::string_view element;
    while (elements.next(element)) add(element);
  }

  void add_object(std::string_view object, const PlannedSelection* selection) {
    if (selection == nullptr) return place_.fetched().children.push_back({});
    ObjectSet& set = set_for(selection);
    place_.fetched().children.push_back({&set, static_cast<std::uint32_t>(set.texts.size())});
    set.texts.push_back(object);
  }

  ObjectSet& set_for(const PlannedSelection* selection) {
    for (auto& [known, set] : sets_)
      if (known == selection) return *set;
    ObjectSet& made = tree_.sets.emplace_back();
    made.selection = selection;
    if (sets_.empty()) made.texts.reserve(place_.fetched().resolved.values().size());
    sets_.emplace_back(selection, &made);
    return made;
  }

  ObjectTree& tree_;
  Place place_;
  std::vector<std::pair<const PlannedSelection*, ObjectSet*>> sets_;
};

/// Puts a batch's answer, or its error, where it belongs.
void distribute(Batch& batch, Result<std::vector<Resolved>> answer) {
  for (std::size_t i = 0; i < batch.places.size(); ++i) {
    Resolved& resolved = batch.places[i].fetched().resolved;
    if (answer) {
      CHECK((*answer)[i].outcomes().size() == batch.calls[i].parents);
      resolved = std::move((*answer)[i]);
    } else {
      for (std::size_t parent = 0; parent < batch.calls[i].parents; ++parent) resolved.give_error(answer.error());
    }
  }
}

/// Asks all of them together.
Task<void> run(std::vector<Batch>& batches) {
  if (batches.size() == 1) {
    auto answer = co_await batches.front().resolver->resolve(batches.front().calls);
    distribute(batches.front(), std::move(answer));
    co_return {};
  }
  std::vector<Task<std::vector<Resolved>>> tasks;
  for (Batch& batch : batches) tasks.push_back(batch.resolver->resolve(batch.calls));
  auto answers = co_await when_all(std::move(tasks));
  for (std::size_t i = 0; i < batches.size(); ++i) distribute(batches[i], std::move((*answers)[i]));
  co_return {};
}

/// The snapshot of what is fetched together; null where none is needed.
std::unique_ptr<Snapshot> make_snapshot(const FetchContext& context) {
  if (context.readers.empty() || !context.make_snapshot) return nullptr;
  std::unique_ptr<Snapshot> snapshot = context.make_snapshot();
  for (const Resolver* reader : context.readers) reader->join(*snapshot);
  return snapshot;
}

bool read(const std::vector<Batch>& batches) {
  return std::ranges::any_of(batches, [](const Batch& batch) { return batch.resolver->reads(); });
}

/// What a level has given, as the sets of the next.
std::vector<ObjectSet*> sets_below(ObjectTree& tree, const Level& level) {
  std::vector<ObjectSet*> sets;
  for (const Place& place : level.places()) {
    Children children(tree, place);
    children.add_all();
    children.for_each_set([&sets](ObjectSet& set) { sets.push_back(&set); });
  }
  return sets;
}

}  // namespace

Task<std::vector<ObjectSet*>> fetch_level(ObjectTree& tree, ObjectSet& set, FetchRange range, FetchContext context) {
  Level level(tree, context);
  level.add(set, range.first, range.last);
  auto answered = co_await run(level.batches());
  CHECK(answered.has_value());
  co_return sets_below(tree, level);
}

Task<bool> fetch(ObjectTree& tree, ObjectSet& root, FetchRange range, FetchContext context) {
  const std::unique_ptr<Snapshot> snapshot = make_snapshot(context);
  bool is_taken = snapshot == nullptr;
  auto level = std::make_unique<Level>(tree, context, snapshot.get());
  level->add(root, range.first, range.last);
  while (!level->empty()) {
    if (!is_taken && read(level->batches())) {
      auto taken = co_await snapshot->take();
      CHECK(taken.has_value());
      is_taken = true;
    }
    auto answered = co_await run(level->batches());
    CHECK(answered.has_value());
    auto next = std::make_unique<Level>(tree, context, snapshot.get());
    for (ObjectSet* set : sets_below(tree, *level)) next->add(*set, 0, set->selection->fetches.size());
    if (!next->empty() && context.is_over()) co_return false;
    level = std::move(next);
  }
  co_return true;
}

}  // namespace millrace::graphql
