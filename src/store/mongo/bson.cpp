#include "store/mongo/bson.hpp"

namespace millrace::store::mongo {

std::string_view text_at(const bson_t& document, const char* key) {
  bson_iter_t at;
  if (!bson_iter_init_find(&at, &document, key) || !BSON_ITER_HOLDS_UTF8(&at)) return {};
  std::uint32_t size = 0;
  const char* text = bson_iter_utf8(&at, &size);
  return {text, size};
}

std::int64_t integer_at(const bson_t& document, const char* key) {
  bson_iter_t at;
  return bson_iter_init_find(&at, &document, key) ? bson_iter_as_int64(&at) : 0;
}

bool boolean_at(const bson_t& document, const char* key) {
  bson_iter_t at;
  return bson_iter_init_find(&at, &document, key) && BSON_ITER_HOLDS_BOOL(&at) && bson_iter_bool(&at);
}

std::string_view binary_at(const bson_t& document, const char* key) {
  bson_iter_t at;
  if (!bson_iter_init_find(&at, &document, key) || !BSON_ITER_HOLDS_BINARY(&at)) return {};
  bson_subtype_t type;
  std::uint32_t size = 0;
  const std::uint8_t* bytes = nullptr;
  bson_iter_binary(&at, &type, &size, &bytes);
  return {reinterpret_cast<const char*>(bytes), size};
}

bool has(const bson_t& document, const char* key) {
  return bson_has_field(&document, key);
}

bool child_at(const bson_t& document, const char* key, bson_t& child) {
  bson_iter_t at;
  if (!bson_iter_init_find(&at, &document, key)) return false;
  std::uint32_t size = 0;
  const std::uint8_t* bytes = nullptr;
  if (BSON_ITER_HOLDS_DOCUMENT(&at)) bson_iter_document(&at, &size, &bytes);
  if (BSON_ITER_HOLDS_ARRAY(&at)) bson_iter_array(&at, &size, &bytes);
  return bytes != nullptr && bson_init_static(&child, bytes, size);
}

}  // namespace millrace::store::mongo
