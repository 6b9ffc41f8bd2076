#include "graphql/execution/object_tree.hpp"

#include <algorithm>

#include "base/json/slices.hpp"

namespace millrace::graphql {

namespace {

/// Objects of one set mostly have the same members in the same order: what the first one's were is tried first.
class Projector {
 public:
  explicit Projector(ObjectSet& set) : slots_(set.selection->slots), out_(set.slots), has_followers_(set.texts.size() > 1) {
    out_.reserve(set.texts.size() * slots_.size());
    if (has_followers_) members_.reserve(2 * slots_.size());
  }

  void add(std::string_view object) {
    const std::size_t begin = out_.size();
    out_.resize(begin + slots_.size());
    if (slots_.empty() || json::kind_of(object) != json::Kind::object) return;
    json::Members members(object);
    std::string_view key, value;
    std::size_t left = slots_.size();
    for (std::size_t place = 0; left > 0; ++place) {
      std::size_t slot = kNone;
      if (place < members_.size() && members.next_is(members_[place].key, value)) {
        slot = members_[place].slot;
      } else if (members.next(key, value)) {
        slot = slot_of(place, key);
      } else {
        break;
      }
      if (slot == kNone) continue;
      out_[begin + slot] = value;
      --left;
    }
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;
  struct Member {
    std::string_view key;
    std::size_t slot = kNone;
  };

  std::size_t slot_of(std::size_t place, std::string_view key) {
    const auto found = std::ranges::find(slots_, key);
    const std::size_t slot = found == slots_.end() ? kNone : static_cast<std::size_t>(found - slots_.begin());
    if (has_followers_ && place == members_.size()) members_.push_back({key, slot});
    return slot;
  }

  const std::vector<std::string>& slots_;
  std::vector<std::string_view>& out_;
  const bool has_followers_;
  std::vector<Member> members_;  // of the first object, by place
};

}  // namespace

void project(ObjectSet& set) {
  Projector projector(set);
  for (const std::string_view text : set.texts) projector.add(text);
}

namespace {

bool declares_every_member(const Type& type, std::string_view object) {
  json::Members members(object);
  std::string_view key, value;
  while (members.next(key, value))
    if (!key.starts_with("\"#") && type.field(key.substr(1, key.size() - 2)) == nullptr) return false;
  return true;
}

}  // namespace

const Type* runtime_type(const Type& abstract, std::string_view object) {
  std::string_view name = json::member(object, "\"__typename\"");
  const Type* fitting = nullptr;
  for (const Type* possible : abstract.possible) {
    if (name.starts_with('"')) {
      if (name.size() == possible->name.size() + 2 && name.substr(1, name.size() - 2) == possible->name) return possible;
    } else if (declares_every_member(*possible, object)) {
      if (fitting != nullptr) return nullptr;
      fitting = possible;
    }
  }
  return fitting;
}

const PlannedSelection* selection_of(const PlannedField& field, std::string_view object) {
  const Type& named = *field.field->type.named;
  if (!named.is_abstract()) return field.selections.front();
  const Type* type = runtime_type(named, object);
  return type == nullptr ? nullptr : field.selection_for(*type);
}

}  // namespace millrace::graphql
