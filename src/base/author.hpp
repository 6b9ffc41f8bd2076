// Who wrote a version, as it is kept with it (docs/decisions/0030-authors.md).
//
//   {"sub":"ada","address":"192.0.2.7","trace":"4bf92f3577b34da6a3ce929d0e0e4736"}     a client
//   {"processor":"login-risk","trace":"4bf92f3577b34da6a3ce929d0e0e4736"}              this service itself
#pragma once

#include <string>
#include <string_view>

#include "base/principal.hpp"
#include "base/trace.hpp"

namespace millrace {

/// Where a question comes from, beside who asks it. What it points to lives until it is answered.
struct Origin {
  std::string_view address = {};  // the client's
  const Trace* trace = nullptr;   // null: none
};

/// Members in this order; what is not known is left out. What it points to outlives it.
struct Author {
  const Principal* principal = nullptr;
  std::string_view address = {};    // the client's
  std::string_view processor = {};  // the name of what the service did by itself
  Trace trace = {};
};

/// A canonical JSON object; empty when nothing is known.
std::string to_text(const Author& author);

/// The id of the trace (Trace::id) in such a text; empty: there is none.
std::string_view trace_id_of(std::string_view author);

/// What a processor made of a version: its trace is that of the version's author (as kept; empty: nobody knows).
std::string author_of_result(std::string_view processor, std::string_view author);

}  // namespace millrace
