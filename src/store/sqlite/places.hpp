// Where documents probably stand: positions of newest versions by id, as they were read last.
//
// Finding a document by its id costs two descents of B-trees, by text and then by position; with its position, one by a number. Whether a
// position is still right is told by the row itself, in the state that is read: it has the id, and nothing has superseded it. So nobody
// needs to be told of writes, by whatever process, and a place that is wrong or forgotten costs no more than the usual way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "document/document.hpp"

namespace millrace::store::sqlite {

/// Of one collection. Any thread; no locks. It remembers some 262,000 places in 2 MB, which are taken as they are used.
class Places {
 public:
  Places();

  /// Where the document of this id was read last, or another one; nothing when it was not, or that is forgotten.
  std::optional<document::Position> find(std::string_view id) const;
  void remember(std::string_view id, document::Position position);

 private:
  struct Unmap {
    void operator()(std::uint64_t* slots) const;
  };
  std::unique_ptr<std::uint64_t[], Unmap> slots_;  // null: there was no memory for them
};

}  // namespace millrace::store::sqlite
