#include "hocon/output.hpp"

namespace millrace::hocon {
namespace {

Kind kind_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::null: return Kind::null;
    case NodeKind::boolean: return Kind::boolean;
    case NodeKind::number: return Kind::number;
    case NodeKind::string: return Kind::string;
    case NodeKind::array: return Kind::array;
    default: return Kind::object;
  }
}

class Output {
 public:
  Output(const Options& options, Problems& problems) : options_(options), problems_(problems) {}

  Value value(const Node& node) {
    Value value;
    value.kind = kind_of(node.kind);
    value.place = node.spot.place();
    value.flag = node.flag;
    if (is_stopped_ || !fits(node)) return value;
    ++depth_;
    if (node.kind == NodeKind::string || node.kind == NodeKind::number) value.text = node.text;
    for (const Node* item : node.items) value.items.push_back(this->value(*item));
    for (const Field& field : node.fields) value.members.push_back(member(field));
    --depth_;
    return value;
  }

 private:
  Member member(const Field& field) {
    Member member = {field.key, field.spot.place(), value(*field.stack.back())};
    member.value.referenced = field.is_referenced;
    return member;
  }

  bool fits(const Node& node) {
    ++values_;
    bytes_ += node.text.size();
    if (values_ > options_.values_max) return stop(node, fmt::format("There are more than {} values.", options_.values_max));
    if (bytes_ > options_.expansion_bytes_max)
      return stop(node, fmt::format("The strings have more than {} bytes.", options_.expansion_bytes_max));
    if (depth_ > options_.depth_max) return stop(node, fmt::format("Values are nested deeper than {}.", options_.depth_max));
    return true;
  }

  bool stop(const Node& node, std::string message) {
    problems_.add(node.spot, std::move(message));
    is_stopped_ = true;
    return false;
  }

  const Options& options_;
  Problems& problems_;
  std::size_t depth_ = 0;
  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
  bool is_stopped_ = false;
};

}  // namespace

Value output(const Node& node, const Options& options, Problems& problems) {
  return Output(options, problems).value(node);
}

}  // namespace millrace::hocon
