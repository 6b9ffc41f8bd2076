// Keys: a tag for the kind, then bytes in order.
//
//   null    01
//   boolean 02, 00 or 01
//   number  03, json::append_ordered
//   string  04, the decoded bytes, at most kKeyTextMax
#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "document/canonical_string.hpp"
#include "document/filter.hpp"

namespace millrace::document {

void append_key(std::string& out, std::string_view value) {
  switch (json::kind_of(value)) {
    case json::Kind::null: out += '\x01'; return;
    case json::Kind::boolean:
      out += '\x02';
      out += value.front() == 't' ? '\x01' : '\x00';
      return;
    case json::Kind::number:
      out += '\x03';
      json::append_ordered(out, value);
      return;
    case json::Kind::string:
      out += '\x04';
      append_string_bytes(out, value, kKeyTextMax);
      return;
    case json::Kind::array:
    case json::Kind::object: return;  // not scalars: they have no key
  }
}

}  // namespace millrace::document
