#include "consumers/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "document/incoming.hpp"
#include "document/result_id.hpp"

namespace millrace::consumers {
namespace {

using document::Append;
using document::Documents;

/// Of the versions that are only looked up, at a time.
constexpr std::size_t kReadBytesMax = 4u << 20;
/// Times that others wrote one of them between the look and the write.
constexpr int kAttemptsMax = 100;

/// The text with the raw event's id as a last member, where it has none and is to have one.
std::string with_raw_id(std::string_view text, std::string_view quoted_id, const Target& target) {
  const auto parsed = json::parse(text);
  const bool is_filled =
      target.takes_raw_event_id && parsed && parsed->root().is(json::Kind::object) && !parsed->root().find("raw_event_id");
  if (!is_filled) return std::string(text);
  const std::string_view open = text.substr(0, text.rfind('}'));
  return fmt::format("{}{}\"raw_event_id\":{}}}", open, parsed->root().size() == 0 ? "" : ",", quoted_id);
}

}  // namespace

/// Collects what is wrong with all of them.
class Violations {
 public:
  void add(Error error, std::string_view pointer) {
    if (error.details.empty()) error.details.push_back({std::string(pointer), std::string(error.code), error.message});
    if (all_) {
      std::ranges::move(error.details, std::back_inserter(all_->details));
      all_->code = "schema.violation";
      all_->message = fmt::format("Results break the schema of what they are written to, in {} places.", all_->details.size());
    } else {
      all_ = std::move(error);
    }
  }
  const std::optional<Error>& all() const { return all_; }

 private:
  std::optional<Error> all_;
};

void Results::take(const Documents& versions, std::size_t i, Made& result, const ResultsOf& of, Violations& violations) {
  if (!versions.found(i))
    return violations.add({ErrorKind::conflict, "consumer.position", "The version may not be seen any more."}, result.brought->pointer);
  result.id = document::result_id(of.consumer, versions.id(i), versions.envelope(i).version);
  const std::string text = with_raw_id(result.brought->text, versions.quoted_id(i), of.target);
  auto payload = document::read_version(text, of.target.schema, result.id, result.brought->pointer);
  if (!payload) return violations.add(std::move(payload).error(), result.brought->pointer);
  result.payload = *std::move(payload);
}

Task<void> Results::make_documents(const ResultsOf& of) {
  std::vector<Made>& results = left_;
  Violations violations;
  document::View view = of.view;
  view.bytes_max = kReadBytesMax;
  for (std::size_t i = 0; i < results.size();) {
    const Position first = results[i].brought->position;
    std::size_t end = i + 1;
    while (end < results.size() && results[end].brought->position == first + (end - i)) ++end;
    CO_TRY(const Documents versions, co_await of.source.changes(first - 1, end - i, view));
    // Where a version was read there it is for ever.
    if (versions.empty() || versions.envelope(0).position != first)
      co_return Failure(Error{ErrorKind::internal, "consumer.record", "The consumer is further than the versions that there are."});
    for (std::size_t k = 0; k < versions.size(); ++k) take(versions, k, results[i + k], of, violations);
    i += versions.size();
  }
  if (violations.all()) co_return Failure(*violations.all());
  co_return {};
}

Task<Results> Results::make(ResultsOf of) {
  Results results(of);
  for (const BroughtResult& brought : of.results) results.left_.push_back({&brought});
  std::ranges::sort(results.left_, {}, [](const Made& result) { return result.brought->position; });
  CO_TRY_OK(co_await results.make_documents(of));
  co_return std::move(results);
}

std::vector<Append> Results::creations() const {
  std::vector<Append> appends;
  for (const Made& result : left_)
    appends.push_back({.id = result.id, .payload = result.payload, .principal = principal_, .author = author_, .trace = trace_});
  return appends;
}

/// Those that are there, as written before.
Task<void> Results::set_aside() {
  std::vector<std::string_view> ids;
  for (const Made& result : left_) ids.push_back(result.id);
  std::vector<Made> absent;
  for (std::size_t first = 0; first < ids.size();) {
    const document::View view{.bytes_max = kReadBytesMax, .origin = {.trace = trace_}};
    CO_TRY(const Documents found, co_await whole_->read(std::span(ids).subspan(first), view));
    for (std::size_t i = 0; i < found.size(); ++i) {
      Made& result = left_[first + i];
      if (found.found(i)) {
        written_.push_back({result.brought->position, result.id, true});
      } else {
        absent.push_back(std::move(result));
      }
    }
    first += found.size();
  }
  left_ = std::move(absent);
  co_return {};
}

std::vector<WrittenResult> Results::take_written() {
  for (const Made& result : left_) written_.push_back({result.brought->position, result.id, false});
  left_.clear();
  std::ranges::sort(written_, {}, &WrittenResult::position);
  return std::exchange(written_, {});
}

Task<void> Results::write(const document::RecordWrite* with) {
  for (int attempt = 0; !left_.empty(); ++attempt) {
    Task<std::vector<document::Receipt>> appending =
        with == nullptr ? store_->append(creations()) : store_->append_with(creations(), *with);
    const auto receipts = co_await std::move(appending);
    if (receipts) co_return {};
    if (receipts.error().code != "document.exists" || attempt == kAttemptsMax) co_return Failure(receipts.error());
    CO_TRY_OK(co_await set_aside());
  }
  if (with == nullptr) co_return {};
  const auto put = co_await with->ledger->put(with->name, std::string(with->value), with->revision);
  if (!put) co_return Failure(put.error());
  co_return {};
}

}  // namespace millrace::consumers
