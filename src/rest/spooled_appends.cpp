#include "rest/spooled_appends.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "document/incoming.hpp"

namespace millrace::rest {
namespace {

// record = id size, payload size, key size, fingerprint size (32 bits each, of this machine) id payload key fingerprint
using Sizes = std::array<std::uint32_t, 4>;

constexpr std::size_t kBatchItems = 1000;
constexpr std::size_t kBatchBytes = 1 << 20;
constexpr std::size_t kAnswerPiece = 32 * 1024;

template <class T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

template <class T>
Result<T> read_value(io::Spool::Reader& reader) {
  TRY(const std::string_view bytes, reader.take(sizeof(T)));
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

Result<document::Append> read_append(io::Spool::Reader& reader) {
  TRY(const Sizes sizes, read_value<Sizes>(reader));
  document::Append append;
  TRY(append.id, reader.take(sizes[0]));
  TRY(append.payload, reader.take(sizes[1]));
  if (sizes[2] == 0) return append;
  append.idempotency.emplace();
  TRY(append.idempotency->key, reader.take(sizes[2]));
  TRY(append.idempotency->fingerprint, reader.take(sizes[3]));
  return append;
}

}  // namespace

Result<> SpooledAppends::add(const document::Append& append) {
  const std::string_view key = append.idempotency ? std::string_view(append.idempotency->key) : std::string_view();
  const std::string_view fingerprint = append.idempotency ? std::string_view(append.idempotency->fingerprint) : std::string_view();
  Sizes sizes{};
  const std::array<std::string_view, 4> parts = {append.id, append.payload, key, fingerprint};
  std::ranges::transform(parts, sizes.begin(), [](std::string_view part) { return static_cast<std::uint32_t>(part.size()); });
  TRY_OK(spool_.write(bytes_of(sizes)));
  for (const std::string_view part : parts) TRY_OK(spool_.write(part));
  ++count_;
  return {};
}

Result<std::vector<document::Append>> SpooledAppends::next() {
  if (!kept_) return Failure(kept_.error());
  std::vector<document::Append> batch;
  std::size_t bytes = 0;
  while (source_.left() > 0 && batch.size() < kBatchItems && bytes < kBatchBytes) {
    TRY(document::Append append, read_append(source_));
    append.principal = principal_.get();
    append.author = author_;
    append.trace = &trace_;
    bytes += append.payload.size();
    batch.push_back(std::move(append));
  }
  return batch;
}

void SpooledAppends::appended(std::span<const document::Receipt> receipts) {
  for (const document::Receipt& receipt : receipts) {
    last_position_ = receipt.position;
    const std::uint64_t index = received_++;
    if (!receipt.repeated) continue;
    const auto size = static_cast<std::uint32_t>(receipt.id.size());
    for (const std::string_view part : {bytes_of(index), bytes_of(size), std::string_view(receipt.id)}) {
      if (kept_) kept_ = repeats_.write(part);
    }
    if (kept_ && repeats_.is_ripe()) kept_ = repeats_.flush();
  }
}

Result<> SpooledAppends::Answer::find_repeat() {
  has_looked_ = true;
  repeat_ = std::numeric_limits<std::uint64_t>::max();
  if (repeats_.left() == 0) return {};
  TRY(repeat_, read_value<std::uint64_t>(repeats_));
  TRY(const std::uint32_t size, read_value<std::uint32_t>(repeats_));
  TRY(repeat_id_, repeats_.take(size));
  return {};
}

Result<bool> SpooledAppends::Answer::write(std::string& text) {
  if (index_ == 0) text += '[';
  while (reader_.left() > 0 && text.size() < kAnswerPiece) {
    if (!has_looked_) TRY_OK(find_repeat());
    TRY(document::Append append, read_append(reader_));
    if (index_ > 0) text += ',';
    const bool is_repeat = repeat_ == index_++;
    text += document::document_text(is_repeat ? repeat_id_ : append.id, append.payload);
    if (is_repeat) has_looked_ = false;
  }
  if (reader_.left() > 0) return true;
  text += ']';
  return false;
}

}  // namespace millrace::rest
