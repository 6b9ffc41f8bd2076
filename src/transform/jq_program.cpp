#include "transform/jq_program.hpp"

namespace millrace::transform {
namespace {

constexpr std::size_t kErrorMax = 1'000;

/// At most so many bytes, and no part of a character. Takes the value.
std::string text_of(jv value) {
  if (jv_get_kind(value) != JV_KIND_STRING) value = jv_dump_string(value, 0);
  std::string text(jv_string_value(value), static_cast<std::size_t>(jv_string_length_bytes(jv_copy(value))));
  jv_free(value);
  if (text.size() <= kErrorMax) return text;
  std::size_t end = kErrorMax;
  while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

void add_problem(void* problems, jv message) {
  static_cast<std::vector<std::string>*>(problems)->push_back(text_of(message));
}

jv no_input(jq_state* /*state*/, void* /*unused*/) {
  return jv_invalid();
}

void drop(void* /*unused*/, jv message) {
  jv_free(message);
}

}  // namespace

std::optional<JqProgram> JqProgram::compile(const std::string& text, std::vector<std::string>& problems) {
  State state(jq_init());
  if (!state) return std::nullopt;
  jq_set_error_cb(state.get(), add_problem, &problems);
  jq_set_input_cb(state.get(), no_input, nullptr);
  jq_set_debug_cb(state.get(), drop, nullptr);  // it has none to begin with, and takes whatever stands there for one
  // Without a list of folders an import ends the process.
  jq_set_attr(state.get(), jv_string("JQ_LIBRARY_PATH"), jv_array());
  if (jq_compile(state.get(), text.c_str()) == 0) return std::nullopt;
  jq_set_error_cb(state.get(), drop, nullptr);
  return JqProgram(std::move(state));
}

JqProgram::Output JqProgram::run(jv input) {
  jq_start(state_.get(), input, 0);
  jv first = jq_next(state_.get());
  if (jv_is_valid(first)) {
    const jv second = jq_next(state_.get());
    if (jv_is_valid(second)) {
      jv_free(first);
      jv_free(second);
      return {Output::Kind::several};
    }
    if (jv_invalid_has_msg(jv_copy(second)) == 0 && jq_halted(state_.get()) == 0) {
      jv_free(second);
      return {Output::Kind::one, first};
    }
    jv_free(first);
    first = second;
  }
  if (jv_invalid_has_msg(jv_copy(first)) != 0) return {Output::Kind::error, jv_null(), text_of(jv_invalid_get_msg(first))};
  jv_free(first);
  if (jq_halted(state_.get()) == 0) return {Output::Kind::none};
  return {Output::Kind::error, jv_null(), "halt is not for programs that run here."};
}

}  // namespace millrace::transform
