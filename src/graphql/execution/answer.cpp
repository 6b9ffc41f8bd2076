#include "graphql/execution/answer.hpp"

#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"

namespace millrace::graphql {

namespace {

void append_details(std::string& out, const std::vector<ErrorDetail>& details) {
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
                  std::string_view code, const std::vector<ErrorDetail>& details) {
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

/// The objects of a fetched value in the order in which they stand in its text; without a place for members that were not fetched.
struct Cursor {
  const FetchedField* fetched = nullptr;
  std::size_t next = 0;
};

class Writer {
 public:
  explicit Writer(std::string_view source) : source_(source) {}

  Answer write(const ObjectSet& root) {
    if (!write_object(root, 0, nullptr)) answer_.data = "null";
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
      out() += field.written_key;
      Path here{path, field.response_key};
      if (!write_field(set, row, field, here)) return false;
    }
    out() += '}';
    return true;
  }

  bool write_field(const ObjectSet& set, std::size_t row, const PlannedField& field, const Path& path) {
    if (field.is_typename) return write_typename(*set.selection->type);
    if (field.fetches()) return write_fetched(set.fetched[field.fetch], row, field, path);
    return write_value(set.slot(row, field.slot), field, 0, path, nullptr);
  }

  bool write_typename(const Type& type) {
    out().append(1, '"').append(type.name).append(1, '"');
    return true;
  }

  bool write_fetched(const FetchedField& fetched, std::size_t row, const PlannedField& field, const Path& path) {
    if (!fetched.argument_error.empty()) return fail(field, 0, path, fetched.argument_error, {});
    const Resolved::Outcome& outcome = fetched.resolved.outcomes()[row];
    switch (outcome.kind) {
      case Resolved::Kind::null: return write_value("null", field, 0, path, nullptr);
      case Resolved::Kind::error: {
        const Error& error = fetched.resolved.error(outcome.begin);
        return fail(field, 0, path, error.hint.empty() ? error.message : error.message + ' ' + error.hint, error.code, error.details);
      }
      case Resolved::Kind::value: {
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
    out() += '[';
    for (std::uint32_t i = 0; i < outcome.count; ++i) {
      if (i > 0) out() += ',';
      Path here{&path, {}, i, true};
      Cursor cursor = cursor_at(fetched, outcome.begin + i);
      if (!write_value(fetched.resolved.values()[outcome.begin + i], field, list_depth + 1, here, &cursor))
        return write_null(field, 0, start);
    }
    out() += ']';
    return true;
  }

  /// `depth` counts the wrappers of the field's type that are undone. An empty value is a member that is not there.
  bool write_value(std::string_view value, const PlannedField& field, std::size_t depth, const Path& path, Cursor* cursor) {
    const auto& wrappers = field.field->type.wrappers;
    const std::size_t start = out().size();
    const bool is_non_null = depth < wrappers.size() && wrappers[depth] == TypeRef::Wrapper::non_null;
    if (value.empty() || value == "null") {
      if (!is_non_null) return write_null(field, depth, start);
      return fail(field, depth, path,
                  fmt::format("Cannot return null for non-nullable field {}.{}.", field.parent->name, field.field->name), {});
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
                  fmt::format("Expected Iterable, but did not find one for field \"{}.{}\".", field.parent->name, field.field->name), {});
    const std::size_t start = out().size();
    out() += '[';
    json::Elements elements(value);
    std::string_view element;
    for (std::size_t i = 0; elements.next(element); ++i) {
      if (i > 0) out() += ',';
      Path here{&path, {}, i, true};
      const std::size_t first_object = cursor != nullptr ? cursor->next : 0;
      if (!write_value(element, field, inner + 1, here, cursor)) return write_null(field, depth, start);
      // A nested list that was cut short, or that stands where the type has none, leaves objects behind that were counted.
      if (cursor != nullptr && json::kind_of(element) == json::Kind::array) cursor->next = first_object + objects_in(element);
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
    return fail(field, depth, path, written.error(), {});
  }

  bool write_composite(std::string_view value, const PlannedField& field, std::size_t depth, const Path& path, Cursor* cursor) {
    const std::size_t start = out().size();
    if (json::kind_of(value) != json::Kind::object)
      return fail(field, depth, path,
                  fmt::format("Expected value of type \"{}\" to be an object, found {}.", field.field->type.named->name, value), {});
    bool written = false;
    if (cursor != nullptr && cursor->fetched != nullptr) {
      ObjectReference child = cursor->fetched->children[cursor->next++];
      if (child.set == nullptr) return fail_abstract(field, depth, path);
      written = write_object(*child.set, child.row, &path);
    } else {
      const PlannedSelection* selection = selection_of(field, value);
      if (selection == nullptr) return fail_abstract(field, depth, path);
      ObjectSet inner{selection, {value}, {}, {}};
      project(inner);
      written = write_object(inner, 0, &path);
    }
    return written || write_null(field, depth, start);
  }

  bool fail_abstract(const PlannedField& field, std::size_t depth, const Path& path) {
    return fail(field, depth, path,
                fmt::format("Abstract type \"{}\" must resolve to an Object type at runtime for field \"{}.{}\".",
                            field.field->type.named->name, field.parent->name, field.field->name),
                {});
  }

  /// 6.4.4: reports the error at the path, then null here, or further up when this place is non-null.
  bool fail(const PlannedField& field, std::size_t depth, const Path& path, std::string_view message, std::string_view code,
            const std::vector<ErrorDetail>& details = {}) {
    std::string text = "[";
    path.append(text);
    text += ']';
    std::vector<SourceLocation> locations;
    for (const Selection* node : field.nodes) locations.push_back(location_at(source_, node->begin));
    append_error(answer_.errors, message, locations, text, code, details);
    return write_null(field, depth, out().size());
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

  std::string_view source_;
  Answer answer_;
};

}  // namespace

Answer write_answer(const ObjectSet& root, std::string_view source) {
  Writer writer(source);
  return writer.write(root);
}

}  // namespace millrace::graphql
