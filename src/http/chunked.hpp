// The chunked transfer coding, taken apart (RFC 9112, section 7.1). No socket, no buffer: it keeps a state and hands out slices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace::http {

/// One body. Strict where a lenient reader and a proxy before it could disagree about where the body ends: no white space around sizes, no
/// bare CR or LF, no sign, nothing but hexadecimal digits. Chunk extensions and trailers are read over.
class ChunkedDecoder {
 public:
  enum class Status : std::uint8_t {
    need_more,  // all of `wire` is consumed
    data,       // `data` is some of the body
    done,       // the body has ended; what was not consumed is the next request
    malformed,
  };
  struct Step {
    Status status;
    std::size_t consumed;   // bytes of `wire`
    std::string_view data;  // in `wire`
  };

  /// Takes the next step through what came in. Requires: neither done nor malformed before.
  Step next(std::string_view wire);

  /// What the current chunk has announced and not yet given.
  std::uint64_t left_in_chunk() const { return left_; }

 private:
  enum class State : std::uint8_t {
    size,
    more_size,
    extension,
    quoted,
    escaped,
    size_end,
    data,
    data_cr,
    data_lf,
    trailer,
    trailer_name,
    trailer_value,
    trailer_end,
    end,
    done
  };
  /// One byte of framing; false when it must not stand there.
  bool step(char c);
  bool step_size(char c);
  bool step_extension(char c);
  bool step_trailer(char c);

  State state_ = State::size;
  std::uint64_t left_ = 0;
};

}  // namespace millrace::http
