// Documents of many aliases: one for each call and key, in as few requests as other servers' limits allow.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "federation/remote/selection.hpp"

namespace millrace::federation {

/// One alias: what a call asks for one key.
struct Ask {
  const PassedField* passed;
  std::string_view key;  // canonical JSON
};

/// How keys are written. As variables of type ID! the text is the same for all keys, and a server that knows it need not read it again; as
/// literals they fit whatever type the argument has.
enum class KeyForm : std::uint8_t { variable, literal };

/// What is asked.
struct AskedQuery {
  std::string name;
  std::string argument;  // takes the key
};

/// Divides the asks into documents, in order: how many each has. None has more than 100, nor much more than half of what Millrace itself
/// takes in tokens, aliases and bytes.
std::vector<std::size_t> divide(std::span<const Ask> asks);

/// The request's body: `k0`, `k1` and so on are the aliases.
std::string document_body(std::span<const Ask> asks, const AskedQuery& query, KeyForm form);

}  // namespace millrace::federation
