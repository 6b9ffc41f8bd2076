// Values and types as text, as graphql-js's printer lays them out.
#include <fmt/format.h>

#include <algorithm>

#include "graphql/language/block_string.hpp"
#include "graphql/language/parser.hpp"

namespace millrace::graphql {
namespace {

constexpr std::size_t kLineMax = 80;

std::string_view short_escape(unsigned char c) {
  switch (c) {
    case '\b': return "\\b";
    case '\t': return "\\t";
    case '\n': return "\\n";
    case '\f': return "\\f";
    case '\r': return "\\r";
    case '"': return "\\\"";
    case '\\': return "\\\\";
    default: return {};
  }
}

/// Escapes quotes, backslashes and the control characters U+0000 to U+001F and U+007F to U+009F.
std::string print_plain_string(std::string_view characters) {
  std::string out = "\"";
  for (std::size_t i = 0; i < characters.size(); ++i) {
    auto c = static_cast<unsigned char>(characters[i]);
    bool is_upper_control = c == 0xc2 && i + 1 < characters.size() && static_cast<unsigned char>(characters[i + 1]) < 0xa0;
    if (std::string_view escape = short_escape(c); !escape.empty()) {
      out += escape;
    } else if (c < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", c);
    } else if (is_upper_control) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned char>(characters[++i]));
    } else {
      out += static_cast<char>(c);
    }
  }
  return out += '"';
}

/// Whether a block string can have these characters, and is read as them: no control characters, and no indentation or blank lines that
/// would be taken away.
bool fits_block_string(std::string_view characters) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x10 && c != '\t' && c != '\n'; };
  if (std::ranges::any_of(characters, is_control)) return false;
  const std::string printed = print_block_string(characters);
  return block_string_value(std::string_view(printed).substr(3, printed.size() - 6)) == characters;
}

std::string print_leaf(const Value& value) {
  if (value.kind == ValueKind::variable) return fmt::format("${}", value.text);
  if (value.kind != ValueKind::string) return std::string(value.text);
  std::string characters = string_value(value);
  return value.block ? print_block_string(characters) : print_plain_string(characters);
}

/// In UTF-16 code units, by which graphql-js decides what is too long for a line.
std::size_t units_of(std::string_view text) {
  std::size_t units = 0;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xc0) == 0x80 ? 0 : byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

/// Lists and objects stand on one line while that takes at most 80 characters, else on a line for each item. The first pass measures
/// everything, the second writes, so that deep values cost no more than flat ones.
class ValuePrinter {
 public:
  explicit ValuePrinter(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  std::string run(const Value& value) {
    measure(value);
    write(value);
    return std::move(out_);
  }

 private:
  struct Extent {
    std::size_t units = 0;
    std::size_t line_breaks = 0;
  };

  Extent measure(const Value& value) {
    bool is_object = value.kind == ValueKind::object;
    if (!is_object && value.kind != ValueKind::list) {
      std::string text = print_leaf(value);
      return {units_of(text), static_cast<std::size_t>(std::ranges::count(text, '\n'))};
    }
    std::size_t index = is_spread_.size();
    is_spread_.push_back(false);
    Extent items;
    for (const Value& item : value.items) add(items, measure(item), 0);
    for (const ObjectField& field : value.fields) add(items, measure(field.value), units_of(field.name.text) + 2);
    std::size_t count = value.items.size() + value.fields.size();
    std::size_t brackets = is_object ? 4 : 2;
    std::size_t line = items.units + brackets + (count > 1 ? 2 * (count - 1) : 0);
    if (line <= kLineMax) return {line, items.line_breaks};
    is_spread_[index] = true;
    // Brackets, a line break before each item and after the last, and two blanks on each line inside.
    std::size_t line_breaks = items.line_breaks + count - 1;
    return {items.units + 2 + count + 1 + 2 * (line_breaks + 1), line_breaks + 2};
  }

  static void add(Extent& sum, Extent item, std::size_t key_units) {
    sum.units += item.units + key_units;
    sum.line_breaks += item.line_breaks;
  }

  void write(const Value& value) {
    if (is_full()) return;
    if (value.kind == ValueKind::list) return write_items(value.items, '[', ']');
    if (value.kind == ValueKind::object) return write_items(value.fields, '{', '}');
    write_indented(print_leaf(value));
  }

  void write(const ObjectField& field) {
    out_.append(field.name.text).append(": ");
    write(field.value);
  }

  template <class Item>
  void write_items(const NodeList<Item>& items, char open, char close) {
    bool is_spread = is_spread_[next_++];
    std::string_view padding = open == '{' ? " " : "";
    if (is_spread) indentation_ += 2;
    out_ += open;
    if (!is_spread) out_ += padding;
    for (const Item& item : items) {
      if (is_full()) return;
      if (is_spread) break_line();
      if (!is_spread && &item != &items.front()) out_ += ", ";
      write(item);
    }
    if (is_spread) {
      indentation_ -= 2;
      break_line();
    } else {
      out_ += padding;
    }
    out_ += close;
  }

  void write_indented(std::string_view text) {
    for (char c : text) {
      if (c == '\n') {
        break_line();
      } else {
        out_ += c;
      }
    }
  }

  void break_line() { out_.append(1, '\n').append(indentation_, ' '); }
  bool is_full() const { return out_.size() > bytes_max_; }

  std::size_t bytes_max_;
  std::vector<bool> is_spread_;  // of each list and object, in the order of the walk
  std::size_t next_ = 0;
  std::size_t indentation_ = 0;
  std::string out_;
};

void append(std::string& out, const TypeReference& type) {
  if (type.kind == TypeReference::Kind::named) {
    out += type.name.text;
    return;
  }
  bool is_list = type.kind == TypeReference::Kind::list;
  if (is_list) out += '[';
  append(out, *type.of);
  out += is_list ? ']' : '!';
}

}  // namespace

std::string print_string(std::string_view characters, bool prefers_block) {
  return prefers_block && fits_block_string(characters) ? print_block_string(characters) : print_plain_string(characters);
}

std::string print(const Value& value) {
  return ValuePrinter(std::string::npos).run(value);
}

std::string print_for_message(const Value& value) {
  constexpr std::size_t kBytesMax = 4096;
  std::string text = ValuePrinter(kBytesMax).run(value);
  if (text.size() <= kBytesMax) return text;
  std::size_t end = kBytesMax;
  while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string print(const TypeReference& type) {
  std::string out;
  append(out, type);
  return out;
}

}  // namespace millrace::graphql
