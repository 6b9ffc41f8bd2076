#include "federation/subgraph.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/hash.hpp"
#include "base/json/canonical.hpp"
#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "federation/entity_query.hpp"
#include "federation/resolvers.hpp"
#include "federation/store_snapshot.hpp"

namespace millrace::federation {

ServiceResolver::ServiceResolver(std::string_view sdl) : object_("{\"sdl\":" + json::quoted(sdl) + "}") {}

Task<std::vector<graphql::Resolved>> ServiceResolver::resolve(std::span<const graphql::FieldCall> calls) {
  std::vector<graphql::Resolved> resolved(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::uint32_t service = resolved[i].add_value(object_);
    for (std::size_t parent = 0; parent < calls[i].parents; ++parent) resolved[i].give_value(service);
  }
  co_return std::move(resolved);
}

namespace {

/// What is asked of one type: its ids, each once, and what the store gave for them.
struct TypeRead {
  std::vector<std::string> ids = {};
  TextMap<std::uint32_t> numbers = {};  // of ids
  std::shared_ptr<const document::Documents> documents = {};
  std::optional<Error> error = {};  // set: there are no documents
};

/// One representation: which id of which type, or what is wrong with it.
struct Asked {
  std::size_t type = 0;
  std::uint32_t number = 0;
  std::optional<Error> error = {};
};

Failure wrong(std::size_t place, std::string_view member, std::string what, std::string hint) {
  return Failure(Error{ErrorKind::invalid_argument, "graphql.representation",
                       fmt::format("representations[{}]{}{}: {}", place, member.empty() ? "" : ".", member, what), std::move(hint)});
}

/// An id as GraphQL's ID takes it: a string, or a whole number.
std::optional<std::string> read_id(std::string_view value) {
  if (value.starts_with('"')) return json::decode_string(value);
  if (value.empty() || json::kind_of(value) != json::Kind::number) return std::nullopt;
  const auto number = json::integer(value);
  return number ? std::optional(std::to_string(*number)) : std::nullopt;
}

class EntityReads {
 public:
  /// `snapshot`: the request's; null where all that it reads is read here.
  EntityReads(const EntitiesResolver::Options& options, Instant at, const StoreSnapshot* snapshot, document::View view)
      : options_(options), at_(at), snapshot_(snapshot), view_(view), reads_(options.types.size()) {}

  Result<std::vector<Asked>> add(std::string_view representations) {
    std::vector<Asked> asked;
    json::Elements elements(representations);
    for (std::string_view element; elements.next(element);) {
      if (++count_ > options_.representations_max) return too_many_representations();
      auto one = add_one(element, asked.size());
      asked.push_back(one ? *std::move(one) : Asked{.error = std::move(one).error()});
    }
    return asked;
  }

  Task<void> run() {
    if (snapshot_ == nullptr) {
      CO_TRY_OK(co_await take_own());
    }
    for (std::size_t i = 0; i < reads_.size(); ++i) {
      if (reads_[i].ids.empty()) continue;
      auto documents = co_await read(i);
      if (documents) {
        reads_[i].documents = std::make_shared<const document::Documents>(*std::move(documents));
        bytes_ += reads_[i].documents->bytes();
      } else {
        reads_[i].error = std::move(documents).error();
      }
    }
    co_return {};
  }

  graphql::Resolved answer(const graphql::FieldCall& call, const std::vector<Asked>& asked) {
    graphql::Resolved resolved;
    const std::vector<const graphql::Type*> types = types_of(*call.field.type.named);
    for (const Asked& one : asked) {
      auto document = document_of(one);
      if (!document) {
        const std::uint32_t value = resolved.add_value("null");
        resolved.add_error_below({.value = value, .error = std::move(document).error()});
      } else if (document->empty()) {
        resolved.add_value("null");
      } else {
        resolved.add_value(*document, types[one.type]);
      }
    }
    for (std::size_t parent = 0; parent < call.parents; ++parent) resolved.give_list(0, static_cast<std::uint32_t>(asked.size()));
    for (const TypeRead& read : reads_)
      if (read.documents) resolved.keep(read.documents);
    return resolved;
  }

 private:
  /// Of several stores; what is read of one is of one instant anyhow.
  Task<void> take_own() {
    std::size_t types = 0;
    for (std::size_t i = 0; i < reads_.size(); ++i) {
      if (reads_[i].ids.empty()) continue;
      own_snapshot_.add(*options_.types[i].store);
      ++types;
    }
    if (types < 2) co_return {};
    CO_TRY_OK(co_await own_snapshot_.take());
    snapshot_ = &own_snapshot_;
    co_return {};
  }

  Task<document::Documents> read(std::size_t type) {
    document::Store& store = *options_.types[type].store;
    const std::vector<std::string_view> ids(reads_[type].ids.begin(), reads_[type].ids.end());
    document::View view = view_;
    view.at = at_;
    view.bytes_max = options_.bytes_max - std::min(options_.bytes_max, bytes_);
    if (snapshot_ != nullptr) {
      CO_TRY(const Instant latest, snapshot_->at(store));
      view.at = std::min(at_, latest);
    }
    CO_TRY(auto documents, co_await store.read(ids, view));
    if (documents.is_cut()) co_return too_many_bytes();
    co_return std::move(documents);
  }

  /// The text; empty where there is none.
  Result<std::string_view> document_of(const Asked& asked) {
    if (asked.error) return std::unexpected(*asked.error);
    const TypeRead& read = reads_[asked.type];
    if (read.error) return std::unexpected(*read.error);
    if (!read.documents->found(asked.number)) return std::string_view();
    const std::string_view text = read.documents->text(asked.number);
    if (given_ > 0 && text.size() > options_.bytes_max - std::min(options_.bytes_max, given_)) return too_many_bytes();
    given_ += text.size();
    return text;
  }

  Result<Asked> add_one(std::string_view representation, std::size_t place) {
    if (json::kind_of(representation) != json::Kind::object)
      return wrong(place, "", "it is no object.", R"(Give {"__typename": TYPE, "id": ID}.)");
    TRY(const std::size_t type, type_of(representation, place));
    const std::string_view value = json::member(representation, R"("id")");
    auto id = read_id(value);
    if (!id)
      return wrong(place, "id", value.empty() ? "it is missing." : fmt::format("{} is no id.", shown(value)),
                   fmt::format("{} is found by its id, a string.", options_.types[type].name));
    TypeRead& read = reads_[type];
    const auto [known, is_new] = read.numbers.try_emplace(*id, static_cast<std::uint32_t>(read.ids.size()));
    if (is_new) read.ids.push_back(*std::move(id));
    return Asked{type, known->second};
  }

  Result<std::size_t> type_of(std::string_view representation, std::size_t place) const {
    const std::string_view value = json::member(representation, R"("__typename")");
    const auto& types = options_.types;
    const bool is_name = value.starts_with('"');
    const auto type = is_name ? std::ranges::find(types, json::decode_string(value), &EntityType::name) : types.end();
    if (type != types.end()) return static_cast<std::size_t>(type - types.begin());
    std::vector<std::string_view> known;
    for (const EntityType& each : types) known.push_back(each.name);
    return wrong(place, "__typename",
                 value.empty() ? "it is missing."
                 : is_name     ? fmt::format("{} is no type whose documents are found by their ids here.", shown(value))
                               : fmt::format("{} is no name of a type.", shown(value)),
                 fmt::format("Known are: {}.", fmt::join(known, ", ")));
  }

  /// A value as a message shows it: clients can make it as long as a request.
  static std::string shown(std::string_view value) {
    constexpr std::size_t kShown = 100;
    if (value.size() <= kShown) return std::string(value);
    std::size_t end = kShown;
    while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;  // within a code point
    return std::string(value.substr(0, end)) + "...";
  }

  Failure too_many_bytes() const {
    return Failure(
        Error{ErrorKind::too_large, "graphql.list_bytes",
              fmt::format("The documents of this field are more than the {} bytes that one answer may bring.", options_.bytes_max),
              "Ask for fewer representations."});
  }

  Failure too_many_representations() const {
    return Failure(Error{ErrorKind::too_large, "graphql.representation",
                         fmt::format("There are more than {} representations.", options_.representations_max), "Ask for fewer at a time."});
  }

  std::vector<const graphql::Type*> types_of(const graphql::Type& entity) const {
    std::vector<const graphql::Type*> types;
    for (const EntityType& one : options_.types) {
      const auto found = std::ranges::find(entity.possible, one.name, [](const graphql::Type* type) { return type->name; });
      CHECK(found != entity.possible.end());
      types.push_back(*found);
    }
    return types;
  }

  const EntitiesResolver::Options& options_;
  const Instant at_;
  const StoreSnapshot* snapshot_;
  const document::View view_;
  StoreSnapshot own_snapshot_;
  std::vector<TypeRead> reads_;  // by type
  std::size_t count_ = 0;        // of representations
  std::size_t bytes_ = 0;        // of all documents
  std::size_t given_ = 0;        // of all that was given
};

}  // namespace

const graphql::Bindings* EntitiesResolver::below(const graphql::Type& object) const {
  const auto type = std::ranges::find(options_.types, object.name, &EntityType::name);
  return type == options_.types.end() ? nullptr : type->below;
}

void EntitiesResolver::join(graphql::Snapshot& snapshot) const {
  for (const EntityType& type : options_.types) static_cast<StoreSnapshot&>(snapshot).add(*type.store);
}

Task<std::vector<graphql::Resolved>> EntitiesResolver::resolve(std::span<const graphql::FieldCall> calls) {
  CO_TRY(const Instant at, read_at(calls.front().arguments));  // the same for all: only the request says it
  EntityReads reads(options_, at, static_cast<const StoreSnapshot*>(calls.front().snapshot), view_of(calls));
  std::vector<std::vector<Asked>> asked;
  for (const graphql::FieldCall& call : calls) {
    CO_TRY(auto of_call, reads.add(call.arguments.find("representations")));
    asked.push_back(std::move(of_call));
  }
  CO_TRY_OK(co_await reads.run());
  std::vector<graphql::Resolved> resolved;
  for (std::size_t i = 0; i < calls.size(); ++i) resolved.push_back(reads.answer(calls[i], asked[i]));
  co_return std::move(resolved);
}

}  // namespace millrace::federation
