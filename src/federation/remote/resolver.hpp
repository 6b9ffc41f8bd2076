// A field that follows a key from its parent to a query of another server, asked over HTTP.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "federation/remote/answer.hpp"
#include "federation/remote/document.hpp"
#include "federation/remote/target.hpp"
#include "graphql/execution/resolver.hpp"

namespace millrace::federation {

/// Any number of parents is as many documents as their different keys need, sent together. What is selected is passed on whole; what the
/// other server answers is taken by the types that this side has. A failure is an error of the field, which names the service and the
/// reason in its extensions; other fields stand.
class RemoteResolver : public graphql::Resolver {
 public:
  struct Options {
    std::shared_ptr<RemoteTarget> target;
    AskedQuery query;
    std::vector<std::string> keys;  // quoted members of the parent; the first one that the parent has is the key
    bool is_list = false;           // what the field's own type wants: of a list that is given otherwise, the first
    bool passes_at = true;          // the query takes `at`
  };
  explicit RemoteResolver(Options options) : options_(std::move(options)) {}

  std::span<const std::string> parent_keys() const override { return options_.keys; }
  bool gives_selections() const override { return true; }
  Task<std::vector<graphql::Resolved>> resolve(std::span<const graphql::FieldCall> calls) override;

 private:
  using Answer = std::expected<RemoteAnswer, NoAnswer>;
  Task<Answer> ask(std::span<const Ask> asks, const graphql::Caller& caller);
  Task<Answer> ask_as(std::span<const Ask> asks, const graphql::Caller& caller, KeyForm form);

  const Options options_;
  // Which form of keys the server takes: known once it took one.
  enum class Known : std::uint8_t { nothing, takes_variables, takes_literals };
  std::atomic<Known> known_ = Known::nothing;
};

}  // namespace millrace::federation
