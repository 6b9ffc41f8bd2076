#include "hocon/value.hpp"

#include "base/json/canonical.hpp"

namespace millrace::hocon {
namespace {

void append_json(std::string& out, const Value& value);

void append_array(std::string& out, const Value& array) {
  out += '[';
  for (std::size_t i = 0; i < array.items.size(); ++i) {
    if (i != 0) out += ',';
    append_json(out, array.items[i]);
  }
  out += ']';
}

void append_object(std::string& out, const Value& object) {
  out += '{';
  for (std::size_t i = 0; i < object.members.size(); ++i) {
    if (i != 0) out += ',';
    json::append_string(out, object.members[i].key);
    out += ':';
    append_json(out, object.members[i].value);
  }
  out += '}';
}

void append_json(std::string& out, const Value& value) {
  switch (value.kind) {
    case Kind::null: out += "null"; return;
    case Kind::boolean: out += value.flag ? "true" : "false"; return;
    case Kind::number: out += value.text; return;
    case Kind::string: json::append_string(out, value.text); return;
    case Kind::array: append_array(out, value); return;
    case Kind::object: append_object(out, value); return;
  }
}

}  // namespace

const Value* Value::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::string to_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace millrace::hocon
