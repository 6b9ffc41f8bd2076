#include "sink/message.hpp"

#include <fmt/format.h>

#include <charconv>

namespace millrace::sink {

std::array<Header, 6> headers_of(std::string_view entity, const processing::Event& event) {
  const document::Envelope& envelope = event.envelope();
  return {{{"millrace-entity", std::string(entity)},
           {kPositionHeader, fmt::format("{}", envelope.position)},
           {"millrace-id", event.id()},
           {"millrace-version", fmt::format("{}", envelope.version)},
           {"millrace-recorded-at", to_string(envelope.recorded_at)},
           {"millrace-deleted", envelope.deleted ? "true" : "false"}}};
}

std::string_view body_of(const processing::Event& event) {
  return event.envelope().deleted ? std::string_view() : event.text();
}

std::string message_id(std::string_view entity, document::Position position) {
  return fmt::format("{} {}", entity, position);
}

document::Position position_in(std::string_view message_id, std::string_view entity) {
  if (!message_id.starts_with(entity) || !message_id.substr(entity.size()).starts_with(' ')) return 0;
  const std::string_view digits = message_id.substr(entity.size() + 1);
  document::Position position = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), position);
  return error == std::errc() && end == digits.data() + digits.size() ? position : 0;
}

}  // namespace millrace::sink
