#include "store/postgres/statement.hpp"

#include <libpq-fe.h>

#include <bit>
#include <concepts>
#include <cstring>

namespace millrace::store::postgres {
namespace {

// The types' numbers, which are fixed: pg_type.dat.
constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kText = 25, kJson = 114;
constexpr Oid kBoolArray = 1000, kByteaArray = 1001, kTextArray = 1009, kInt8Array = 1016, kJsonArray = 199;

template <std::unsigned_integral T>
T swapped(T value) {
  return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

template <std::unsigned_integral T>
void append_number(std::string& out, T value) {
  const T ordered = swapped(value);
  char bytes[sizeof(T)];
  std::memcpy(bytes, &ordered, sizeof(T));
  out.append(bytes, sizeof(T));
}

template <std::unsigned_integral T>
T number_at(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return swapped(value);
}

/// An array without nulls: dimensions, no nulls, the elements' type; length and first index of the dimension; then the elements.
std::string array_head(Oid element, std::size_t count) {
  std::string out;
  append_number(out, std::uint32_t{count > 0});
  append_number(out, std::uint32_t{0});
  append_number(out, std::uint32_t{element});
  if (count == 0) return out;
  append_number(out, static_cast<std::uint32_t>(count));
  append_number(out, std::uint32_t{1});
  return out;
}

}  // namespace

void Parameters::add(std::string value, unsigned type, int format) {
  values_.push_back(std::move(value));
  is_null_.push_back(false);
  types_.push_back(type);
  formats_.push_back(format);
}

Parameters& Parameters::integer(std::int64_t value) {
  std::string bytes;
  append_number(bytes, static_cast<std::uint64_t>(value));
  add(std::move(bytes), kInt8, 1);
  return *this;
}

Parameters& Parameters::text(std::string_view value) {
  add(std::string(value), kText, 1);
  return *this;
}

Parameters& Parameters::bytes(std::string_view value) {
  add(std::string(value), kBytea, 1);
  return *this;
}

Parameters& Parameters::integers(std::span<const std::int64_t> values) {
  std::string out = array_head(kInt8, values.size());
  out.reserve(out.size() + 12 * values.size());
  for (const std::int64_t value : values) {
    append_number(out, std::uint32_t{8});
    append_number(out, static_cast<std::uint64_t>(value));
  }
  add(std::move(out), kInt8Array, 1);
  return *this;
}

Parameters& Parameters::booleans(const std::vector<bool>& values) {
  std::string out = array_head(kBool, values.size());
  for (const bool value : values) {
    append_number(out, std::uint32_t{1});
    out += value ? '\1' : '\0';
  }
  add(std::move(out), kBoolArray, 1);
  return *this;
}

Parameters& Parameters::array(unsigned type, unsigned element, std::span<const std::string_view> values) {
  std::string out = array_head(element, values.size());
  std::size_t bytes = out.size();
  for (const std::string_view value : values) bytes += 4 + value.size();
  out.reserve(bytes);
  for (const std::string_view value : values) {
    append_number(out, static_cast<std::uint32_t>(value.size()));
    out += value;
  }
  add(std::move(out), type, 1);
  return *this;
}

Parameters& Parameters::texts(std::span<const std::string_view> values) {
  return array(kTextArray, kText, values);
}
Parameters& Parameters::jsons(std::span<const std::string_view> values) {
  return array(kJsonArray, kJson, values);
}
Parameters& Parameters::byte_strings(std::span<const std::string_view> values) {
  return array(kByteaArray, kBytea, values);
}

Parameters& Parameters::untyped(std::string value) {
  add(std::move(value), 0, 0);
  return *this;
}

Parameters& Parameters::null() {
  add({}, 0, 0);
  is_null_.back() = true;
  return *this;
}

void Parameters::append_to(std::string& key) const {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    append_number(key, static_cast<std::uint64_t>(is_null_[i] ? SIZE_MAX : values_[i].size()));
    key += values_[i];
  }
}

Rows::Rows(pg_result* result) : result_(result, PQclear) {}

std::size_t Rows::bytes() const {
  return PQresultMemorySize(result_.get());
}

int Rows::size() const {
  return PQntuples(result_.get());
}

int Rows::columns() const {
  return PQnfields(result_.get());
}

std::int64_t Rows::integer(int row, int column) const {
  const char* bytes = PQgetvalue(result_.get(), row, column);
  if (PQgetlength(result_.get(), row, column) == 4) return static_cast<std::int32_t>(number_at<std::uint32_t>(bytes));
  return static_cast<std::int64_t>(number_at<std::uint64_t>(bytes));
}

bool Rows::boolean(int row, int column) const {
  return *PQgetvalue(result_.get(), row, column) != 0;
}

std::string_view Rows::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

bool Rows::is_null(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}

bool is_stored_as_it_is(std::string_view text) {
  return !text.contains('\0') && !text.contains('\1');
}

std::string stored_text(std::string_view text) {
  if (is_stored_as_it_is(text)) return std::string(text);
  std::string stored;
  stored.reserve(text.size());
  for (const char c : text) {
    if (c > '\1' || c < '\0') {
      stored += c;
    } else {
      stored += '\1';
      stored += c == '\0' ? '0' : '1';
    }
  }
  return stored;
}

bool is_loaded_as_it_is(std::string_view stored) {
  return !stored.contains('\1');
}

std::string loaded_text(std::string_view stored) {
  if (is_loaded_as_it_is(stored)) return std::string(stored);
  std::string text;
  text.reserve(stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const bool is_escape = stored[i] == '\1' && i + 1 < stored.size();
    text += is_escape ? static_cast<char>(stored[++i] - '0') : stored[i];
  }
  return text;
}

}  // namespace millrace::store::postgres
