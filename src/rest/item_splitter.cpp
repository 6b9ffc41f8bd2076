#include "rest/item_splitter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace millrace::rest {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

bool ends_scalar(char c) {
  return c == ',' || c == ']' || c == '}' || is_space(c);
}

}  // namespace

void ItemSplitter::feed(std::string_view piece) {
  buffer_.erase(0, at_);
  at_ = 0;
  buffer_ += piece;
}

ItemSplitter::Step ItemSplitter::next() {
  if (!error_.code.empty()) return Step::failed;
  return form_ == Form::lines ? next_line() : next_element();
}

// --- Lines -----------------------------------------------------------------------------------------------------------------------------

ItemSplitter::Step ItemSplitter::next_line() {
  while (true) {
    const std::size_t start = at_ + scanned_;
    const std::size_t feed = buffer_.find('\n', start);
    if (feed == std::string::npos && !is_whole_) {
      scanned_ = buffer_.size() - at_;
      drop_long();
      return Step::need_more;
    }
    const std::size_t length = (feed == std::string::npos ? buffer_.size() : feed) - at_;
    scanned_ = 0;
    if (is_too_long_ || !is_blank(std::string_view(buffer_).substr(at_, length))) return give(length);
    if (feed == std::string::npos) return Step::end;
    pass(length + 1);
  }
}

// --- An array --------------------------------------------------------------------------------------------------------------------------

ItemSplitter::Step ItemSplitter::next_element() {
  while (true) {
    if (state_ != State::in_item) skip_space();
    if (at_end() && state_ != State::in_item) {
      if (!is_whole_) return Step::need_more;
      return state_ == State::after ? Step::end : unexpected(state_ == State::after_item ? "',' or ']'" : "a value");
    }
    switch (state_) {
      case State::before:
        if (!begin()) return Step::failed;
        break;
      case State::first_item:
        state_ = buffer_[at_] == ']' ? State::after : State::in_item;
        if (state_ == State::after) pass(1);
        break;
      case State::item:
        if (buffer_[at_] == ']') return unexpected("a value");
        state_ = State::in_item;
        break;
      case State::in_item:
        if (!item_ends() && !is_whole_) {
          drop_long();
          return Step::need_more;
        }
        // An item whose end never comes is the last that can be said.
        state_ = is_whole_ && at_ + scanned_ == buffer_.size() && (depth_ > 0 || in_string_) ? State::after : State::after_item;
        return give(std::exchange(scanned_, 0));
      case State::after_item:
        if (!separate()) return Step::failed;
        break;
      case State::after: return unexpected("the end of the text");
    }
  }
}

bool ItemSplitter::begin() {
  if (buffer_[at_] != '[') {
    fail({ErrorKind::invalid_argument, "bulk.not_array", "A bulk request is a JSON array of documents.",
          "Send [{...}, {...}], or one document a line with \"Content-Type: application/x-ndjson\"."});
    return false;
  }
  pass(1);
  state_ = State::first_item;
  return true;
}

/// Over the comma or bracket behind an item.
bool ItemSplitter::separate() {
  const char c = buffer_[at_];
  if (c != ',' && c != ']') {
    unexpected("',' or ']'");
    return false;
  }
  pass(1);
  state_ = c == ',' ? State::item : State::after;
  return true;
}

/// Whether the end of the item has come; `scanned_` is its length then.
bool ItemSplitter::item_ends() {
  const char first = at_end() ? '\0' : buffer_[at_];
  if (depth_ > 0 || in_string_ || first == '{' || first == '[' || first == '"') return container_ends();
  // A comma with nothing before it is an item too, and no JSON.
  if (!is_too_long_) scanned_ = std::max<std::size_t>(scanned_, 1);
  while (at_ + scanned_ < buffer_.size()) {
    if (ends_scalar(buffer_[at_ + scanned_])) return true;
    ++scanned_;
  }
  return false;
}

bool ItemSplitter::container_ends() {
  while (at_ + scanned_ < buffer_.size()) {
    const char c = buffer_[at_ + scanned_++];
    if (in_string_) {
      if (is_escaped_) {
        is_escaped_ = false;
      } else if (c == '\\') {
        is_escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
        if (depth_ == 0) return true;
      }
    } else if (c == '"') {
      in_string_ = true;
    } else if ((c | 0x20) == '{') {  // [ and { differ in this bit alone, as do ] and }
      ++depth_;
    } else if ((c | 0x20) == '}' && --depth_ == 0) {
      return true;
    }
  }
  return false;
}

// --- Both ------------------------------------------------------------------------------------------------------------------------------

ItemSplitter::Step ItemSplitter::give(std::size_t length) {
  if (std::exchange(is_too_long_, false)) {
    item_ = {.is_too_long = true, .line = item_.line, .column = item_.column};
  } else if (length > item_bytes_max_) {
    item_ = {.is_too_long = true, .line = line_, .column = column_};
  } else {
    item_ = {.text = std::string_view(buffer_).substr(at_, length), .line = line_, .column = column_};
  }
  pass(length);
  return Step::item;
}

/// Lets go of what was scanned of an item that is too long; only its end is still looked for.
void ItemSplitter::drop_long() {
  if (!is_too_long_ && scanned_ <= item_bytes_max_) return;
  if (!std::exchange(is_too_long_, true)) item_ = {.line = line_, .column = column_};
  pass(std::exchange(scanned_, 0));
}

ItemSplitter::Step ItemSplitter::fail(Error error) {
  error_ = std::move(error);
  return Step::failed;
}

/// In the words of json::parse.
ItemSplitter::Step ItemSplitter::unexpected(std::string_view what) {
  std::string found = "the end of the text";
  if (!at_end()) {
    const auto byte = static_cast<unsigned char>(buffer_[at_]);
    found = byte > 0x20 && byte < 0x7F ? fmt::format("'{}'", buffer_[at_]) : fmt::format("byte 0x{:02X}", byte);
  }
  return fail({ErrorKind::invalid_argument, "json.syntax",
               fmt::format("JSON, line {}, column {}: expected {} and found {}.", line_, column_, what, found)});
}

void ItemSplitter::pass(std::size_t count) {
  const std::string_view passed = std::string_view(buffer_).substr(at_, count);
  at_ += count;
  const auto lines = static_cast<std::size_t>(std::ranges::count(passed, '\n'));
  line_ += lines;
  column_ = lines == 0 ? column_ + count : passed.size() - passed.rfind('\n');
}

void ItemSplitter::skip_space() {
  std::size_t end = at_;
  while (end < buffer_.size() && is_space(buffer_[end])) ++end;
  if (end != at_) pass(end - at_);
}

}  // namespace millrace::rest
