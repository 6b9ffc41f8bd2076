// The items of a bulk request, found as its body comes in: elements of a JSON array, or the lines of NDJSON that are not blank. It finds
// where items begin and end; whether an item is JSON is seen when it is parsed, with the place that the splitter gives.
//
//   while (true) switch (splitter.next()) {
//     case Step::need_more: feed() the next piece, or finish() after the last
//     case Step::item:      splitter.item(), until the next call
//     case Step::end:       all was there
//     case Step::failed:    splitter.error()
//   }
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace millrace::rest {

struct SplitItem {
  std::string_view text;  // nothing, when it is too long
  bool is_too_long = false;
  std::size_t line = 1;  // where it stands in the whole body, from 1
  std::size_t column = 1;
};

class ItemSplitter {
 public:
  enum class Form : std::uint8_t { array, lines };
  /// Of an item that is longer than `item_bytes_max` no more is kept than where it begins: `is_too_long`.
  ItemSplitter(Form form, std::size_t item_bytes_max) : form_(form), item_bytes_max_(item_bytes_max) {}

  void feed(std::string_view piece);
  void finish() { is_whole_ = true; }

  enum class Step : std::uint8_t { need_more, item, end, failed };
  Step next();
  const SplitItem& item() const { return item_; }
  /// "json.syntax", "bulk.not_array".
  const Error& error() const { return error_; }

 private:
  // array = ws "[" ws [ item *( ws "," ws item ) ] ws "]" ws
  enum class State : std::uint8_t { before, first_item, item, in_item, after_item, after };
  Step next_line();
  Step next_element();
  bool begin();
  bool separate();
  bool item_ends();
  bool container_ends();
  Step give(std::size_t length);
  void drop_long();
  Step fail(Error error);
  Step unexpected(std::string_view what);
  void pass(std::size_t count);
  void skip_space();
  bool at_end() const { return at_ == buffer_.size(); }

  const Form form_;
  const std::size_t item_bytes_max_;
  std::string buffer_;
  std::size_t at_ = 0;  // all before this is done with
  bool is_whole_ = false;

  State state_ = State::before;
  std::size_t scanned_ = 0;   // of the item that starts at `at_`
  bool is_too_long_ = false;  // it began at `item_`, and all that was scanned of it is dropped
  std::size_t depth_ = 0;     // of open brackets in it
  bool in_string_ = false;
  bool is_escaped_ = false;

  std::size_t line_ = 1;  // of `at_`
  std::size_t column_ = 1;
  SplitItem item_;
  Error error_;
};

}  // namespace millrace::rest
