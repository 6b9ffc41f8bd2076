// Payloads between canonical JSON and BSON. Nothing is interpreted: {"$date": 1} stays that object.
//
//   integer that fits            int32, int64
//   other number                 the nearest double; decimal128 where a double is too small for it
//   everything else              as it is
//
// Where the text cannot be made again from the BSON to the byte (45.20, 1e5, twenty digits), the version keeps it beside the BSON: other
// tools query the BSON, Millrace answers with the text.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/mongo/bson.hpp"

namespace millrace::store::mongo {

/// What MongoDB lets a document be deep and large, less what surrounds the payload.
inline constexpr std::size_t kDepthMax = 96;
inline constexpr std::size_t kBytesMax = 16'777'216 - 16'384;

struct Encoded {
  Bson document;
  bool exact = true;  // decode_payload() gives the same text again
};

/// Requires: a canonical object. Errors: "store.unstorable" with the place, "store.too_large".
Result<Encoded> encode_payload(std::string_view payload);

/// Appends one value under a key. Gives whether it can be made again from the BSON. Requires: canonical; no key with U+0000 in it.
bool append_value(bson_t& out, std::string_view key, std::string_view value);

/// The canonical text of an exact one.
std::string decode_payload(const bson_t& document);

}  // namespace millrace::store::mongo
