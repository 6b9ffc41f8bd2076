#include "hocon/value.hpp"

#include <charconv>
#include <map>

#include "base/json/canonical.hpp"

namespace millrace::hocon {
namespace {

class JsonWriter {
 public:
  explicit JsonWriter(std::vector<JsonPlace>* places) : places_(places) {}

  std::string write(const Value& value) {
    append(value);
    return std::move(out_);
  }

 private:
  void note(const Place& place) {
    if (places_ != nullptr) places_->push_back({out_.size(), place});
  }

  void append(const Value& value) {
    note(value.place);
    switch (value.kind) {
      case Kind::null: out_ += "null"; return;
      case Kind::boolean: out_ += value.flag ? "true" : "false"; return;
      case Kind::number: out_ += value.text; return;
      case Kind::string: json::append_string(out_, value.text); return;
      case Kind::array: append_array(value); return;
      case Kind::object: append_object(value); return;
    }
  }

  void append_array(const Value& array) {
    out_ += '[';
    for (std::size_t i = 0; i < array.items.size(); ++i) {
      if (i != 0) out_ += ',';
      append(array.items[i]);
    }
    out_ += ']';
  }

  void append_object(const Value& object) {
    out_ += '{';
    for (std::size_t i = 0; i < object.members.size(); ++i) {
      if (i != 0) out_ += ',';
      note(object.members[i].place);
      json::append_string(out_, object.members[i].key);
      out_ += ':';
      append(object.members[i].value);
    }
    out_ += '}';
  }

  std::vector<JsonPlace>* places_;
  std::string out_;
};

}  // namespace

const Value* Value::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::optional<std::vector<const Value*>> as_list(const Value& value) {
  std::vector<const Value*> items;
  if (value.kind == Kind::array) {
    for (const Value& item : value.items) items.push_back(&item);
    return items;
  }
  if (value.kind != Kind::object) return std::nullopt;
  std::map<std::uint64_t, const Value*> numbered;
  for (const Member& member : value.members) {
    std::uint64_t number = 0;
    const char* end = member.key.data() + member.key.size();
    const auto [stop, error] = std::from_chars(member.key.data(), end, number);
    // The specification passes over other keys; here they would be settings that nobody reads.
    if (error != std::errc() || stop != end) return std::nullopt;
    numbered.insert_or_assign(number, &member.value);
  }
  if (numbered.empty()) return std::nullopt;
  for (const auto& [number, item] : numbered) items.push_back(item);
  return items;
}

std::string to_json(const Value& value, std::vector<JsonPlace>* places) {
  return JsonWriter(places).write(value);
}

}  // namespace millrace::hocon
