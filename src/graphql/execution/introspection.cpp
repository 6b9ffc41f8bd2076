#include "graphql/execution/introspection.hpp"

#include <deque>

#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"
#include "graphql/language/type_kind.hpp"

namespace millrace::graphql {
namespace {

// Objects of introspection carry their scalar members, and under this key a reference from which the resolvers find the rest: a type's
// written form ("[Foo!]"), "Type.field", or a directive's name after "@".
constexpr std::string_view kReference = "\"__reference\"";

/// Builds one object's text.
class ObjectText {
 public:
  ObjectText& raw(std::string_view key, std::string_view value) {
    text_ += text_.empty() ? '{' : ',';
    json::append_string(text_, key);
    text_.append(1, ':').append(value);
    return *this;
  }
  ObjectText& string(std::string_view key, std::string_view value) { return raw(key, json::quoted(value)); }
  ObjectText& nullable(std::string_view key, const std::optional<std::string>& value) {
    return value ? string(key, *value) : raw(key, "null");
  }
  ObjectText& flag(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  ObjectText& deprecation(const std::optional<std::string>& reason) {
    return flag("isDeprecated", reason.has_value()).nullable("deprecationReason", reason);
  }
  std::string take() { return std::move(text_) + '}'; }

 private:
  std::string text_;
};

std::string type_text(const TypeRef& type) {
  ObjectText text;
  text.string("__reference", type.to_string());
  if (!type.is_named()) {
    return text.raw("kind", type.is_list() ? "\"LIST\"" : "\"NON_NULL\"").raw("name", "null").raw("description", "null").take();
  }
  const Type& named = *type.named;
  text.string("kind", kind_name(named.kind)).string("name", named.name).nullable("description", named.description);
  text.nullable("specifiedByURL", named.specified_by);
  if (named.kind == TypeKind::input_object) text.flag("isOneOf", named.one_of);
  return text.take();
}

std::string input_value_text(const InputValue& value) {
  ObjectText text;
  text.string("__reference", value.type.to_string()).string("name", value.name).nullable("description", value.description);
  text.nullable("defaultValue", value.default_literal);
  return text.deprecation(value.deprecation).take();
}

std::string field_text(const Type& owner, const Field& field) {
  ObjectText text;
  text.string("__reference", owner.name + '.' + field.name).string("name", field.name).nullable("description", field.description);
  return text.deprecation(field.deprecation).take();
}

std::string enum_value_text(const EnumValue& value) {
  ObjectText text;
  return text.string("name", value.name).nullable("description", value.description).deprecation(value.deprecation).take();
}

std::string directive_text(const DirectiveType& directive) {
  std::string locations = "[";
  for (const std::string& location : directive.locations) {
    if (locations.size() > 1) locations += ',';
    json::append_string(locations, location);
  }
  ObjectText text;
  text.string("__reference", '@' + directive.name).string("name", directive.name).nullable("description", directive.description);
  text.flag("isRepeatable", directive.repeatable).raw("locations", locations + ']');
  return text.deprecation(directive.deprecation).take();
}

/// "[Foo!]" back to the type it names.
TypeRef parse_type(const Schema& schema, std::string_view text) {
  TypeRef type;
  while (true) {
    if (text.ends_with('!')) {
      type.wrappers.push_back(TypeRef::Wrapper::non_null);
      text.remove_suffix(1);
    } else if (text.starts_with('[')) {
      type.wrappers.push_back(TypeRef::Wrapper::list);
      text = text.substr(1, text.size() - 2);
    } else {
      break;
    }
  }
  type.named = schema.type(text);
  CHECK(type.named != nullptr);
  return type;
}

/// What one parent's field gives: nothing, one object, or a list.
struct Found {
  enum class Kind : std::uint8_t { null, one, list };
  Kind kind = Kind::null;
  std::vector<std::string> objects = {};

  static Found one(std::string object) { return {Kind::one, {std::move(object)}}; }
};

/// Asked with the schema, the parent's reference and the field's arguments.
using Find = Found (*)(const Schema& schema, std::string_view reference, const ArgumentValues& arguments);

bool wants_deprecated(const ArgumentValues& arguments) {
  return arguments.find("includeDeprecated") == "true";
}

template <class Items, class ToText>
Found list_of(const Items& items, ToText to_text, bool with_deprecated) {
  Found found{Found::Kind::list};
  for (const auto& item : items)
    if (with_deprecated || !item.deprecation) found.objects.push_back(to_text(item));
  return found;
}

Found types_list(const std::vector<const Type*>& types) {
  Found found{Found::Kind::list};
  for (const Type* type : types) found.objects.push_back(type_text({type}));
  return found;
}

Found root_type(const Type* type) {
  return type == nullptr ? Found{} : Found::one(type_text({type}));
}

// __Schema

Found find_schema(const Schema& schema, std::string_view, const ArgumentValues&) {
  ObjectText text;
  return Found::one(text.nullable("description", schema.description()).take());
}

Found find_type(const Schema& schema, std::string_view, const ArgumentValues& arguments) {
  return root_type(schema.type(json::decode_string(arguments.find("name"))));
}

Found schema_types(const Schema& schema, std::string_view, const ArgumentValues&) {
  Found found{Found::Kind::list};
  for (const Type& type : schema.types()) found.objects.push_back(type_text({&type}));
  return found;
}

Found schema_directives(const Schema& schema, std::string_view, const ArgumentValues& arguments) {
  return list_of(schema.directives(), directive_text, wants_deprecated(arguments));
}

Found query_type(const Schema& schema, std::string_view, const ArgumentValues&) {
  return root_type(schema.query());
}
Found mutation_type(const Schema& schema, std::string_view, const ArgumentValues&) {
  return root_type(schema.mutation());
}
Found subscription_type(const Schema& schema, std::string_view, const ArgumentValues&) {
  return root_type(schema.subscription());
}

// __Type

Found type_fields(const Schema& schema, std::string_view reference, const ArgumentValues& arguments) {
  TypeRef type = parse_type(schema, reference);
  if (!type.is_named() || (type.named->kind != TypeKind::object && type.named->kind != TypeKind::interface)) return {};
  return list_of(type.named->fields, [&](const Field& field) { return field_text(*type.named, field); }, wants_deprecated(arguments));
}

Found type_interfaces(const Schema& schema, std::string_view reference, const ArgumentValues&) {
  TypeRef type = parse_type(schema, reference);
  if (!type.is_named() || (type.named->kind != TypeKind::object && type.named->kind != TypeKind::interface)) return {};
  return types_list(type.named->interfaces);
}

Found type_possible(const Schema& schema, std::string_view reference, const ArgumentValues&) {
  TypeRef type = parse_type(schema, reference);
  if (!type.is_named() || !type.named->is_abstract()) return {};
  return types_list(type.named->possible);
}

Found type_values(const Schema& schema, std::string_view reference, const ArgumentValues& arguments) {
  TypeRef type = parse_type(schema, reference);
  if (!type.is_named() || type.named->kind != TypeKind::enumeration) return {};
  return list_of(type.named->values, enum_value_text, wants_deprecated(arguments));
}

Found type_input_fields(const Schema& schema, std::string_view reference, const ArgumentValues& arguments) {
  TypeRef type = parse_type(schema, reference);
  if (!type.is_named() || type.named->kind != TypeKind::input_object) return {};
  return list_of(type.named->input_fields, input_value_text, wants_deprecated(arguments));
}

Found type_of(const Schema& schema, std::string_view reference, const ArgumentValues&) {
  TypeRef type = parse_type(schema, reference);
  return type.is_named() ? Found{} : Found::one(type_text(type.inner()));
}

// __Field, __InputValue, __Directive

const Field& field_of(const Schema& schema, std::string_view reference) {
  const std::size_t dot = reference.find('.');
  const Type* owner = schema.type(reference.substr(0, dot));
  CHECK(owner != nullptr);
  const Field* field = owner->field(reference.substr(dot + 1));
  CHECK(field != nullptr);
  return *field;
}

Found field_arguments(const Schema& schema, std::string_view reference, const ArgumentValues& arguments) {
  return list_of(field_of(schema, reference).arguments, input_value_text, wants_deprecated(arguments));
}

Found field_type(const Schema& schema, std::string_view reference, const ArgumentValues&) {
  return Found::one(type_text(field_of(schema, reference).type));
}

Found input_value_type(const Schema& schema, std::string_view reference, const ArgumentValues&) {
  return Found::one(type_text(parse_type(schema, reference)));
}

Found directive_arguments(const Schema& schema, std::string_view reference, const ArgumentValues& arguments) {
  const DirectiveType* directive = schema.directive(reference.substr(1));
  CHECK(directive != nullptr);
  return list_of(directive->arguments, input_value_text, wants_deprecated(arguments));
}

struct Row {
  std::string_view type, field;
  Find find;
};

constexpr Row kRows[] = {
    {"__Schema", "types", schema_types},
    {"__Schema", "queryType", query_type},
    {"__Schema", "mutationType", mutation_type},
    {"__Schema", "subscriptionType", subscription_type},
    {"__Schema", "directives", schema_directives},
    {"__Type", "fields", type_fields},
    {"__Type", "interfaces", type_interfaces},
    {"__Type", "possibleTypes", type_possible},
    {"__Type", "enumValues", type_values},
    {"__Type", "inputFields", type_input_fields},
    {"__Type", "ofType", type_of},
    {"__Field", "args", field_arguments},
    {"__Field", "type", field_type},
    {"__InputValue", "type", input_value_type},
    {"__Directive", "args", directive_arguments},
};

}  // namespace

class Introspection::FieldResolver : public Resolver {
 public:
  FieldResolver(const Schema& schema, Find find, bool is_root) : schema_(schema), find_(find) {
    if (!is_root) keys_.emplace_back(kReference);
  }

  std::span<const std::string> parent_keys() const override { return keys_; }

  Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) override {
    std::vector<Resolved> answers;
    for (const FieldCall& call : calls) {
      Resolved& answer = answers.emplace_back();
      auto texts = std::make_shared<std::deque<std::string>>();
      for (std::size_t parent = 0; parent < call.parents; ++parent) give(answer, *texts, call, parent);
      answer.keep(texts);
    }
    co_return std::move(answers);
  }

 private:
  void give(Resolved& answer, std::deque<std::string>& texts, const FieldCall& call, std::size_t parent) const {
    std::string reference = keys_.empty() || call.keys[parent].empty() ? std::string() : json::decode_string(call.keys[parent]);
    Found found = find_(schema_, reference, call.arguments);
    const auto begin = static_cast<std::uint32_t>(answer.values().size());
    for (std::string& object : found.objects) answer.add_value(texts.emplace_back(std::move(object)));
    switch (found.kind) {
      case Found::Kind::null: answer.give_null(); break;
      case Found::Kind::one: answer.give_value(begin); break;
      case Found::Kind::list: answer.give_list(begin, static_cast<std::uint32_t>(found.objects.size())); break;
    }
  }

  const Schema& schema_;
  Find find_;
  std::vector<std::string> keys_;
};

Introspection::Introspection(const Schema& schema) : schema_(schema) {
  auto bind = [this](std::string_view type, std::string_view field, Find find, bool is_root) {
    resolvers_.push_back(std::make_unique<FieldResolver>(schema_, find, is_root));
    bindings_.bind(type, field, *resolvers_.back());
  };
  for (const Row& row : kRows) bind(row.type, row.field, row.find, row.type == "__Schema");
  if (schema.query() == nullptr) return;
  bind(schema.query()->name, "__schema", find_schema, true);
  bind(schema.query()->name, "__type", find_type, true);
}

Introspection::~Introspection() = default;

}  // namespace millrace::graphql
