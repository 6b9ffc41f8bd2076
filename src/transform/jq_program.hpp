// One compiled jq program, in a process that may die of it.
#pragma once

extern "C" {
#include <jq.h>
#include <jv.h>
}

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::transform {

class JqProgram {
 public:
  struct Output {
    enum class Kind : unsigned char { none, one, several, error };
    Kind kind = Kind::none;
    jv value = jv_null();    // of `one`: the caller frees it
    std::string error = {};  // what the program said
  };

  /// Nothing when it does not compile: `problems` gets jq's messages.
  static std::optional<JqProgram> compile(const std::string& text, std::vector<std::string>& problems);

  /// Takes the input.
  Output run(jv input);

 private:
  struct Teardown {
    void operator()(jq_state* state) const { jq_teardown(&state); }
  };
  using State = std::unique_ptr<jq_state, Teardown>;

  explicit JqProgram(State state) : state_(std::move(state)) {}
  State state_;
};

}  // namespace millrace::transform
