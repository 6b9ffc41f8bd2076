// A value's bytes: a tag for its kind, then what orders it within the kind. No value's bytes are the start of another's, so that more keys
// may follow; that also holds where the bytes are cut.
//
//   absent, null 10      number 20, json::append_ordered     string 30, its bytes with 00 as 00 ff, then 00 00
//   object 40, for each member: the value's tag, the key as a string's bytes, the value; then 00
//   array 50, the elements; then 00                           boolean 60, 00 or 01
#include "document/order.hpp"

#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "document/canonical_string.hpp"

namespace millrace::document {
namespace {

char tag_of(std::string_view value) {
  if (value.empty()) return 0x10;
  switch (json::kind_of(value)) {
    case json::Kind::null: return 0x10;
    case json::Kind::number: return 0x20;
    case json::Kind::string: return 0x30;
    case json::Kind::object: return 0x40;
    case json::Kind::array: return 0x50;
    case json::Kind::boolean: return 0x60;
  }
  return 0;
}

/// Appends until `end` bytes are there: the rest makes no difference.
class BytesWriter {
 public:
  BytesWriter(std::string& out, std::size_t end) : out_(out), end_(end) {}

  void write(std::string_view value) {
    const char tag = tag_of(value);
    out_ += tag;
    switch (tag) {
      case 0x20: return json::append_ordered(out_, value);
      case 0x30: return write_string(value);
      case 0x40: return write_members(value);
      case 0x50: return write_elements(value);
      case 0x60: out_ += value.front() == 't' ? '\x01' : '\x00'; return;
      default: return;
    }
  }

 private:
  bool is_full() const { return out_.size() >= end_; }

  void write_string(std::string_view quoted) {
    StringBytes bytes(quoted);
    for (int byte = bytes.next(); byte != StringBytes::kEnd && !is_full(); byte = bytes.next()) {
      out_ += static_cast<char>(byte);
      if (byte == 0) out_ += '\xff';
    }
    out_.append(2, '\0');
  }

  void write_members(std::string_view object) {
    json::Members members(object);
    for (std::string_view key, value; !is_full() && members.next(key, value);) {
      out_ += tag_of(value);
      write_string(key);
      write(value);
    }
    out_ += '\0';
  }

  void write_elements(std::string_view array) {
    json::Elements elements(array);
    for (std::string_view value; !is_full() && elements.next(value);) write(value);
    out_ += '\0';
  }

  std::string& out_;
  std::size_t end_;
};

std::string_view value_at(const FieldPath& path, std::string_view text) {
  if (path.root == FieldPath::Root::id) return json::member(text, R"("id")");
  for (const std::string& key : path.keys) {
    if (!text.starts_with('{')) return {};
    text = json::member(text, key);
  }
  return text;
}

}  // namespace

void append_order_bytes(std::string& out, const OrderKey& key, std::string_view text) {
  const std::size_t begin = out.size();
  const std::size_t end = begin + kOrderBytesMax;
  BytesWriter(out, end).write(value_at(key.path, text));
  if (out.size() > end) out.resize(end);
  if (!key.descending) return;
  for (std::size_t i = begin; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

std::string order_bytes(std::span<const OrderKey> order, std::string_view text) {
  std::string bytes;
  for (const OrderKey& key : order) append_order_bytes(bytes, key, text);
  return bytes;
}

}  // namespace millrace::document
