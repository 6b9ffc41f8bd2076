#include "store/postgres/failure.hpp"

namespace millrace::store::postgres {
namespace {

/// Of a text in JSON with U+0000 that SQL comes to.
constexpr std::string_view kNoText = "22P05";

}  // namespace

std::string_view way_out(std::string_view reason) {
  const auto says = [reason](std::string_view words) { return reason.find(words) != std::string_view::npos; };
  if (says("database \"") && says("does not exist")) return " (Make it with createdb, or name another one in the URI)";
  if (says("role \"") && says("does not exist")) return " (Name the user in the URI or in PGUSER, or make it with createuser)";
  if (says("permission denied for schema")) return " (The user needs the right to make tables: GRANT CREATE ON SCHEMA public TO it)";
  return "";
}

Error unreachable() {
  return {ErrorKind::unavailable, "store.unavailable", "The storage is away."};
}

Error no_answer() {
  Error error = unreachable();
  error.hint = "No host answers.";
  return error;
}

Error failure_of(std::string_view sql_state, std::string_view function) {
  const std::string_view family = sql_state.substr(0, 2);
  if (sql_state == "57014" || sql_state == "55P03") {
    return {ErrorKind::unavailable, "store.timeout", "The storage took too long."};
  }
  // A quota, or a limit of files' sizes, has no state of its own: the server's function that lets a file grow tells it.
  const bool cannot_grow = sql_state == "XX000" && (function == "mdextend" || function == "mdzeroextend");
  if (sql_state == "53100" || sql_state == "53200" || cannot_grow) {
    return {ErrorKind::unavailable, "store.full", "The storage is full.", "Free space on its disk, or give it memory"};
  }
  if (sql_state == "25006" || sql_state == "42501") return {ErrorKind::unavailable, "store.read_only", "The storage cannot be written."};
  if (family == "08" || family == "53" || family == "57") return {ErrorKind::unavailable, "store.unavailable", "The storage is away."};
  if (family == "40") return {ErrorKind::unavailable, "store.busy", "The storage is held by other writers."};
  if (family == "58") return {ErrorKind::unavailable, "store.io", "The storage cannot be read or written."};
  if (sql_state == kNoText) {
    return {ErrorKind::unprocessable, "store.sql", "A document has a text with \\u0000, which is no value in SQL."};
  }
  if (family == "54") {
    return {ErrorKind::unprocessable, "store.too_large", "A document is more than the storage can hold."};
  }
  if (sql_state == "XX001" || sql_state == "XX002") return {ErrorKind::internal, "store.corrupt", "The storage is damaged."};
  return {ErrorKind::internal, "store.internal", "The storage failed."};
}

Error unknown_outcome() {
  return {ErrorKind::unavailable, "store.unconfirmed", "The storage went away while it wrote: whether it has written is not known.",
          "Read the document before you send it again, or send it with the same Idempotency-Key"};
}

bool is_transient(std::string_view sql_state) {
  const std::string_view family = sql_state.substr(0, 2);
  return family == "40" || family == "08" || sql_state == "57P01" || sql_state == "57P02" || sql_state == "57P03";
}

}  // namespace millrace::store::postgres
