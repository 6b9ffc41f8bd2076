// Path expressions: what stands between ${ and }, and before = in a field. Dots outside quotes separate keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hocon/lexer.hpp"
#include "hocon/problems.hpp"

namespace millrace::hocon {

struct Key {
  std::string text;
  Spot spot;
};

/// Takes the tokens of one path, in order.
class KeyPathBuilder {
 public:
  /// Requires: token.is_simple().
  void add(const Token& token);
  /// The keys; empty after reporting one that is empty without being quoted.
  std::vector<Key> take(Problems& problems);

 private:
  struct Element {
    Key key;
    bool is_quoted = false;
  };

  void add_dotted(const Token& token);
  void add_to_last(std::string_view text, Spot spot);

  std::vector<Element> elements_;
};

KeyPath texts(const std::vector<Key>& keys);

}  // namespace millrace::hocon
