#include "graph/event_stream.hpp"

#include <fmt/format.h>

#include <utility>

namespace millrace::graph {
namespace {

class EventStream final : public http::BodyStream {
 public:
  explicit EventStream(std::unique_ptr<graphql::Subscription> subscription) : subscription_(std::move(subscription)) {}

  Task<std::string_view> next() override {
    // A comment at once shows the client that it is accepted.
    if (!std::exchange(has_begun_, true)) co_return ":\n\n";
    CO_TRY(const graphql::Subscription::Event event, co_await subscription_->next());
    if (event.is_over) co_return std::string_view();
    piece_ = event.body.empty() ? fmt::format(":\nid: {}\n\n", event.position)
                                : fmt::format("event: next\nid: {}\ndata: {}\n\n", event.position, event.body);
    co_return piece_;
  }

  void stop() override { subscription_->stop(); }

 private:
  const std::unique_ptr<graphql::Subscription> subscription_;
  bool has_begun_ = false;
  std::string piece_;
};

}  // namespace

std::unique_ptr<http::BodyStream> make_event_stream(std::unique_ptr<graphql::Subscription> subscription) {
  return std::make_unique<EventStream>(std::move(subscription));
}

std::string single_event(std::string_view body) {
  return fmt::format("event: next\ndata: {}\n\nevent: complete\ndata:\n\n", body);
}

}  // namespace millrace::graph
