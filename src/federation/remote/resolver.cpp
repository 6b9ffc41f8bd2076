#include "federation/remote/resolver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/hash.hpp"
#include "base/json/slices.hpp"
#include "federation/resolvers.hpp"

namespace millrace::federation {
namespace {

using graphql::FieldCall;
using graphql::Resolved;

constexpr std::size_t kNone = SIZE_MAX;

/// What the calls of one level ask: an ask for each different key of each call, and for each parent which one.
struct Asked {
  std::vector<PassedField> passed;  // by call
  std::vector<Ask> asks;
  std::vector<std::size_t> first_ask;               // by call
  std::vector<std::vector<std::size_t>> by_parent;  // by call: an ask, or kNone where the parent has no key
};

void add_call(Asked& asked, const FieldCall& call, const PassedField& passed, std::size_t width) {
  asked.first_ask.push_back(asked.asks.size());
  std::vector<std::size_t>& by_parent = asked.by_parent.emplace_back();
  std::unordered_map<std::string_view, std::size_t, TextHash> known;
  for (std::size_t parent = 0; parent < call.parents; ++parent) {
    const std::string_view key = parent_key(call, parent, width);
    if (key.empty() || passed.is_too_large) {
      by_parent.push_back(kNone);
      continue;
    }
    const auto [at, is_new] = known.try_emplace(key, asked.asks.size());
    if (is_new) asked.asks.push_back({&passed, key});
    by_parent.push_back(at->second);
  }
}

Asked plan_asks(std::span<const FieldCall> calls, bool passes_at, std::size_t width) {
  Asked asked;
  std::vector<std::string> prefixes;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::string prefix = fmt::format("v{}_", i);
    asked.passed.push_back(pass_on(calls[i], {passes_at, prefix}));
  }
  for (std::size_t i = 0; i < calls.size(); ++i) add_call(asked, calls[i], asked.passed[i], width);
  return asked;
}

/// Where an answer says one thing and the field wants a list, or the other way round: the value and the paths within it follow.
class Fitting {
 public:
  Fitting(bool wants_list, std::string_view value) : value_(value) {
    const bool is_list = value.starts_with('[');
    is_wrapped_ = wants_list && !is_list && value != "null";
    is_first_ = !wants_list && is_list;
    if (is_wrapped_) made_ = '[' + std::string(value) + ']';
    json::Elements elements(value);
    if (is_first_ && !elements.next(value_)) value_ = "null";
  }

  bool is_made() const { return is_wrapped_; }
  /// Holds as long as this does where it is made.
  std::string_view value() const { return is_wrapped_ ? std::string_view(made_) : value_; }
  /// Nothing for what is not given.
  std::optional<std::string> path(std::string_view below) const {
    if (is_wrapped_) return below.empty() ? "0" : "0," + std::string(below);
    if (!is_first_ || below.empty()) return std::string(below);
    if (below == "0") return std::string();
    return below.starts_with("0,") ? std::optional(std::string(below.substr(2))) : std::nullopt;
  }

 private:
  std::string_view value_;
  std::string made_;
  bool is_wrapped_ = false;
  bool is_first_ = false;
};

/// Where the answer to an ask is.
struct Place {
  std::size_t document;
  std::size_t alias;
};

/// What is asked in one document.
struct Batch {
  std::vector<Ask> asks = {};
  std::vector<std::size_t> numbers = {};  // of those asks among all
  bool is_again = false;

  void add(const Ask& ask, std::size_t number) {
    asks.push_back(ask);
    numbers.push_back(number);
  }
};

std::vector<Batch> first_batches(const std::vector<Ask>& asks) {
  std::vector<Batch> batches;
  std::size_t number = 0;
  for (const std::size_t count : divide(asks)) {
    Batch& batch = batches.emplace_back();
    for (std::size_t i = 0; i < count; ++i, ++number) batch.add(asks[number], number);
  }
  return batches;
}

/// One that failed has taken the others with it: they are asked again without it; in halves where it is not known which one it was, or
/// where that was not the only one, so that many that fail are found in few rounds.
void add_lost(const Batch& batch, const RemoteAnswer& answer, std::vector<Batch>& next) {
  if (!answer.is_null || batch.asks.size() == 1) return;
  const auto culprit = answer.culprit();
  const bool is_whole = culprit && !batch.is_again;
  const std::size_t half = is_whole ? batch.asks.size() : batch.asks.size() / 2;
  next.push_back({.is_again = true});
  for (std::size_t i = 0; i < batch.asks.size(); ++i) {
    if (i == half) next.push_back({.is_again = true});
    if (i != culprit) next.back().add(batch.asks[i], batch.numbers[i]);
  }
  std::erase_if(next, [](const Batch& one) { return one.asks.empty(); });
}

/// Gives the answers of a level to the parents of its calls.
struct Giver {
  const Asked& asked;
  const std::vector<Place>& places;  // by ask
  const std::vector<std::expected<RemoteAnswer, NoAnswer>>& answers;
  const std::string& service;
  bool wants_list;

  void give(std::size_t call, Resolved& resolved) const {
    const std::size_t first = asked.first_ask[call];
    const std::size_t last = call + 1 < asked.first_ask.size() ? asked.first_ask[call + 1] : asked.asks.size();
    std::vector<std::uint32_t> values;
    for (std::size_t ask = first; ask < last; ++ask) values.push_back(add_value(ask, resolved));
    for (const std::size_t ask : asked.by_parent[call]) {
      if (asked.passed[call].is_too_large) {
        give_failure(resolved, too_large());
      } else if (ask != kNone) {
        give_ask(ask, values[ask - first], resolved);
      } else if (wants_list) {
        resolved.give_list(0, 0);
      } else {
        resolved.give_null();
      }
    }
  }

 private:
  const std::expected<RemoteAnswer, NoAnswer>& answer_of(std::size_t ask) const { return answers[places[ask].document]; }

  /// What an ask was answered; its number.
  std::uint32_t add_value(std::size_t ask, Resolved& resolved) const {
    const auto& answer = answer_of(ask);
    if (!answer) return 0;
    const std::size_t alias = places[ask].alias;
    const auto fitting = std::make_shared<const Fitting>(wants_list, answer->values[alias]);
    const std::uint32_t value = resolved.add_value(fitting->value());
    const auto [begin, end] = answer->errors.equal_range(alias);
    for (const auto& [number, error] : std::ranges::subrange(begin, end))
      if (auto path = fitting->path(error.path)) resolved.add_error_below({value, *std::move(path), error.error, error.extensions});
    resolved.keep(answer->owner);
    if (fitting->is_made()) resolved.keep(fitting);
    return value;
  }

  void give_ask(std::size_t ask, std::uint32_t value, Resolved& resolved) const {
    if (answer_of(ask)) {
      resolved.give_value(value);
    } else {
      give_failure(resolved, answer_of(ask).error());
    }
  }

  void give_failure(Resolved& resolved, const NoAnswer& failure) const {
    Error error = failure.error;
    error.message = failure.is_refused ? fmt::format("{} refused the query: {}", service, failure.reason)
                                       : fmt::format("{} gave no answer: {}", service, failure.reason);
    resolved.give_error(std::move(error), remote_extensions(service, failure.reason));
  }

  static NoAnswer too_large() {
    return {{ErrorKind::too_large, "remote.selection", {}},
            fmt::format("What is selected is more than {} bytes to ask for, over all types that it may apply to.", kPassedBytesMax)};
  }
};

}  // namespace

Task<RemoteResolver::Answer> RemoteResolver::ask_as(std::span<const Ask> asks, const graphql::Caller& caller, KeyForm form) {
  auto body = co_await options_.target->post(document_body(asks, options_.query, form), caller);
  if (!body) co_return Answer(std::unexpected(NoAnswer{body.error(), body.error().message}));
  co_return read_answer(*std::move(body), asks.size(), options_.target->url());
}

/// The first documents find out what form of keys the server takes.
Task<RemoteResolver::Answer> RemoteResolver::ask(std::span<const Ask> asks, const graphql::Caller& caller) {
  const Known known = known_;
  auto answer = co_await ask_as(asks, caller, known == Known::takes_literals ? KeyForm::literal : KeyForm::variable);
  if (known != Known::nothing) co_return answer;
  if (*answer) known_ = Known::takes_variables;
  if (*answer || !answer->error().is_refused) co_return answer;
  auto second = co_await ask_as(asks, caller, KeyForm::literal);
  if (*second) known_ = Known::takes_literals;
  co_return second;
}

Task<std::vector<Resolved>> RemoteResolver::resolve(std::span<const FieldCall> calls) {
  const Asked asked = plan_asks(calls, options_.passes_at, options_.keys.size());
  std::vector<Answer> answers;
  std::vector<Place> places(asked.asks.size());
  for (std::vector<Batch> batches = first_batches(asked.asks); !batches.empty();) {
    std::vector<Task<Answer>> tasks;
    for (const Batch& batch : batches) tasks.push_back(ask(batch.asks, *calls.front().caller));
    auto given = co_await when_all(std::move(tasks));
    std::vector<Batch> next;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      for (std::size_t alias = 0; alias < batches[i].numbers.size(); ++alias) places[batches[i].numbers[alias]] = {answers.size(), alias};
      answers.push_back(*std::move((*given)[i]));
      if (answers.back()) add_lost(batches[i], *answers.back(), next);
    }
    batches = std::move(next);
  }
  const Giver giver{asked, places, answers, options_.target->url(), options_.is_list};
  std::vector<Resolved> resolved(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) giver.give(i, resolved[i]);
  co_return std::move(resolved);
}

}  // namespace millrace::federation
