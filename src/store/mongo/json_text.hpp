// BSON as JSON text, whoever wrote it.
//
//   double, int32, int64, decimal128   their digits
//   date                               "2024-01-01T12:00:00.000Z"
//   ObjectId                           its 24 hex digits, as text
//   binary                             base64, as text
//   text, object, array, true, null    as they are
//
// Everything else (NaN and infinities, regular expressions, code, timestamps, ...) has no JSON form.
#pragma once

#include <string>

#include "base/result.hpp"
#include "store/mongo/bson.hpp"

namespace millrace::store::mongo {

/// The object's text: canonical where numbers are spelt as canonical text has them, which is what encode_payload() made exactly. Error
/// "store.unstorable" names the member that has no JSON form.
Result<std::string> json_text(const bson_t& document);

/// The text of one date, ObjectId, string or number, as above but without quotes: for names and times. Empty for other types.
std::string plain_text(const bson_iter_t& at);

}  // namespace millrace::store::mongo
