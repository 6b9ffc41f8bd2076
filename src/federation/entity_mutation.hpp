// A mutation of an entity: documents come in as they do over REST (document/incoming), and what was written is what is given back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "document/idempotency.hpp"
#include "document/store.hpp"
#include "graphql/execution/resolver.hpp"
#include "jsonschema/schema.hpp"

namespace millrace::federation {

struct EntityMutation {
  enum class Kind : std::uint8_t { create, create_many, update, remove };
  enum class Gives : std::uint8_t { document, id, boolean };

  std::string name;  // the Mutation field
  Kind kind = Kind::create;
  Gives gives = Gives::document;               // for each document, where there are many
  document::Store* store = nullptr;            // outlives the mutation
  const jsonschema::Schema* schema = nullptr;  // null: any object; outlives the mutation
  std::string input = {};                      // the argument that brings the document, its changes, or the documents
  std::vector<std::string> members = {};       // without `input`: the arguments that are members of the document
  std::string id = {};                         // the argument with the id; empty: the input's own member
  std::string expected_version = {};           // the argument; empty: there is none
  std::size_t items_max = 10'000;              // of create_many
  document::CreationRules creation = {};
  std::size_t document_bytes_max = 1 << 20;  // of a document that an update makes
};

/// The resolver of a Mutation field. An update leaves what the input does not mention, and takes out what it says is null, as REST's PATCH
/// does. Errors are REST's; their details name the place in the arguments: "/input/name".
class MutationResolver : public graphql::Resolver {
 public:
  explicit MutationResolver(const EntityMutation& mutation) : mutation_(mutation) {}

  Task<std::vector<graphql::Resolved>> resolve(std::span<const graphql::FieldCall> calls) override;

 private:
  const EntityMutation& mutation_;
};

}  // namespace millrace::federation
