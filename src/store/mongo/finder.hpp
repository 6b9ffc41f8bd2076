// Answering queries over a collection as one horizon sees it. MongoDB brings a superset; document::matches decides.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "document/ranking.hpp"
#include "document/selection.hpp"
#include "document/store.hpp"
#include "store/mongo/collection.hpp"

namespace millrace::store::mongo {

class Finder {
 public:
  Finder(Client& client, const Names& names, const Horizon& horizon, document::View view)
      : client_(client), names_(names), horizon_(horizon), view_(view) {}

  Result<document::Documents> find(const document::Query& query);
  Result<std::uint64_t> count(const document::Query& query);
  Result<document::Documents> history(std::string_view id, document::Position before, std::size_t limit);
  Result<document::Documents> changes(document::Position after, std::size_t limit);  // as much as the view lets it

 private:
  using Sink = std::function<bool(Version, std::size_t text_bytes)>;  // false: enough

  Result<document::Documents> find_newest_first(const document::Query& query);
  Result<document::Documents> find_ranked(const document::Query& query);
  Result<std::optional<document::Rank>> rank_at(const document::Query& query, document::Position position);
  Result<document::Documents> versions_at(const std::vector<document::Position>& positions, std::size_t bytes_max);
  Result<> select(const document::Query& query, std::int64_t below, const Sink& sink);
  Result<> select_newest(const document::Query& query, std::int64_t below, const Sink& sink);
  Result<> select_at(const document::Query& query, std::int64_t below, const Sink& sink);
  /// Whether `sink` wants more. `below` becomes where the next chunk starts, or 0 at the end.
  Result<bool> select_chunk(const document::Query& query, std::int64_t& below, const Sink& sink);
  Bson filter_of(const document::Query& query, std::int64_t below, std::string_view id_member) const;

  Client& client_;
  const Names& names_;
  const Horizon& horizon_;
  document::View view_;
};

}  // namespace millrace::store::mongo
