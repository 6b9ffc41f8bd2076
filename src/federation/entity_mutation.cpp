#include "federation/entity_mutation.hpp"

#include <algorithm>

#include "base/author.hpp"
#include "base/json/canonical.hpp"
#include "base/json/number.hpp"
#include "base/json/pointer.hpp"
#include "base/json/slices.hpp"
#include "document/change.hpp"
#include "document/idempotency.hpp"
#include "document/incoming.hpp"
#include "document/merge_patch.hpp"
#include "federation/resolvers.hpp"

namespace millrace::federation {
namespace {

using document::Append;
using document::Incoming;
using document::Operation;
using Arguments = graphql::ArgumentValues;

// What an error of createMany lists; the rest is counted, as in bulk requests over REST.
constexpr std::size_t kProblemsMax = 100;

bool is_given(std::string_view value) {
  return !value.empty() && value != "null";
}

/// The document of the arguments: the input, or the arguments that are its members.
std::string input_of(const EntityMutation& mutation, const Arguments& arguments) {
  if (!mutation.input.empty()) {
    const std::string_view value = arguments.find(mutation.input);
    return std::string(value.empty() ? "null" : value);
  }
  std::string text = "{";
  for (const std::string& member : mutation.members) {
    const std::string_view value = arguments.find(member);
    if (value.empty()) continue;
    if (text.size() > 1) text += ',';
    json::append_string(text, member);
    text.append(1, ':').append(value);
  }
  return text + '}';
}

/// Where the document's members are among the arguments.
std::string pointer_of(const EntityMutation& mutation) {
  return mutation.input.empty() ? std::string() : '/' + mutation.input;
}

/// A document's members with its id first, as it is given back; or what the field gives instead of it.
std::string given(const EntityMutation& mutation, std::string_view id, std::string_view payload) {
  switch (mutation.gives) {
    case EntityMutation::Gives::document: return document::document_text(id, payload);
    case EntityMutation::Gives::id: return json::quoted(id);
    case EntityMutation::Gives::boolean: return "true";
  }
  return "null";
}

/// A store names the append that it refuses by its number, and perhaps a member of it: in the request that is below the input.
Error placed(Error error, const EntityMutation& mutation, bool is_many) {
  for (ErrorDetail& detail : error.details) {
    const std::size_t number = std::min(detail.path.find('/', 1), detail.path.size());
    std::string path = pointer_of(mutation) + detail.path.substr(is_many ? 0 : number);
    if (error.code == "document.exists") {
      path += "/id";
      detail.keyword = "unique";
    }
    if (error.code == "idempotency.mismatch") json::append_pointer_token(path, mutation.creation.idempotency_field);
    detail.path = std::move(path);
  }
  return error;
}

/// Who writes.
struct Writer {
  const Principal* principal = nullptr;
  std::string author = {};  // as document::Append has it
  const Trace* trace = nullptr;
};

Writer writer_of(std::span<const graphql::FieldCall> calls) {
  const graphql::Caller* const caller = calls.empty() ? nullptr : calls.front().caller;
  if (caller == nullptr) return {};
  const Principal* const principal = caller->principal.get();
  return {principal, to_text({.principal = principal, .address = caller->address, .trace = caller->trace}), &caller->trace};
}

/// Requires: the writer outlives the append.
void sign(Append& append, const Writer& writer) {
  append.principal = writer.principal;
  append.author = writer.author;
  append.trace = writer.trace;
}

Task<std::string> create(const EntityMutation& mutation, const Arguments& arguments, const Writer& writer) {
  const std::string input = input_of(mutation, arguments);
  CO_TRY(auto incoming, document::read_document(input, mutation.schema, pointer_of(mutation)));
  std::vector<Append> appends(1);
  CO_TRY(appends.front(), document::creation(incoming, mutation.creation, std::nullopt, pointer_of(mutation)));
  sign(appends.front(), writer);
  appends.front().hidden = document::Hidden::renamed;
  const std::string id = appends.front().id;
  auto receipts = co_await mutation.store->append(std::move(appends));
  if (!receipts) co_return Failure(placed(std::move(receipts).error(), mutation, false));
  const document::Receipt& receipt = receipts->front();
  co_return given(mutation, receipt.repeated ? receipt.id : id, receipt.seen.value_or(incoming.payload));
}

/// Reads all documents; the error names all that is wrong with any of them.
Result<std::vector<Append>> read_many(const EntityMutation& mutation, std::string_view input) {
  TRY(const auto parsed, json::parse(input));
  const json::Value list = parsed.root();
  std::vector<Append> creations;
  std::vector<ErrorDetail> problems;
  std::size_t count = 0;
  if (!list.is(json::Kind::array) || list.size() > mutation.items_max)
    return Failure(Error{ErrorKind::too_large, "bulk.too_many",
                         fmt::format("\"{}\" takes a list of at most {} documents.", mutation.name, mutation.items_max)});
  std::size_t index = 0;
  for (json::Value item = list.first(); item != list.end(); item = item.after(), ++index) {
    const std::string pointer = fmt::format("/{}/{}", mutation.input, index);
    auto incoming = document::read_document(item, mutation.schema, pointer);
    if (!incoming) {
      std::vector<ErrorDetail>& details = incoming.error().details;
      count += details.size();
      details.resize(std::min(details.size(), kProblemsMax - problems.size()));
      std::ranges::move(details, std::back_inserter(problems));
      continue;
    }
    TRY(Append append, document::creation(*std::move(incoming), mutation.creation, std::nullopt, pointer));
    creations.push_back(std::move(append));
  }
  if (problems.empty()) return creations;
  const std::string more = count > problems.size() ? fmt::format(" The first {} are listed.", problems.size()) : std::string();
  std::string message =
      fmt::format("The documents break their schema in {} place{}; nothing was stored.{}", count, count == 1 ? "" : "s", more);
  return Failure(Error{ErrorKind::unprocessable, "schema.violation", std::move(message), {}, std::move(problems)});
}

Task<std::string> create_many(const EntityMutation& mutation, const Arguments& arguments, const Writer& writer) {
  const std::string input = input_of(mutation, arguments);
  CO_TRY(auto creations, read_many(mutation, input));
  for (Append& creation : creations) {
    sign(creation, writer);
    creation.hidden = document::Hidden::renamed;
  }
  if (creations.empty()) co_return "[]";
  auto receipts = co_await mutation.store->append(creations);
  if (!receipts) co_return Failure(placed(std::move(receipts).error(), mutation, true));
  std::string answer = "[";
  for (std::size_t i = 0; i < creations.size(); ++i) {
    const document::Receipt& receipt = (*receipts)[i];
    if (i > 0) answer += ',';
    answer += given(mutation, receipt.repeated ? receipt.id : creations[i].id, receipt.seen.value_or(creations[i].payload));
  }
  co_return std::move(answer) + ']';
}

/// The version that must be the newest; nothing when the client does not say.
Result<std::optional<std::uint64_t>> expected_version(const EntityMutation& mutation, const Arguments& arguments) {
  const std::string_view value = mutation.expected_version.empty() ? std::string_view() : arguments.find(mutation.expected_version);
  if (!is_given(value)) return std::nullopt;
  const auto version = json::kind_of(value) == json::Kind::number ? json::integer(value) : std::nullopt;
  if (version && *version > 0) return static_cast<std::uint64_t>(*version);
  return Failure(Error{ErrorKind::precondition_failed, "document.version", fmt::format("No document has a version {}.", value)});
}

/// The id of the document that is to be changed: the argument's, or the input's.
Result<std::string> id_of(const EntityMutation& mutation, const Arguments& arguments, std::string_view input) {
  const std::string_view own = input.starts_with('{') ? json::member(input, R"("id")") : std::string_view();
  const std::string_view value = mutation.id.empty() ? own : arguments.find(mutation.id);
  const std::string pointer = pointer_of(mutation) + "/id";
  if (!value.starts_with('"'))
    return Failure(
        Error{ErrorKind::unprocessable, "document.id", "The id of the document is missing.", {}, {{pointer, "required", "is missing"}}});
  if (is_given(own) && own != value)
    return Failure(Error{ErrorKind::unprocessable,
                         "document.id",
                         "The id in the input is not the id of the document.",
                         "Leave it out, or send the same.",
                         {{pointer, "const", fmt::format("must be {}", value)}}});
  return json::decode_string(value);
}

Task<std::string> update(const EntityMutation& mutation, const Arguments& arguments, const Writer& writer) {
  const std::string input = input_of(mutation, arguments);
  CO_TRY(const auto expected, expected_version(mutation, arguments));
  CO_TRY(const auto id, id_of(mutation, arguments, input));
  if (!input.starts_with('{'))
    co_return Failure(Error{ErrorKind::unprocessable,
                            "document.not_object",
                            "A document is a JSON object.",
                            {},
                            {{pointer_of(mutation), "type", "must be an object"}}});
  // The input may name the document; its id is not changed.
  const std::string changes = document::merge_patch(input, R"({"id":null})");
  Append append{.operation = Operation::replace, .id = id, .payload = {}, .expected_version = expected};
  sign(append, writer);
  append.patch = changes;
  append.hidden = document::Hidden::renamed;
  document::Change change = [&](const document::Documents& newest) {
    return document::patch_version(newest, changes, mutation.schema, mutation.document_bytes_max, pointer_of(mutation));
  };
  CO_TRY(const auto changed, co_await document::change_newest(*mutation.store, std::move(append), std::move(change)));
  co_return given(mutation, id, changed.receipt.seen.value_or(changed.payload));
}

Task<std::string> remove(const EntityMutation& mutation, const Arguments& arguments, const Writer& writer) {
  CO_TRY(const auto expected, expected_version(mutation, arguments));
  CO_TRY(const auto id, id_of(mutation, arguments, {}));
  Append append{.operation = Operation::remove, .id = id, .payload = {}, .expected_version = expected};
  sign(append, writer);
  append.hidden = document::Hidden::renamed;
  std::string last;
  document::Change change = [&last](const document::Documents& newest) {
    last = newest.payload(0);
    return std::string();
  };
  CO_TRY(const auto changed, co_await document::change_newest(*mutation.store, std::move(append), std::move(change)));
  co_return given(mutation, id, changed.receipt.seen.value_or(last));
}

Task<std::string> run(const EntityMutation& mutation, const Arguments& arguments, const Writer& writer) {
  switch (mutation.kind) {
    case EntityMutation::Kind::create: return create(mutation, arguments, writer);
    case EntityMutation::Kind::create_many: return create_many(mutation, arguments, writer);
    case EntityMutation::Kind::update: return update(mutation, arguments, writer);
    case EntityMutation::Kind::remove: return remove(mutation, arguments, writer);
  }
  std::unreachable();
}

}  // namespace

Task<std::vector<graphql::Resolved>> MutationResolver::resolve(std::span<const graphql::FieldCall> calls) {
  std::vector<graphql::Resolved> resolved(calls.size());
  const Writer writer = writer_of(calls);
  // One after the other: the engine asks for one mutation at a time, and whoever asks for more wants them in order.
  for (std::size_t i = 0; i < calls.size(); ++i) {
    CHECK(calls[i].parents == 1);
    auto answer = co_await run(mutation_, calls[i].arguments, writer);
    if (!answer) {
      resolved[i].give_error(std::move(answer).error());
      continue;
    }
    auto text = std::make_shared<const std::string>(*std::move(answer));
    resolved[i].give_value(resolved[i].add_value(*text));
    resolved[i].keep(std::move(text));
  }
  co_return std::move(resolved);
}

}  // namespace millrace::federation
