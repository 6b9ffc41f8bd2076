// `rules`, `tokens` and `audit` of the config, as they are written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/rules.hpp"
#include "base/problem.hpp"

namespace millrace::app {

struct RuleConfig {
  access::Rule rule;
  Place place;
  Place where_place;
  Place fields_place;
};

struct RulesConfig {
  std::optional<Place> place = {};  // of the list; nothing: there is none, and everybody may everything
  std::string entity = {};          // of rules at the top: its path
  std::vector<RuleConfig> rules = {};
  bool has_tokens = false;
  bool is_audited = false;
};

}  // namespace millrace::app
