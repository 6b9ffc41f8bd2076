#include "graphql/execution/answer.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"

namespace millrace::graphql {

namespace {

void append_details(std::string& out, std::span<const ErrorDetail> details) {
  out += ",\"errors\":[";
  for (const ErrorDetail& detail : details) {
    out += out.back() == '[' ? "{\"path\":" : ",{\"path\":";
    json::append_string(out, detail.path);
    out += ",\"keyword\":";
    json::append_string(out, detail.keyword);
    out += ",\"message\":";
    json::append_string(out, detail.message);
    out += '}';
  }
  out += ']';
}

}  // namespace

void append_error(std::string& out, std::string_view message, const std::vector<SourceLocation>& locations, std::string_view path,
                  std::string_view code, std::span<const ErrorDetail> details, std::string_view members) {
  if (!out.empty()) out += ',';
  out += "{\"message\":";
  json::append_string(out, message);
  if (!locations.empty()) {
    out += ",\"locations\":[";
    for (const SourceLocation& location : locations)
      fmt::format_to(std::back_inserter(out), "{}{{\"line\":{},\"column\":{}}}", out.back() == '[' ? "" : ",", location.line,
                     location.column);
    out += ']';
  }
  if (!path.empty()) out.append(",\"path\":").append(path);
  if (!code.empty()) {
    out += ",\"extensions\":{\"code\":";
    json::append_string(out, code);
    if (!members.empty()) out.append(1, ',').append(members);
    if (!details.empty()) append_details(out, details);
    out += '}';
  }
  out += '}';
}

namespace {

/// Where the writer stands in the answer: response keys and list indexes, as a chain on the stack.
struct Path {
  const Path* above = nullptr;
  std::string_view key;
  std::size_t index = 0;
  bool is_index = false;

  void append(std::string& out) const {
    if (above != nullptr) {
      above->append(out);
      if (out.back() != '[') out += ',';
    }
    if (is_index) {
      fmt::format_to(std::back_inserter(out), "{}", index);
    } else {
      json::append_string(out, key);
    }
  }
};

/// Why a value's object type cannot be told, in graphql-js's words.
std::string abstract_problem(const Schema& schema, std::string_view value, const PlannedField& field) {
  const Type& abstract = *field.field->type.named;
  std::string_view named = json::kind_of(value) == json::Kind::object ? json::member(value, "\"__typename\"") : std::string_view();
  if (named.empty() || json::kind_of(named) != json::Kind::string)
    return fmt::format(
        "Abstract type \"{0}\" must resolve to an Object type at runtime for field \"{1}.{2}\". Either the \"{0}\" type should provide a "
        "\"resolveType\" function or each possible type should provide an \"isTypeOf\" function.",
        abstract.name, field.parent->name, field.field->name);
  const std::string name = json::decode_string(named);
  const Type* type = schema.type(name);
  if (type == nullptr)
    return fmt::format("Abstract type \"{}\" was resolved to a type \"{}\" that does not exist inside the schema.", abstract.name, name);
  if (type->kind != TypeKind::object)
    return fmt::format("Abstract type \"{}\" was resolved to a non-object type \"{}\".", abstract.name, name);
  return fmt::format("Runtime Object type \"{}\" is not a possible type for \"{}\".", name, abstract.name);
}

/// The objects of a fetched value in the order in which they stand in its text; without a place for members that were not fetched.
struct Cursor {
  const FetchedField* fetched = nullptr;
  std::size_t next = 0;
};

/// Why a field fails.
struct Trouble {
  std::string message;
  std::string_view code = {};
  std::span<const ErrorDetail> details = {};
  std::optional<std::uint32_t> place = std::nullopt;  // of an argument's value; else it is the field's
  std::string_view extensions = {};                   // members beside the code
};

std::string text_of(const Error& error) {
  return error.hint.empty() ? error.message : error.message + ' ' + error.hint;
}

}  // namespace

class AnswerWriter::Writer {
 public:
  explicit Writer(const AnswerContext& context) : context_(context) {}

  bool write_root_field(const ObjectSet& root, const PlannedField& field) {
    out() += out().empty() ? '{' : ',';
    return write_field(root, 0, field, nullptr);
  }
  void fail_root(const Fault& fault) { append_error(answer_.errors, fault.message, {location_at(context_.source, fault.begin)}, {}, {}); }
  Answer take(bool is_null) {
    if (is_null) {
      out() = "null";
    } else {
      out() += out().empty() ? "{}" : "}";
    }
    return std::move(answer_);
  }

 private:
  /// 6.4.2 CompleteValue and 6.4.4: each write_ function gives false, having reported the error, when null must go further up.
  bool write_object(const ObjectSet& set, std::size_t row, const Path* path) {
    out() += '{';
    bool is_first = true;
    for (const PlannedField& field : set.selection->fields) {
      if (!is_first) out() += ',';
      is_first = false;
      if (!write_plain(set, row, field) && !write_field(set, row, field, path)) return false;
    }
    out() += '}';
    return true;
  }

  /// What nearly every field is: false, having written nothing, when it is something else.
  bool write_plain(const ObjectSet& set, std::size_t row, const PlannedField& field) {
    if (!field.is_plain_leaf) return false;
    const std::string_view value = set.slot(row, field.slot);
    if (value.empty() || (field.leaf == LeafShape::text ? value.front() != '"' : value.front() == 'n')) return false;
    out().append(field.written_key).append(value);
    return true;
  }

  bool write_field(const ObjectSet& set, std::size_t row, const PlannedField& field, const Path* above) {
    out() += field.written_key;
    if (field.is_typename) return write_typename(*set.selection->type);
    const Path path{above, field.response_key};
    if (field.resolver == nullptr && field.has_variable_arguments)
      if (const auto& fault = member_fault(field)) return fail(field, 0, path, {.message = fault->message, .place = fault->begin});
    if (context_.hides_members && field.resolver == nullptr && is_hidden(set, row, field))
      return fail(field, 0, path, {.message = "You may not see this field.", .code = "FORBIDDEN"});
    if (field.fetches()) return write_fetched(set.fetched[field.fetch], row, field, path);
    return write_value(set.slot(row, field.slot), field, 0, path, nullptr);
  }

  static bool is_hidden(const ObjectSet& set, std::size_t row, const PlannedField& field) {
    return set.slot(row, field.slot).empty() && !json::member(set.texts[row], R"("#hidden")").empty();
  }

  /// Arguments of plain members have no use, but must fit all the same. Found once for each field.
  const std::optional<Fault>& member_fault(const PlannedField& field) {
    auto [at, is_new] = member_faults_.try_emplace(&field);
    std::deque<std::string> storage;
    if (is_new)
      if (auto values = argument_values(field, context_.variables, storage); !values) at->second = std::move(values).error();
    return at->second;
  }

  bool write_typename(const Type& type) {
    out().append(1, '"').append(type.name).append(1, '"');
    return true;
  }

  bool write_fetched(const FetchedField& fetched, std::size_t row, const PlannedField& field, const Path& path) {
    if (!fetched.fetched) return write_value("null", field, 0, path, nullptr);
    if (fetched.fault) return fail(field, 0, path, {.message = fetched.fault->message, .place = fetched.fault->begin});
    const Resolved::Outcome& outcome = fetched.resolved.outcomes()[row];
    switch (outcome.kind) {
      case Resolved::Kind::null: return write_value("null", field, 0, path, nullptr);
      case Resolved::Kind::error: {
        const Error& error = fetched.resolved.error(outcome.begin);
        return fail(field, 0, path,
                    {text_of(error), code_of(error), error.details, std::nullopt, fetched.resolved.extensions(outcome.begin)});
      }
      case Resolved::Kind::value: {
        report_below(fetched.resolved.errors_below(outcome.begin), field, path);
        Cursor cursor = cursor_at(fetched, outcome.begin);
        return write_value(fetched.resolved.values()[outcome.begin], field, 0, path, &cursor);
      }
      case Resolved::Kind::list: return write_list(fetched, outcome, field, path);
    }
    return false;
  }

  static Cursor cursor_at(const FetchedField& fetched, std::uint32_t value) {
    return {&fetched, fetched.first_child.empty() ? 0 : fetched.first_child[value]};
  }

  /// A list whose elements the resolver gave one by one.
  bool write_list(const FetchedField& fetched, const Resolved::Outcome& outcome, const PlannedField& field, const Path& path) {
    const std::size_t list_depth = field.field->type.is_non_null() ? 1 : 0;
    const std::size_t start = out().size();
    reserve(fetched.resolved.values(), outcome);
    out() += '[';
    for (std::uint32_t i = 0; i < outcome.count; ++i) {
      if (i > 0) out() += ',';
      Path here{&path, {}, i, true};
      report_below(fetched.resolved.errors_below(outcome.begin + i), field, here);
      Cursor cursor = cursor_at(fetched, outcome.begin + i);
      if (!write_value(fetched.resolved.values()[outcome.begin + i], field, list_depth + 1, here, &cursor))
        return write_null(field, 0, start);
    }
    out() += ']';
    return true;
  }

  /// What is written of the elements is seldom more than they are: a long answer does not move while it grows.
  void reserve(const std::vector<std::string_view>& values, const Resolved::Outcome& outcome) {
    std::size_t bytes = 0;
    for (std::uint32_t i = 0; i < outcome.count; ++i) bytes += values[outcome.begin + i].size();
    out().reserve(out().size() + bytes);
  }

  /// `depth` counts the wrappers of the field's type that are undone. An empty value is a member that is not there.
  bool write_value(std::string_view value, const PlannedField& field, std::size_t depth, const Path& path, Cursor* cursor) {
    const auto& wrappers = field.field->type.wrappers;
    const std::size_t start = out().size();
    const bool is_non_null = depth < wrappers.size() && wrappers[depth] == TypeRef::Wrapper::non_null;
    if (value.empty() || value == "null") {
      if (!is_non_null || is_reported(path)) return write_null(field, depth, start);
      return fail(field, depth, path,
                  {fmt::format("Cannot return null for non-nullable field {}.{}.", field.parent->name, field.field->name)});
    }
    const std::size_t inner = depth + (is_non_null ? 1 : 0);
    if (inner < wrappers.size()) return write_elements(value, field, depth, inner, path, cursor);
    if (field.leaf != LeafShape::none) return write_leaf(value, field, depth, path);
    return write_composite(value, field, depth, path, cursor);
  }

  bool write_elements(std::string_view value, const PlannedField& field, std::size_t depth, std::size_t inner, const Path& path,
                      Cursor* cursor) {
    if (json::kind_of(value) != json::Kind::array)
      return fail(field, depth, path,
                  {fmt::format("Expected Iterable, but did not find one for field \"{}.{}\".", field.parent->name, field.field->name)});
    const std::size_t start = out().size();
    out() += '[';
    json::Elements elements(value);
    std::string_view element;
    for (std::size_t i = 0; elements.next(element); ++i) {
      if (i > 0) out() += ',';
      Path here{&path, {}, i, true};
      const std::size_t first_object = cursor != nullptr ? cursor->next : 0;
      if (!write_value(element, field, inner + 1, here, cursor)) return write_null(field, depth, start);
      // What was cut short, or is not of the type's kind, leaves objects behind that were counted.
      if (cursor != nullptr) cursor->next = first_object + objects_in(element);
    }
    out() += ']';
    return true;
  }

  static std::size_t objects_in(std::string_view value) {
    if (json::kind_of(value) == json::Kind::object) return 1;
    if (json::kind_of(value) != json::Kind::array) return 0;
    json::Elements elements(value);
    std::string_view element;
    std::size_t count = 0;
    while (elements.next(element)) count += objects_in(element);
    return count;
  }

  bool write_leaf(std::string_view value, const PlannedField& field, std::size_t depth, const Path& path) {
    if (field.leaf == LeafShape::any || (field.leaf == LeafShape::text && value.front() == '"')) {
      out() += value;
      return true;
    }
    const std::size_t start = out().size();
    auto written = append_leaf(out(), *field.field->type.named, value);
    if (written) return true;
    out().resize(start);
    return fail(field, depth, path, {written.error()});
  }

  bool write_composite(std::string_view value, const PlannedField& field, std::size_t depth, const Path& path, Cursor* cursor) {
    const bool is_object = json::kind_of(value) == json::Kind::object;
    if (is_object && cursor != nullptr && cursor->fetched != nullptr) {
      ObjectReference child = cursor->fetched->children[cursor->next++];
      if (child.set == nullptr) return fail_abstract(value, field, depth, path);
      return write_selected(*child.set, child.row, field, depth, path);
    }
    const bool is_abstract = field.field->type.named->is_abstract();
    const PlannedSelection* selection = is_object || !is_abstract ? selection_of(field, value) : nullptr;
    if (selection == nullptr) return fail_abstract(value, field, depth, path);
    // What is no object has no members, and nothing below it was fetched.
    ObjectSet inner{selection, {is_object ? value : "{}"}, {}, {}};
    inner.fetched.resize(selection->fetches.size());
    project(inner);
    return write_selected(inner, 0, field, depth, path);
  }

  bool write_selected(const ObjectSet& set, std::size_t row, const PlannedField& field, std::size_t depth, const Path& path) {
    const std::size_t start = out().size();
    if (const auto& fault = set.selection->fault) return fail(field, depth, path, {.message = fault->message, .place = fault->begin});
    return write_object(set, row, &path) || write_null(field, depth, start);
  }

  /// 6.4.3 ResolveAbstractType failed.
  bool fail_abstract(std::string_view value, const PlannedField& field, std::size_t depth, const Path& path) {
    return fail(field, depth, path, {abstract_problem(context_.schema, value, field)});
  }

  /// 6.4.4: reports the error at the path, then null here, or further up when this place is non-null.
  bool fail(const PlannedField& field, std::size_t depth, const Path& path, const Trouble& trouble) {
    std::string text = "[";
    path.append(text);
    report(field, text + ']', trouble);
    return write_null(field, depth, out().size());
  }

  void report(const PlannedField& field, std::string_view path, const Trouble& trouble) {
    std::vector<SourceLocation> locations;
    if (trouble.place) locations.push_back(location_at(context_.source, *trouble.place));
    for (std::size_t i = 0; !trouble.place && i < field.nodes.size(); ++i)
      locations.push_back(location_at(context_.source, field.nodes[i]->begin));
    append_error(answer_.errors, trouble.message, locations, path, trouble.code, trouble.details, trouble.extensions);
  }

  /// Errors that came with a value: what they made null is not reported again.
  void report_below(std::span<const ErrorBelow> errors, const PlannedField& field, const Path& path) {
    for (const ErrorBelow& below : errors) {
      std::string text = "[";
      path.append(text);
      if (!below.path.empty()) text.append(1, ',').append(below.path);
      text += ']';
      report(field, text, {text_of(below.error), code_of(below.error), below.error.details, std::nullopt, below.extensions});
      text.back() = ',';  // so that one path begins with the other only at a whole step
      reported_.push_back(std::move(text));
    }
  }

  /// Whether an error was reported at this place or below it.
  bool is_reported(const Path& path) const {
    if (reported_.empty()) return false;
    std::string text = "[";
    path.append(text);
    text += ',';
    return std::ranges::any_of(reported_, [&](const std::string& reported) { return reported.starts_with(text); });
  }

  /// Cuts the output back and writes null where the type allows it.
  bool write_null(const PlannedField& field, std::size_t depth, std::size_t start) {
    const auto& wrappers = field.field->type.wrappers;
    if (depth < wrappers.size() && wrappers[depth] == TypeRef::Wrapper::non_null) return false;
    out().resize(start);
    out() += "null";
    return true;
  }

  std::string& out() { return answer_.data; }

  AnswerContext context_;
  Answer answer_;
  std::unordered_map<const PlannedField*, std::optional<Fault>> member_faults_;
  std::vector<std::string> reported_;  // paths of errors that came with values: "[...,"
};

AnswerWriter::AnswerWriter(const ObjectSet& root, const AnswerContext& context) : root_(root), writer_(std::make_unique<Writer>(context)) {}
AnswerWriter::~AnswerWriter() = default;

bool AnswerWriter::write(const PlannedField& field) {
  is_null_ = !writer_->write_root_field(root_, field);
  return !is_null_;
}

Answer AnswerWriter::take() {
  const auto& fault = root_.selection->fault;
  if (fault) writer_->fail_root(*fault);
  return writer_->take(is_null_ || fault.has_value());
}

}  // namespace millrace::graphql
