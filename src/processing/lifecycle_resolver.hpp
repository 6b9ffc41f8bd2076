// `lifecycle` in GraphQL: the entries of an event's story, as a field of the event.
#pragma once

#include <string_view>

#include "graphql/execution/resolver.hpp"
#include "processing/lifecycle.hpp"

namespace millrace::processing {

/// The types that a schema with such a field has. The field: `lifecycle: [LifecycleEntry!]!`.
extern const std::string_view kLifecycleTypes;

/// The lifecycle must outlive it. It tells what is stored now, whatever the instant of the request.
class LifecycleResolver : public graphql::Resolver {
 public:
  explicit LifecycleResolver(const Lifecycle& lifecycle) : lifecycle_(lifecycle) {}

  std::span<const std::string> parent_keys() const override;
  Task<std::vector<graphql::Resolved>> resolve(std::span<const graphql::FieldCall> calls) override;

 private:
  const Lifecycle& lifecycle_;
};

}  // namespace millrace::processing
