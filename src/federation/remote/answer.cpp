#include "federation/remote/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"
#include "graphql/execution/wire.hpp"

namespace millrace::federation {
namespace {

NoAnswer malformed(std::string reason) {
  return {{ErrorKind::unavailable, "remote.answer", {}}, std::move(reason)};
}

/// The number of "k12"; nothing when it is none of ours.
std::optional<std::size_t> alias_of(std::string_view key, std::size_t aliases) {
  std::size_t number = 0;
  if (!key.starts_with('k')) return std::nullopt;
  const auto [stop, error] = std::from_chars(key.data() + 1, key.data() + key.size(), number);
  if (error != std::errc() || stop != key.data() + key.size() || number >= aliases) return std::nullopt;
  return number;
}

bool may_be_object(std::string_view value) {
  return value == "null" || value.starts_with('{') || value.starts_with('[');
}

/// The steps of an error's path after its alias, in the client's names.
std::string path_below(json::Value path) {
  std::string below;
  for (json::Value step = path.first().after(); !(step == path.end()); step = step.after()) {
    if (step.is(json::Kind::number)) {
      below.append(below.empty() ? "" : ",").append(step.text());
    } else if (step.is(json::Kind::string)) {
      const std::string key = step.string();
      if (graphql::is_wire_member(key)) break;  // nobody else has selected it
      const bool is_index = !key.empty() && std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; });  // some write it so
      below.append(below.empty() ? "" : ",").append(is_index ? key : json::quoted(graphql::response_key(key)));
    }
  }
  return below;
}

class Reader {
 public:
  Reader(std::size_t aliases, std::string_view service) : aliases_(aliases), service_(service) {}

  std::expected<RemoteAnswer, NoAnswer> read(std::string body) {
    auto text = std::make_shared<std::string>(std::move(body));
    auto document = json::parse(*text);
    if (!document) return std::unexpected(malformed("The answer is no JSON: " + document.error().message));
    const json::Value root = document->root();
    const auto data = root.find("data");
    const auto errors = root.find("errors");
    if (!data || !data->is(json::Kind::object)) {
      if (!errors || !names_alias(*errors)) return std::unexpected(no_data(errors));
      return all_null(*errors);
    }
    if (data->node().canonical) {
      read_data(data->text());
    } else {
      auto canonical = std::make_shared<std::string>();
      json::append_canonical(*canonical, *data);
      read_data(*canonical);
      answer_.owner = std::move(canonical);
    }
    if (!problem_.empty()) return std::unexpected(malformed(std::move(problem_)));
    if (errors && errors->is(json::Kind::array)) read_errors(*errors);
    if (!answer_.owner) answer_.owner = std::move(text);
    return std::move(answer_);
  }

 private:
  std::optional<std::size_t> alias_in(json::Value error) const {
    const auto path = error.find("path");
    const auto first = path && path->is(json::Kind::array) && path->size() > 0 ? std::optional(path->first()) : std::nullopt;
    return first && first->is(json::Kind::string) ? alias_of(first->string(), aliases_) : std::nullopt;
  }

  bool names_alias(json::Value errors) const {
    if (!errors.is(json::Kind::array)) return false;
    for (json::Value error = errors.first(); !(error == errors.end()); error = error.after())
      if (alias_in(error)) return true;
    return false;
  }

  /// It was executed, and one alias's null took the others with it.
  RemoteAnswer all_null(json::Value errors) {
    answer_.values.assign(aliases_, "null");
    answer_.is_null = true;
    read_errors(errors);
    return std::move(answer_);
  }

  static NoAnswer no_data(const std::optional<json::Value>& errors) {
    if (!errors || !errors->is(json::Kind::array) || errors->size() == 0) return malformed("The answer is no GraphQL response.");
    NoAnswer refused{{ErrorKind::unavailable, "remote.refused", {}}, message_of(errors->first()), true};
    return refused;
  }

  static std::string message_of(json::Value error) {
    const auto message = error.find("message");
    return message && message->is(json::Kind::string) ? message->string() : std::string("It gave no reason.");
  }

  void read_data(std::string_view data) {
    answer_.values.resize(aliases_);
    json::Members members(data);
    for (std::string_view key, value; members.next(key, value);)
      if (const auto alias = alias_of(key.substr(1, key.size() - 2), aliases_)) answer_.values[*alias] = value;
    for (std::size_t i = 0; i < aliases_ && problem_.empty(); ++i) {
      if (answer_.values[i].empty()) {
        problem_ = fmt::format("The answer has no \"k{}\", which was asked for.", i);
      } else if (!may_be_object(answer_.values[i])) {
        problem_ = "The answer has a value where an object was asked for.";
      }
    }
  }

  void read_errors(json::Value errors) {
    for (json::Value error = errors.first(); !(error == errors.end()); error = error.after()) {
      if (const auto alias = alias_in(error)) {
        add_error(*alias, path_below(*error.find("path")), error);
      } else {
        add_everywhere(error);
      }
    }
  }

  /// It does not say where: then it is the reason for whatever is null, or else counts once.
  void add_everywhere(json::Value error) {
    bool is_added = false;
    for (std::size_t i = 0; i < aliases_; ++i) {
      if (answer_.values[i] != "null" && (is_added || i + 1 < aliases_)) continue;
      add_error(i, {}, error);
      is_added = true;
    }
  }

  void add_error(std::size_t alias, std::string path, json::Value error) {
    const std::string message = message_of(error);
    std::string cause;
    if (const auto extensions = error.find("extensions"); extensions && extensions->is(json::Kind::object))
      json::append_canonical(cause, *extensions);
    answer_.errors.emplace(alias, AliasError{std::move(path), Error{ErrorKind::unavailable, "remote.error", message},
                                             remote_extensions(service_, message, cause)});
  }

  const std::size_t aliases_;
  const std::string_view service_;
  RemoteAnswer answer_;
  std::string problem_;
};

}  // namespace

std::optional<std::size_t> RemoteAnswer::culprit() const {
  if (errors.empty() || errors.begin()->first != std::prev(errors.end())->first) return std::nullopt;
  return errors.begin()->first;
}

std::expected<RemoteAnswer, NoAnswer> read_answer(std::string body, std::size_t aliases, std::string_view service) {
  return Reader(aliases, service).read(std::move(body));
}

std::string remote_extensions(std::string_view service, std::string_view reason, std::string_view cause) {
  std::string members = "\"service\":" + json::quoted(service) + ",\"reason\":" + json::quoted(reason);
  if (!cause.empty()) members.append(",\"cause\":").append(cause);
  return members;
}

}  // namespace millrace::federation
