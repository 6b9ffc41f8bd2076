#include "graphql/type/type_order.hpp"

#include <unordered_set>

#include "graphql/language/type_name.hpp"

namespace millrace::graphql {
namespace {

class Collector {
 public:
  explicit Collector(const Definitions& definitions) : definitions_(definitions) {}

  std::vector<std::string_view> run() {
    const auto& own = definitions_.type_names();
    seen_.insert(own.begin(), own.end());
    for (std::string_view name : own) {
      seen_.erase(name);
      visit(name);
    }
    for (const DirectiveDefinition* directive : definitions_.directives()) visit(directive->arguments);
    visit("__Schema");
    return std::move(order_);
  }

 private:
  /// Goes no deeper than the built-in types refer to each other: the SDL's own are seen from the start.
  void visit(std::string_view name) {
    const TypeParts* type = definitions_.type(name);
    if (type == nullptr || !seen_.insert(name).second) return;
    order_.push_back(name);
    for (const TypeDefinition* part : type->parts)
      for (const Name& used : part->kind == TypeKind::union_ ? part->members : part->interfaces) visit(used.text);
    for (const TypeDefinition* part : type->parts) visit_fields(*part);
  }

  void visit_fields(const TypeDefinition& part) {
    for (const FieldDefinition& field : part.fields) {
      visit(named_type(field.type).text);
      visit(field.arguments);
    }
    visit(part.input_fields);
  }

  void visit(const NodeList<InputValueDefinition>& values) {
    for (const InputValueDefinition& value : values) visit(named_type(value.type).text);
  }

  const Definitions& definitions_;
  std::unordered_set<std::string_view> seen_;
  std::vector<std::string_view> order_;
};

}  // namespace

std::vector<std::string_view> type_order(const Definitions& definitions) {
  return Collector(definitions).run();
}

}  // namespace millrace::graphql
