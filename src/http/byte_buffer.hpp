// A block of memory that is filled at the end and emptied at the front. Its bytes stay where they are until grow(), compact() or
// release() is called, so that views into it hold.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace millrace::http {

class ByteBuffer {
 public:
  std::string_view text() const { return {block_.get() + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }
  std::size_t capacity() const { return capacity_; }
  bool is_empty() const { return begin_ == end_; }

  /// Where the next bytes go; filled() tells how many came.
  std::span<char> space() { return {block_.get() + end_, capacity_ - end_}; }
  void filled(std::size_t count) { end_ += count; }

  void append(std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(block_.get() + end_, bytes.data(), bytes.size());
    end_ += bytes.size();
  }
  void consume(std::size_t count) { begin_ += count; }
  /// Starts over, at the front. What stands in the block stays there until it is written over.
  void clear() { begin_ = end_ = 0; }
  /// Goes back to where consumed bytes stood, `front` bytes into the block. Requires: it is empty.
  void rewind(std::size_t front) { begin_ = end_ = front; }
  /// How many bytes into the block the text starts.
  std::size_t front() const { return begin_; }

  /// Moves what is there to the front.
  void compact() {
    std::memmove(block_.get(), block_.get() + begin_, size());
    end_ -= begin_;
    begin_ = 0;
  }
  /// Moves what is there into a block of at least `capacity` bytes, and gives the old block to the caller.
  std::unique_ptr<char[]> grow(std::size_t capacity) {
    auto block = std::make_unique_for_overwrite<char[]>(capacity);
    if (size() > 0) std::memcpy(block.get(), block_.get() + begin_, size());
    end_ -= begin_;
    begin_ = 0;
    capacity_ = capacity;
    return std::exchange(block_, std::move(block));
  }
  /// Gives the memory back. Requires: nobody looks at it.
  void release() {
    block_.reset();
    capacity_ = begin_ = end_ = 0;
  }

 private:
  std::unique_ptr<char[]> block_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace millrace::http
