// The bodies of requests about consumers.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "base/json/document.hpp"
#include "consumers/consumers.hpp"

namespace millrace::rest {

// How long a lease may be.
inline constexpr std::chrono::milliseconds kLeaseMin{1};
inline constexpr std::chrono::milliseconds kLeaseMax = std::chrono::hours(12);
inline constexpr std::chrono::milliseconds kDelayMax = std::chrono::hours(24 * 30);

/// {"token", "positions" | "all", "results": [{"position", "document"}], "to"}. Its results point into the body, its target into `targets`.
/// Error "consumer.body" (invalid_argument) names the member.
Result<consumers::AckAsked> read_ack(const json::Value& body, std::span<const consumers::Target> targets);

/// {"token", "positions" | "all", "reason", "delay"}.
Result<consumers::NackAsked> read_nack(const json::Value& body);

struct Extension {
  std::string token;
  std::chrono::milliseconds lease{30'000};
};
/// {"token", "lease"}.
Result<Extension> read_extension(const json::Value& body);

}  // namespace millrace::rest
