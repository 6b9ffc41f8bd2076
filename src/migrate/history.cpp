#include "migrate/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "document/incoming.hpp"

namespace millrace::migrate {
namespace {

using document::Append;
using document::Operation;

/// MeshQL's Java, TypeScript and Rust give these to everybody while no auth is configured.
constexpr std::string_view kDefaultTokens[] = {"Token", "TOKEN", "*"};

bool is_default(const std::string& token) {
  return std::ranges::find(kDefaultTokens, token) != std::end(kDefaultTokens);
}

/// The reason in words, with the place within the document.
std::string reason_of(const Error& error) {
  if (error.details.empty() || error.details.front().path.empty()) return error.message;
  return fmt::format("{} ({} {})", error.message, error.details.front().path, error.details.front().message);
}

Result<> check_id(const Row& row) {
  if (!row.id || row.id->empty()) return Failure(Error{ErrorKind::unprocessable, "migrate.row", "It has no id."});
  // Documents come in by one way, which knows what ids may be.
  TRY_OK(document::read_document(document::document_text(*row.id, "{}"), nullptr));
  return {};
}

Result<std::string> payload_of(const Row& row) {
  if (!row.problem.empty()) return Failure(Error{ErrorKind::unprocessable, "migrate.row", "In its payload " + row.problem});
  if (!row.payload) return Failure(Error{ErrorKind::unprocessable, "migrate.row", "It has no payload."});
  return document::read_version(*row.payload, nullptr, *row.id);
}

std::uint64_t mixed(std::uint64_t fingerprint, std::uint64_t value) {
  fingerprint = (fingerprint ^ value) * 0x9E3779B97F4A7C15u;
  return fingerprint ^ fingerprint >> 29;
}

std::uint64_t mixed(std::uint64_t fingerprint, const Append& append) {
  const std::hash<std::string_view> hash;
  fingerprint = mixed(fingerprint, hash(append.id));
  fingerprint = mixed(fingerprint, hash(append.payload));
  fingerprint = mixed(fingerprint, static_cast<std::uint64_t>(append.recorded_at->microseconds));
  return mixed(fingerprint, static_cast<std::uint64_t>(append.operation));
}

}  // namespace

Result<> History::begin(Refuse refuse) {
  TRY_OK(source_.begin());
  refuse_ = std::move(refuse);
  counts_ = {};
  living_ = {};
  last_ = {};
  is_ended_ = false;
  return {};
}

Result<std::vector<Version>> History::next() {
  std::vector<Version> versions;
  bytes_ = 0;
  Row row;
  while (!is_ended_ && versions.size() < options_.batch_versions && bytes_ < options_.batch_bytes) {
    TRY(const bool is_there, source_.next(row));
    is_ended_ = !is_there;
    if (is_ended_) break;
    count(row);
    TRY_OK(take(row, versions));
  }
  counts_.versions += versions.size();
  counts_.documents = living_.size();
  return versions;
}

void History::count(const Row& row) {
  ++counts_.rows;
  if (row.tokens.empty()) return;
  ++counts_.with_tokens;
  if (std::ranges::all_of(row.tokens, is_default)) ++counts_.with_defaults;
}

void History::add(std::vector<Version>& versions, Append append, const std::string& place) {
  bytes_ += append.payload.size();
  counts_.fingerprint = mixed(counts_.fingerprint, append);
  versions.push_back({std::move(append), place});
}

Result<> History::take(const Row& row, std::vector<Version>& versions) {
  const auto refuse = [&](const std::string& reason) -> Result<> {
    ++counts_.refused;
    if (refuse_) refuse_(row.place, reason);
    return {};
  };
  if (const auto id = check_id(row); !id) return refuse(reason_of(id.error()));
  if (!row.created_at) return refuse("Its created_at is no time that can be read.");
  if (*row.created_at < last_)
    return Failure(Error{ErrorKind::unprocessable, "migrate.order",
                         fmt::format("{}: its created_at, {}, comes before that of the row before.", row.place, to_string(*row.created_at)),
                         "The column mixes ways to write times: give it one."});
  auto payload = payload_of(row);
  // Of a tombstone it does not matter.
  if (!payload && !(row.deleted && living_.lives(*row.id))) return refuse(reason_of(payload.error()));
  const bool lived = living_.exchange(*row.id, !row.deleted);
  last_ = *row.created_at;
  if (last_ > begun_) ++counts_.in_future;
  if (!row.deleted || !lived) {
    add(versions,
        {.operation = lived ? Operation::replace : Operation::create, .id = *row.id, .payload = *std::move(payload), .recorded_at = last_},
        row.place);
  }
  if (!row.deleted) return {};
  ++counts_.tombstones;
  if (!lived) ++counts_.hidden;
  add(versions, {.operation = Operation::remove, .id = *row.id, .payload = {}, .recorded_at = last_}, row.place);
  return {};
}

}  // namespace millrace::migrate
