// Which instance publishes.
#include "sink/sink_state.hpp"

namespace millrace::sink {

Task<void> Sink::State::hold() {
  CO_TRY_OK(co_await instances.beat());
  if (is_stopping) co_return {};
  if (!claim) co_return co_await take();
  if (options.flaw == Flaw::owner_unchecked) co_return {};
  const auto held = claim;
  CO_TRY(const bool is_ours, co_await held->check());
  if (!is_ours && claim == held) lose();
  co_return {};
}

/// Unless somebody who is alive has it.
Task<void> Sink::State::take() {
  CO_TRY(const document::Record found, co_await parts.ledger.get(record_name(options.name)));
  Record known = read_record(found.value);
  record = known;
  show();
  if (known.owner != options.instance && instances.is_alive(known.owner)) co_return {};
  if (found.revision == 0 && options.begins_now) {
    CO_TRY(known.position, co_await parts.source.head());
  }
  known.owner = options.instance;
  ++known.fence;
  auto put = co_await parts.ledger.put(record_name(options.name), to_text(known), found.revision);
  if (!put && put.error().code == "ledger.revision") co_return {};
  if (!put) co_return Failure(std::move(put).error());
  claim = std::make_shared<processing::Claim>(parts.ledger, record_name(options.name), processing::Owner{known.owner, known.fence}, *put);
  record = std::move(known);
  show();
  changed.notify();
  co_return {};
}

/// Who was replaced learns it here.
Task<void> Sink::State::save(bool lets_go) {
  const auto held = claim;
  Record saved = record;
  if (lets_go) saved.owner.clear();
  is_dirty = false;
  auto written = co_await held->write(to_text(saved));
  if (written && *written) co_return {};
  is_dirty = true;
  if (!written) co_return Failure(std::move(written).error());
  if (claim == held && options.flaw != Flaw::owner_unchecked) lose();
  co_return {};
}

void Sink::State::lose() {
  claim.reset();
  is_dirty = false;
  show();
  parts.source.interrupt();
  changed.notify();
}

}  // namespace millrace::sink
