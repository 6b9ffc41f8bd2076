#include "io/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace millrace::io {
namespace {

constexpr std::size_t kBlock = 64 * 1024;

Failure file_failure() {
  return Failure(Error{ErrorKind::unavailable, "spool.file", "The service cannot keep so much for the moment.",
                       "Look at the folder for temporary files: is there space, and may the service write there?"});
}

/// A file without a name in the folder.
int open_nameless(const std::filesystem::path& folder) {
  std::error_code ignored;  // opening shows it
  std::filesystem::create_directories(folder, ignored);
  int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
  // Some file systems have no such files: one with a name, which goes at once, is as good but for a crash in between.
  std::string name = (folder / ".spool-XXXXXX").string();
  file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file >= 0) ::unlink(name.c_str());
  return file;
}

}  // namespace

Spool::~Spool() {
  if (file_ >= 0) ::close(file_);
}

Result<> Spool::write(std::string_view bytes) {
  if (bytes.size() > options_.bytes_max || size() > options_.bytes_max - bytes.size()) {
    return Failure(Error{ErrorKind::too_large, "spool.full", "That is more than the service keeps of one request."});
  }
  memory_ += bytes;
  return {};
}

Result<> Spool::flush() {
  if (file_ < 0) file_ = open_nameless(options_.folder);
  if (file_ < 0) return file_failure();
  for (std::string_view rest = memory_; !rest.empty();) {
    const ssize_t count = ::pwrite(file_, rest.data(), rest.size(), static_cast<off_t>(flushed_));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return file_failure();
    flushed_ += static_cast<std::uint64_t>(count);
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  memory_.clear();
  return {};
}

Result<std::string_view> Spool::Reader::take(std::size_t count) {
  CHECK(count <= left());
  if (at_ < block_at_ || at_ + count > block_at_ + block_.size()) TRY_OK(fill(count));
  const std::string_view taken = std::string_view(block_).substr(static_cast<std::size_t>(at_ - block_at_), count);
  at_ += count;
  return taken;
}

/// Makes the block start at `at_` and hold at least `count` bytes.
Result<> Spool::Reader::fill(std::size_t count) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left(), std::max(count, kBlock)));
  block_at_ = at_;
  block_.resize(size);
  const auto of_file = static_cast<std::size_t>(std::min<std::uint64_t>(size, spool_.flushed_ - std::min(at_, spool_.flushed_)));
  for (std::size_t done = 0; done < of_file;) {
    const ssize_t got = ::pread(spool_.file_, block_.data() + done, of_file - done, static_cast<off_t>(at_ + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return file_failure();
    done += static_cast<std::size_t>(got);
  }
  const auto in_memory = static_cast<std::size_t>(at_ + of_file - spool_.flushed_);
  if (of_file < size) spool_.memory_.copy(block_.data() + of_file, size - of_file, in_memory);
  return {};
}

}  // namespace millrace::io
