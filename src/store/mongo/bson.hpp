// Owning BSON documents, and reading members of them.
#pragma once

#include <bson/bson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::store::mongo {

/// A document that is built member by member. Movable, not copyable.
class Bson {
 public:
  Bson() : document_(bson_new()) {}
  explicit Bson(const bson_t& other) : document_(bson_copy(&other)) {}
  Bson(Bson&& other) noexcept : document_(std::exchange(other.document_, nullptr)) {}
  Bson& operator=(Bson&& other) noexcept {
    std::swap(document_, other.document_);
    return *this;
  }
  Bson(const Bson&) = delete;
  Bson& operator=(const Bson&) = delete;
  ~Bson() {
    if (document_ != nullptr) bson_destroy(document_);
  }

  const bson_t* get() const { return document_; }
  bson_t* get() { return document_; }

  Bson&& text(std::string_view key, std::string_view value) && {
    bson_append_utf8(document_, key.data(), size(key), value.data(), size(value));
    return std::move(*this);
  }
  Bson&& integer(std::string_view key, std::int64_t value) && {
    bson_append_int64(document_, key.data(), size(key), value);
    return std::move(*this);
  }
  Bson&& small(std::string_view key, std::int32_t value) && {
    bson_append_int32(document_, key.data(), size(key), value);
    return std::move(*this);
  }
  Bson&& boolean(std::string_view key, bool value) && {
    bson_append_bool(document_, key.data(), size(key), value);
    return std::move(*this);
  }
  Bson&& binary(std::string_view key, std::string_view value) && {
    bson_append_binary(document_, key.data(), size(key), BSON_SUBTYPE_BINARY, reinterpret_cast<const std::uint8_t*>(value.data()),
                       static_cast<std::uint32_t>(value.size()));
    return std::move(*this);
  }
  Bson&& child(std::string_view key, const Bson& value) && {
    bson_append_document(document_, key.data(), size(key), value.get());
    return std::move(*this);
  }
  Bson&& array(std::string_view key, const Bson& value) && {
    bson_append_array(document_, key.data(), size(key), value.get());
    return std::move(*this);
  }

 private:
  static int size(std::string_view text) { return static_cast<int>(text.size()); }
  bson_t* document_;
};

/// Members of a document by name; what is not there, or of another type, is empty or zero.
std::string_view text_at(const bson_t& document, const char* key);
std::int64_t integer_at(const bson_t& document, const char* key);
bool boolean_at(const bson_t& document, const char* key);
std::string_view binary_at(const bson_t& document, const char* key);
bool has(const bson_t& document, const char* key);
/// A view of the object or array there, which lives as long as the document; false when there is none.
bool child_at(const bson_t& document, const char* key, bson_t& child);

}  // namespace millrace::store::mongo
