#include "store/postgres/new_documents.hpp"

#include <algorithm>
#include <ranges>
#include <set>

namespace millrace::store::postgres {
namespace {

using document::Append;

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

bool NewDocuments::are(Group appends) {
  return std::ranges::all_of(appends, [](const Append& append) {
    return append.operation == document::Operation::create && append.has_new_id && !append.expected_version && !append.idempotency &&
           !append.recorded_at;
  });
}

std::vector<std::string> NewDocuments::ids() const {
  std::vector<std::string> ids;
  for (const Append& append : groups_ | std::views::join) ids.push_back(stored_text(append.id));
  return ids;
}

void NewDocuments::write(Exchange& exchange, Instant clock) const {
  std::vector<std::string_view> payloads, authors;
  std::vector<std::int64_t> paths, places;
  std::vector<std::string> keys;
  std::set<std::int64_t> many;
  for (const Append& append : groups_ | std::views::join) {
    payloads.push_back(append.payload);
    authors.push_back(append.author);
    for (const document::IndexedPath& path : paths_) {
      std::vector<std::string> found = document::keys_at(path.path, append.payload);
      if (found.size() > 1) many.insert(path.number);
      for (std::string& key : found) {
        paths.push_back(path.number);
        keys.push_back(std::move(key));
        places.push_back(static_cast<std::int64_t>(payloads.size()));
      }
    }
  }
  const std::vector<std::string> ids = this->ids();
  // The head's lock first, so that the next statement sees what those before us have committed.
  exchange.add(table_.lock_head);
  if (!many.empty()) exchange.add(table_.mark_many, Parameters().integers(std::vector<std::int64_t>(many.begin(), many.end())));
  Parameters parameters;
  parameters.integer(static_cast<std::int64_t>(payloads.size())).integer(clock.microseconds);
  parameters.integer(static_cast<std::int64_t>(paths_.size())).texts(views(ids)).jsons(payloads).texts(authors);
  exchange.add(table_.insert_new, std::move(parameters.integers(paths).byte_strings(views(keys)).integers(places)));
  exchange.keep_plans();
}

void NewDocuments::ask_if_written(Exchange& exchange) const {
  // The lock waits for the end of the transaction that is in doubt, if the server still runs it.
  exchange.add(table_.lock_head);
  exchange.add(table_.find_new, Parameters().texts(views(ids())));
}

std::optional<NewDocuments::Receipts> NewDocuments::receipts(const Rows& rows) const {
  if (rows.size() == 0) return std::nullopt;
  document::Receipt receipt{
      .version = 1, .position = static_cast<document::Position>(rows.integer(0, 0)), .recorded_at = {rows.integer(0, 1)}};
  Receipts receipts;
  for (const Group group : groups_) {
    auto& each = receipts.emplace_back();
    for (std::size_t i = 0; i < group.size(); ++i, ++receipt.position) each.push_back(receipt);
  }
  return receipts;
}

}  // namespace millrace::store::postgres
