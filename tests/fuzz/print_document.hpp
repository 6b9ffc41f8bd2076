// A document as text, whatever it holds: what a fuzz target reads again.
#pragma once

#include <string>

#include "graphql/language/parser.hpp"

namespace millrace::graphql {

class DocumentPrinter {
 public:
  std::string print_all(const Document& document) {
    for (const DefinitionReference& reference : document.order) definition(reference);
    return std::move(out_);
  }

 private:
  void definition(const DefinitionReference& reference) {
    switch (reference.kind) {
      case DefinitionKind::operation: add(reference.as<OperationDefinition>()); break;
      case DefinitionKind::fragment: add(reference.as<FragmentDefinition>()); break;
      case DefinitionKind::schema: add(reference.as<SchemaDefinition>()); break;
      case DefinitionKind::type: add(reference.as<TypeDefinition>()); break;
      case DefinitionKind::directive: add(reference.as<DirectiveDefinition>()); break;
    }
    out_ += '\n';
  }

  void word(std::string_view text) { out_.append(text).append(1, ' '); }
  void description(const OptionalNode<Value>& text) {
    if (text) word(print(*text));
  }

  void add(const OperationDefinition& node) {
    constexpr std::string_view kWords[] = {"query", "mutation", "subscription"};
    description(node.description);
    word(kWords[static_cast<std::size_t>(node.operation)]);
    if (node.name) word(node.name->text);
    all(node.variables, "(", ")");
    all(node.directives);
    add(node.selection_set);
  }
  void add(const VariableDefinition& node) {
    description(node.description);
    out_.append(1, '$').append(node.name.text).append(1, ':');
    type_and_default(node);
  }
  void add(const FragmentDefinition& node) {
    description(node.description);
    word("fragment");
    word(node.name.text);
    word("on");
    word(node.type_condition.text);
    all(node.directives);
    add(node.selection_set);
  }
  void add(const SelectionSet& node) {
    out_ += '{';
    all(node.selections);
    out_ += '}';
  }
  void add(const Selection& node) {
    if (node.kind != Selection::Kind::field) word("...");
    if (node.kind == Selection::Kind::inline_fragment && node.type_condition) word("on");
    if (node.type_condition) word(node.type_condition->text);
    if (node.alias) out_.append(node.alias->text).append(1, ':');
    if (node.kind != Selection::Kind::inline_fragment) word(node.name.text);
    all(node.arguments, "(", ")");
    all(node.directives);
    if (node.selection_set) add(*node.selection_set);
  }
  void add(const Argument& node) {
    out_.append(node.name.text).append(1, ':');
    word(print(node.value));
  }
  void add(const Directive& node) {
    out_ += '@';
    word(node.name.text);
    all(node.arguments, "(", ")");
  }

  void add(const SchemaDefinition& node) {
    if (node.extension) word("extend");
    description(node.description);
    word("schema");
    all(node.directives);
    all(node.operation_types, "{", "}");
  }
  void add(const RootOperationType& node) {
    constexpr std::string_view kWords[] = {"query:", "mutation:", "subscription:"};
    word(kWords[static_cast<std::size_t>(node.operation)]);
    word(node.type.text);
  }
  void add(const TypeDefinition& node) {
    constexpr std::string_view kWords[] = {"scalar", "type", "interface", "union", "enum", "input"};
    if (node.extension) word("extend");
    description(node.description);
    word(kWords[static_cast<std::size_t>(node.kind)]);
    word(node.name.text);
    names(node.interfaces, "implements", "&");
    all(node.directives);
    names(node.members, "=", "|");
    all(node.fields, "{", "}");
    all(node.values, "{", "}");
    all(node.input_fields, "{", "}");
  }
  void add(const FieldDefinition& node) {
    description(node.description);
    word(node.name.text);
    all(node.arguments, "(", ")");
    out_ += ':';
    word(print(node.type));
    all(node.directives);
  }
  void add(const InputValueDefinition& node) {
    description(node.description);
    out_.append(node.name.text).append(1, ':');
    type_and_default(node);
  }
  void add(const EnumValueDefinition& node) {
    description(node.description);
    word(node.name.text);
    all(node.directives);
  }
  void add(const DirectiveDefinition& node) {
    if (node.extension) word("extend");
    description(node.description);
    out_ += "directive @";
    word(node.name.text);
    all(node.arguments, "(", ")");
    all(node.directives);
    if (node.repeatable) word("repeatable");
    names(node.locations, "on", "|");
  }

  template <class Definition>
  void type_and_default(const Definition& node) {
    word(print(node.type));
    if (node.default_value) {
      out_ += '=';
      word(print(*node.default_value));
    }
    all(node.directives);
  }
  void names(const NodeList<Name>& nodes, std::string_view before, std::string_view between) {
    std::string_view separator = before;
    for (const Name& name : nodes) {
      word(std::exchange(separator, between));
      word(name.text);
    }
  }
  template <class T>
  void all(const NodeList<T>& nodes, std::string_view open = {}, std::string_view close = {}) {
    if (nodes.empty()) return;
    out_ += open;
    for (const T& node : nodes) add(node);
    out_ += close;
  }

  std::string out_;
};

}  // namespace millrace::graphql
