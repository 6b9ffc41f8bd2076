#include "app/processor_pages.hpp"

#include <fmt/format.h>

#include "app/overdue_stream.hpp"
#include "app/processor_state.hpp"
#include "app/unified_model.hpp"
#include "document/feed_place.hpp"
#include "http/media_range.hpp"
#include "http/router.hpp"
#include "http/status.hpp"
#include "rest/answers.hpp"
#include "rest/parameters.hpp"

namespace millrace::app {
namespace {

constexpr std::size_t kOverdueCounted = 1'000;

http::Response page(std::string body) {
  http::Response response = rest::json_answer(200, std::move(body));
  response.add("Cache-Control", "no-store");
  return response;
}

Error not_found(std::string_view name) {
  return {ErrorKind::not_found, "processor.not_found", fmt::format("There is no processor \"{:.100}\".", name),
          "GET /processors lists them."};
}

bool prefers_events(const http::Request& request) {
  return http::preferred_media_type(request.header("accept"), {"application/x-ndjson", "text/event-stream"}) == 1;
}

/// Where a reader begins: where it says; else at the first event that may have no outcome.
Task<document::Position> begin_of(Processors& processors, std::size_t processor, const http::Request& request,
                                  rest::QueryParameters& parameters) {
  bool is_said = std::ranges::find(parameters, "after", &rest::QueryParameter::name) != parameters.end();
  CO_TRY(rest::FeedPlace place, rest::take_feed_place(parameters));
  if (const std::string_view id = request.header("last-event-id"); !id.empty()) {
    CO_TRY(place.after, document::read_feed_place(id, "Last-Event-ID"));
    is_said = true;
  }
  CO_TRY(const ProcessorState state, co_await read_state(processors, processor));
  if (is_said) co_return document::feed_begin(place.after, state.head);
  co_return state.oldest ? state.oldest->position - 1 : state.head;
}

Task<http::Response> overdue(Processors& processors, std::size_t processor, const http::Request& request,
                             std::chrono::milliseconds heartbeat) {
  const ProcessorModel& model = processors.parts(processor).model;
  if (model.config.deadline.count() == 0)
    co_return Failure(Error{ErrorKind::invalid_argument, "processor.no_deadline",
                            fmt::format("The processor \"{}\" has no deadline.", model.config.name), "Give it one: deadline = 60s."});
  OverdueAsked asked{.is_sse = prefers_events(request), .heartbeat = heartbeat};
  CO_TRY(auto parameters, rest::read_parameters(request.query));
  CO_TRY(const bool follows, rest::take_flag(parameters, "follow"));
  CO_TRY(asked.after, co_await begin_of(processors, processor, request, parameters));
  CO_TRY_OK(rest::refuse_unknown(parameters, {"after", "follow"}));
  asked.follows = follows || asked.is_sse;
  http::Response response;
  response.add("Content-Type", asked.is_sse ? "text/event-stream" : "application/x-ndjson");
  response.add("Cache-Control", "no-cache, no-transform").add("X-Accel-Buffering", "no").add("Vary", "Accept");
  response.is_feed = true;
  response.stream = make_overdue_stream(processors, processor, asked);
  co_return response;
}

http::Response methods_answer(http::Method method) {
  http::Response response =
      method == http::Method::options
          ? http::Response{204, {}, {}}
          : http::problem(405, {ErrorKind::invalid_argument, "http.method", "This resource answers GET, HEAD, OPTIONS."});
  response.add("Allow", "GET, HEAD, OPTIONS");
  return response;
}

}  // namespace

bool has_processor_pages(const Model& model) {
  const auto is_there = [](const auto& served) {
    return served.path == kProcessorsPath || served.path.starts_with(std::string(kProcessorsPath) + '/');
  };
  return std::ranges::none_of(model.graphlettes, is_there) && std::ranges::none_of(model.restlettes, is_there) &&
         (model.unified == nullptr || !is_there(*model.unified));
}

Task<http::Response> ProcessorPages::handle(const http::Request& request) {
  if (request.method != http::Method::get && request.method != http::Method::head) co_return methods_answer(request.method);
  auto response = co_await dispatch(request);
  if (!response) co_return http::problem(response.error());
  co_return *std::move(response);
}

Task<http::Response> ProcessorPages::dispatch(const http::Request& request) {
  const std::string_view below = http::below(request.path, kProcessorsPath);
  if (below.empty()) return list(request);
  const std::size_t slash = std::min(below.find('/'), below.size());
  const auto processor = find(below.substr(0, slash), request);
  if (!processor) return rest::refuse(not_found(below.substr(0, slash)));
  if (slash == below.size()) return show(*processor);
  if (below.substr(slash) == "/overdue") return overdue(processors_, *processor, request, heartbeat_);
  return rest::refuse({ErrorKind::not_found, "http.not_found", "There is nothing at this path."});
}

bool ProcessorPages::is_shown(std::size_t processor, const http::Request& request) const {
  return guards_.lifecycle(processors_.parts(processor).model.from).sight(request.principal.get()) == document::Sight::all;
}

std::optional<std::size_t> ProcessorPages::find(std::string_view name, const http::Request& request) const {
  for (std::size_t i = 0; i < processors_.size(); ++i)
    if (processors_.parts(i).model.config.name == name && is_shown(i, request)) return i;
  return std::nullopt;
}

Task<http::Response> ProcessorPages::list(const http::Request& request) {
  std::string all;
  for (std::size_t i = 0; i < processors_.size(); ++i) {
    if (!is_shown(i, request)) continue;
    CO_TRY(const ProcessorState state, co_await read_state(processors_, i));
    all.append(all.empty() ? "{" : ",{").append(describe_state(processors_.parts(i).model, state)).append("}");
  }
  co_return page('[' + all + ']');
}

Task<http::Response> ProcessorPages::show(std::size_t processor) {
  CO_TRY(const ProcessorState state, co_await read_state(processors_, processor));
  CO_TRY(const auto overdue, co_await count_overdue(processors_, processor, state, kOverdueCounted));
  co_return page(fmt::format(R"({{{},"overdue":{},"partitions":{}}})", describe_state(processors_.parts(processor).model, state),
                             overdue ? std::to_string(*overdue) : "null", describe_partitions(state, processors_.instance())));
}

}  // namespace millrace::app
