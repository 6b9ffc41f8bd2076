// The members of objects: one after the other, read and written.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"

namespace millrace::json {

/// Writes an object at the end of a text: the brace, then what is written after each key. The text outlives it.
class MemberWriter {
 public:
  explicit MemberWriter(std::string& out) : out_(out) { out_ += '{'; }

  /// Writes a key, and gives the text for one value to be appended to.
  std::string& key(std::string_view name) {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    append_string(out_, name);
    return out_ += ':';
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool is_first_ = true;
};

/// Calls for each member of an object, in order; for none of anything else.
inline void each_member(Value object, const std::function<void(const std::string& key, Value value)>& visit) {
  if (!object.is(Kind::object)) return;
  for (Value key = object.first(); !(key == object.end()); key = key.after().after()) visit(key.string(), key.after());
}

}  // namespace millrace::json
