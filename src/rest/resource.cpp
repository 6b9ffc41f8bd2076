#include "rest/resource.hpp"

#include "http/router.hpp"
#include "http/status.hpp"
#include "rest/answers.hpp"
#include "rest/bulk.hpp"
#include "rest/changes.hpp"
#include "rest/consumers.hpp"
#include "rest/operations.hpp"
#include "rest/parameters.hpp"
#include "rest/reading.hpp"
#include "rest/writing.hpp"

namespace millrace::rest {
namespace {

/// What a path below the entity's names.
struct Place {
  Target target = Target::collection;
  std::string id;             // of a document, or the name of a consumer
  std::string position = {};  // that is parked
};

Error no_such_path() {
  return {ErrorKind::not_found, "http.not_found", "There is nothing at this path."};
}

/// NAME, NAME/claim, NAME/parked/POSITION/release ... behind "consumers/".
Result<Place> find_consumer(std::string_view below) {
  const std::size_t slash = std::min(below.find('/'), below.size());
  auto name = http::percent_decode(below.substr(0, slash));
  if (!name) return Failure(Error{ErrorKind::invalid_argument, "http.path", "The path is not well-formed percent-encoded UTF-8."});
  if (slash == below.size()) return Place{Target::consumer, *std::move(name)};
  const std::string_view action = below.substr(slash + 1);
  for (const Target target : {Target::claim, Target::ack, Target::nack, Target::extend})
    if (path_template(target).ends_with(action) && !action.contains('/')) return Place{target, *std::move(name)};
  constexpr std::string_view kParked = "parked/";
  constexpr std::string_view kRelease = "/release";
  if (!action.starts_with(kParked) || !action.ends_with(kRelease) || action.size() <= kParked.size() + kRelease.size() - 1)
    return Failure(no_such_path());
  const std::string_view position = action.substr(kParked.size(), action.size() - kParked.size() - kRelease.size());
  if (position.contains('/')) return Failure(no_such_path());
  return Place{Target::release, *std::move(name), std::string(position)};
}

Result<Place> find_place(std::string_view below) {
  if (below.empty()) return Place{};
  if (below == "bulk") return Place{Target::bulk, {}};
  if (below == "changes") return Place{Target::changes, {}};
  if (below == "consumers") return Place{Target::consumers, {}};
  if (below.starts_with("consumers/")) return find_consumer(below.substr(10));
  const std::size_t slash = below.find('/');
  auto id = http::percent_decode(below.substr(0, slash));
  if (!id) return Failure(Error{ErrorKind::invalid_argument, "http.path", "The path is not well-formed percent-encoded UTF-8."});
  if (slash == std::string_view::npos) return Place{Target::document, *std::move(id)};
  if (below.substr(slash + 1) == "history") return Place{Target::history, *std::move(id)};
  if (below.substr(slash + 1) == "lifecycle") return Place{Target::lifecycle, *std::move(id)};
  return Failure(no_such_path());
}

/// The answer to a method that the resource does not have, OPTIONS among them.
http::Response methods_answer(http::Method method, Target target, bool immutable) {
  const std::string allow = allowed_methods(target, immutable);
  Error error{ErrorKind::invalid_argument, "http.method", fmt::format("This resource answers {}.", allow)};
  http::Response response = method == http::Method::options ? http::Response{204, {}, {}} : http::problem(405, error);
  response.add("Allow", allow);
  if (target == Target::document && !immutable) response.add("Accept-Patch", "application/merge-patch+json, application/json");
  return response;
}

Task<http::Response> create_many(const ResourceOptions& options, const http::Request& request) {
  CO_TRY(auto parameters, read_parameters(request.query));
  CO_TRY(const bool is_partial, take_partial(parameters));
  CO_TRY_OK(refuse_unknown(parameters, {"partial"}));
  Task<http::Response> creating = is_partial ? bulk_create_partial(options, request) : bulk_create(options, request);
  auto response = co_await std::move(creating);
  co_return response;
}

}  // namespace

Resource::Resource(ResourceOptions options)
    : options_(std::move(options)),
      fields_(read_fields(options_.schema != nullptr ? options_.schema->text() : std::string())),
      consumers_({.store = options_.store, .feed = options_.feed, .make_filter = [this](std::string_view text) {
                    return make_consumer_filter(text, fields_);
                  }}) {
  if (options_.traffic != nullptr) {
    routes_.resize(targets().size());
    for (const Target target : targets())
      routes_[static_cast<std::size_t>(target)] = &options_.traffic->route(options_.path + std::string(path_template(target)));
  }
  options_.takes_envelopes = fields_.find("document") == nullptr && fields_.find("idempotencyKey") == nullptr;
}
Resource::~Resource() = default;

http::Intake Resource::intake(const http::Request& head) const {
  const std::string_view below = http::below(head.path, options_.path);
  if (below.starts_with("consumers/") && below.ends_with("/ack")) return {.body_bytes_max = options_.ack_bytes_max};
  if (below != "bulk") return {};
  return {.body_bytes_max = options_.bulk_bytes_max, .streamed = head.method == http::Method::post};
}

Task<http::Response> Resource::handle(const http::Request& request) {
  auto response = co_await dispatch(request);
  if (!response) co_return http::problem(response.error());
  co_return *std::move(response);
}

Task<http::Response> Resource::dispatch(const http::Request& request) {
  auto place = find_place(http::below(request.path, options_.path));
  if (!routes_.empty()) request.takes(place ? routes_[static_cast<std::size_t>(place->target)] : &options_.traffic->no_route());
  if (!place) return refuse(std::move(place).error());
  const Operation* operation = find_operation(place->target, request.method, options_.immutable);
  if (operation == nullptr) return answer(methods_answer(request.method, place->target, options_.immutable));
  switch (operation->id) {
    case OperationId::list: return list_documents(options_, fields_, request);
    case OperationId::create: return create_one(options_, request);
    case OperationId::read: return read_one(options_, request, std::move(place->id));
    case OperationId::update: return replace_one(options_, request, std::move(place->id));
    case OperationId::patch: return patch_one(options_, request, std::move(place->id));
    case OperationId::remove: return remove_one(options_, request, std::move(place->id));
    case OperationId::history: return read_history(options_, request, std::move(place->id));
    case OperationId::lifecycle: return read_lifecycle(options_, request, std::move(place->id));
    case OperationId::bulk_read: return read_many(options_, request);
    case OperationId::changes: return read_changes(options_, fields_, request);
    case OperationId::bulk_create: return create_many(options_, request);
    case OperationId::consumer_list:
    case OperationId::consumer_read:
    case OperationId::consumer_delete:
    case OperationId::claim:
    case OperationId::ack:
    case OperationId::nack:
    case OperationId::extend:
    case OperationId::release:
      return answer_consumers({options_, fields_, consumers_, request}, operation->id, {std::move(place->id), std::move(place->position)});
  }
  return answer(methods_answer(request.method, place->target, options_.immutable));
}

}  // namespace millrace::rest
