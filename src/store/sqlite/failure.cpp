#include "store/sqlite/failure.hpp"

#include <sqlite3.h>

namespace millrace::store::sqlite {

Error failure_of(int extended_code) {
  switch (extended_code & 0xff) {
    case SQLITE_FULL:
      return {ErrorKind::unavailable, "store.full", "The storage is full.", "Free space on its disk, or raise the limit of its file"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return {ErrorKind::unavailable, "store.read_only", "The storage cannot be written."};
    case SQLITE_CANTOPEN: return {ErrorKind::unavailable, "store.open", "The storage cannot be opened."};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ErrorKind::unavailable, "store.busy", "The storage is held by another program."};
    case SQLITE_IOERR: return {ErrorKind::unavailable, "store.io", "The storage cannot be read or written."};
    case SQLITE_TOOBIG: return {ErrorKind::unprocessable, "store.too_large", "A document is larger than the storage can hold."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {ErrorKind::internal, "store.corrupt", "The storage is damaged.", "Restore its file from a copy"};
    default: return {ErrorKind::internal, "store.internal", "The storage failed."};
  }
}

}  // namespace millrace::store::sqlite
