// Writes through a guard.
#include <fmt/format.h>

#include <algorithm>

#include "access/guard.hpp"
#include "access/shown.hpp"
#include "base/digest.hpp"
#include "base/json/pointer.hpp"
#include "base/json/slices.hpp"
#include "document/change.hpp"
#include "document/head.hpp"
#include "document/incoming.hpp"

namespace millrace::access {

using document::Append;
using document::Documents;
using document::Operation;
using document::Receipt;

namespace {

Error placed(Error error, std::size_t index) {
  error.details.push_back({.path = fmt::format("/{}", index), .keyword = std::string(error.code), .message = error.message});
  return error;
}

Error denied_at(const Append& append, std::size_t index) {
  return placed(denied(append.operation, append.principal), index);
}

/// Of what the client sent, not of what is there.
Error not_allowed(std::size_t index) {
  return placed({ErrorKind::forbidden, "access.denied", "You may not write such a document: it would not be one of those that you may."},
                index);
}

/// A member that the client names and may not write.
std::optional<Error> named_problem(const Rule& rule, std::string_view object, std::size_t index) {
  const std::string_view key = hidden_member(rule, object);
  if (key.empty()) return std::nullopt;
  const std::string name = json::decode_string(key);
  Error error = placed({ErrorKind::forbidden, "access.field", fmt::format("You may not write \"{:.100}\".", name)}, index);
  json::append_pointer_token(error.details.back().path, name);
  return error;
}

/// Nobody learns of another's key, whether by what is repeated or by what is not.
void make_own(document::Idempotency& idempotency, const Principal* principal) {
  const std::string whose = principal == nullptr ? std::string() : fmt::format("{}:{}", principal->subject.size(), principal->subject);
  std::string own;
  for (const unsigned char c : sha256(whose + '\n' + idempotency.key)) fmt::format_to(std::back_inserter(own), "{:02x}", c);
  idempotency.key = std::move(own);
}

Result<> admit_create(const Rules& rules, Append& append, std::size_t index) {
  const Decision decision = decide(rules, Right::create, append.principal);
  if (decision.rule == nullptr) return Failure(denied_at(append, index));
  if (auto problem = named_problem(*decision.rule, append.payload, index)) return Failure(*std::move(problem));
  if (rules.has_tokens && append.principal != nullptr && !append.principal->subject.empty())
    append.payload = with_token(append.payload, append.principal->subject);
  if (!decision.is_met_by(document::document_text(append.id, append.payload))) return Failure(not_allowed(index));
  if (append.idempotency) make_own(*append.idempotency, append.principal);
  return {};
}

/// The same appends, as far as the rules allow them.
class AdmittedSource final : public document::AppendSource {
 public:
  AdmittedSource(document::AppendSource& source, const Rules& rules) : source_(source), rules_(rules) {}

  Result<std::vector<Append>> next() override {
    TRY(auto appends, source_.next());
    for (Append& append : appends) {
      if (append.operation != Operation::create) return Failure(denied_at(append, index_));
      TRY_OK(admit_create(rules_, append, index_++));
    }
    return appends;
  }
  void appended(std::span<const Receipt> receipts) override { source_.appended(receipts); }

 private:
  document::AppendSource& source_;
  const Rules& rules_;
  std::size_t index_ = 0;
};

}  // namespace

Task<void> Guard::append_all(document::AppendSource& source) {
  AdmittedSource admitted(source, rules_);
  auto done = co_await store_.append_all(admitted);
  co_return done;
}

Task<std::vector<Receipt>> Guard::append_with(std::vector<Append> appends, document::RecordWrite record) {
  for (std::size_t i = 0; i < appends.size(); ++i) {
    CHECK(appends[i].operation == Operation::create);
    CO_TRY_OK(admit_create(rules_, appends[i], i));
  }
  auto receipts = co_await store_.append_with(std::move(appends), record);
  co_return receipts;
}

Task<Guard::Seen> Guard::admit(Append& append, std::size_t index) {
  if (append.operation == Operation::create) {
    CO_TRY_OK(admit_create(rules_, append, index));
    // Who is given it in parts is told which of them are hidden.
    if (append.hidden != document::Hidden::renamed) co_return Seen();
    co_return seen_payload(append, document::document_text(append.id, append.payload));
  }
  auto admitted = co_await admit_change(append, index);
  co_return admitted;
}

/// What is checked is what is changed: the append is of the version that was looked at.
Task<Guard::Seen> Guard::admit_change(Append& append, std::size_t index) {
  const Decision decision = decide(rules_, right_of(append.operation), append.principal);
  if (decision.rule == nullptr) co_return Failure(denied_at(append, index));
  const Rule& rule = *decision.rule;
  const std::string_view ids[] = {append.id};
  const auto asked = std::chrono::steady_clock::now();
  CO_TRY(const Documents newest, co_await store_.read(ids, {}));
  const bool is_there = newest.found(0) && decision.is_met_by(newest.text(0));
  if (!is_there) {
    CO_TRY_OK(co_await settle(asked, decision));
  }
  const document::Head head{.version = is_there ? newest.envelope(0).version : 0};
  if (auto refused = document::refusal(append, head, index)) co_return Failure(*std::move(refused));
  append.expected_version = head.version;
  if (append.operation == Operation::remove) co_return seen_payload(append, std::string(newest.text(0)));
  if (auto problem = named_problem(rule, append.patch ? *append.patch : append.payload, index)) co_return Failure(*std::move(problem));
  append.payload = with_hidden(rule, append.payload, newest.text(0));
  const std::string text = document::document_text(append.id, append.payload);
  if (!decision.is_met_by(text)) co_return Failure(not_allowed(index));
  co_return append.patch ? seen_payload(append, text) : Seen();
}

/// What a patch made, a removal took, or an answer in parts is of: not all of it is for who sent it.
Guard::Seen Guard::seen_payload(const Append& append, const std::string& text) const {
  const Decision decision = decide(rules_, Right::read, append.principal);
  if (decision.sees_all(rules_.has_tokens)) return std::nullopt;
  return shown_payload(decision.is_met_by(text) ? decision.rule : nullptr, text, append.hidden);
}

Task<std::vector<Receipt>> Guard::append(std::vector<Append> appends) {
  const bool is_creating = std::ranges::all_of(appends, [](const Append& one) { return one.operation == Operation::create; });
  for (std::size_t attempt = 0;; ++attempt) {
    std::vector<Append> admitted = is_creating ? std::move(appends) : appends;
    std::vector<Seen> seen;
    for (std::size_t i = 0; i < admitted.size(); ++i) {
      CO_TRY(Seen one, co_await admit(admitted[i], i));
      seen.push_back(std::move(one));
    }
    auto receipts = co_await store_.append(std::move(admitted));
    if (receipts) {
      for (std::size_t i = 0; i < seen.size(); ++i) (*receipts)[i].seen = std::move(seen[i]);
      co_return receipts;
    }
    // Another writer was faster than this look.
    const bool again = !is_creating && receipts.error().code == "document.version" && attempt < document::kChangeAttemptsMax;
    if (!again) co_return receipts;
  }
}

}  // namespace millrace::access
