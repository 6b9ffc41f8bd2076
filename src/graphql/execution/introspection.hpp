// Introspection (specification section 4): the schema answers questions about itself, through the same plan and answer as any other data.
#pragma once

#include <memory>

#include "graphql/execution/resolver.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// Resolvers for __schema, __type and all that stands below them.
class Introspection {
 public:
  /// The schema must outlive it.
  explicit Introspection(const Schema& schema);
  ~Introspection();

  const Bindings& bindings() const { return bindings_; }

 private:
  class FieldResolver;
  const Schema& schema_;
  std::vector<std::unique_ptr<FieldResolver>> resolvers_;
  Bindings bindings_;
};

}  // namespace millrace::graphql
