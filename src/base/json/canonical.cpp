#include "base/json/canonical.hpp"

#include "base/json/escapes.hpp"
#include "base/json/scan.hpp"

namespace millrace::json {
namespace {

char short_name(char32_t code_point) {
  switch (code_point) {
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    case '"': return '"';
    case '\\': return '\\';
    default: return 0;
  }
}

/// Appends one character as it is written between quotes.
void append_character(std::string& out, char32_t code_point) {
  if (const char name = short_name(code_point); name != 0) {
    out += '\\';
    out += name;
  } else if (code_point < 0x20) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u00";
    out += digits[code_point >> 4];
    out += digits[code_point & 0xF];
  } else {
    append_utf8(out, code_point);
  }
}

/// The text of a string node, whose only spellings to mend are its escapes.
void append_escaped_string(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t run = std::min(text.find('\\'), text.size());
    out.append(text.substr(0, run));
    text.remove_prefix(run);
    if (!text.empty()) append_character(out, take_escape(text));
  }
}

void append_node(std::string& out, std::string_view text, const Node& node) {
  const std::string_view part = text.substr(node.begin, node.end - node.begin);
  node.canonical ? void(out.append(part)) : append_escaped_string(out, part);
}

/// Appends values one after the other and puts the brackets and separators between them. Never recursive.
class Writer {
 public:
  Writer(std::string& out, const Document& document) : out_(out), text_(document.text()), nodes_(document.nodes()) {}

  void write(std::uint32_t index) {
    const std::uint32_t end = nodes_[index].next;
    while (index < end) {
      begin_item();
      const Node& node = nodes_[index];
      if (node.canonical || node.kind == Kind::string) {
        append_node(out_, text_, node);
        index = node.next;
      } else {
        open(node);
        ++index;
      }
      while (!open_.empty() && open_.back().end == index) close();
    }
  }

 private:
  struct Open {
    std::uint32_t end;  // the node after the container
    char closing;       // its bracket
    bool key_next;      // in an object: whether the next node is a key
    bool first = true;
  };

  void open(const Node& node) {
    const bool object = node.kind == Kind::object;
    out_ += object ? '{' : '[';
    open_.push_back({.end = node.next, .closing = object ? '}' : ']', .key_next = object});
  }

  void close() {
    out_ += open_.back().closing;
    open_.pop_back();
  }

  void begin_item() {
    if (open_.empty()) return;
    Open& in = open_.back();
    if (in.closing == '}') {
      if (!in.key_next) out_ += ':';
      if (in.key_next && !in.first) out_ += ',';
      in.key_next = !in.key_next;
    } else if (!in.first) {
      out_ += ',';
    }
    in.first = false;
  }

  std::string& out_;
  std::string_view text_;
  const std::vector<Node>& nodes_;
  std::vector<Open> open_;
};

/// The key of a member, or the end of the object.
Value key_in(Value object, std::string_view key) {
  Value at = object.first();
  while (at != object.end() && !at.is_string(key)) at = at.after().after();
  return at;
}

/// What is before a member and what is after it, when both are canonical already.
void append_runs_around(std::string& out, Value object, Value key) {
  const std::string_view text = object.document().text();
  std::size_t begin = key.node().begin;
  std::size_t end = key.after().node().end;
  if (text[end] == ',') {
    ++end;
  } else if (text[begin - 1] == ',') {
    --begin;
  }
  out.append(text.substr(object.node().begin, begin - object.node().begin));
  out.append(text.substr(end, object.node().end - end));
}

}  // namespace

void append_canonical(std::string& out, Value value) {
  Writer(out, value.document()).write(value.index());
}

void append_canonical_without(std::string& out, Value object, std::string_view key) {
  const Value left_out = key_in(object, key);
  if (left_out == object.end()) return append_canonical(out, object);
  if (object.node().canonical) return append_runs_around(out, object, left_out);
  out += '{';
  bool first = true;
  for (Value at = object.first(); at != object.end();) {
    const Value member = at.after();
    if (at != left_out) {
      if (!first) out += ',';
      first = false;
      append_canonical(out, at);
      out += ':';
      append_canonical(out, member);
    }
    at = member.after();
  }
  out += '}';
}

void append_string(std::string& out, std::string_view characters) {
  out += '"';
  const char* at = characters.data();
  const char* const end = at + characters.size();
  while (at != end) {
    const char* stop = scan::plain_end(at, end);
    while (stop != end && static_cast<unsigned char>(*stop) >= 0x80) stop = scan::plain_end(stop + 1, end);
    out.append(at, stop);
    at = stop;
    if (at != end) append_character(out, static_cast<unsigned char>(*at++));
  }
  out += '"';
}

std::string quoted(std::string_view characters) {
  std::string out;
  out.reserve(characters.size() + 2);
  append_string(out, characters);
  return out;
}

}  // namespace millrace::json
