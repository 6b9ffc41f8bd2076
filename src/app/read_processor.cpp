#include "app/read_processor.hpp"

#include <algorithm>

#include "base/uri.hpp"
#include "transform/signature.hpp"

namespace millrace::app {
namespace {

constexpr std::size_t kNameMax = 100;
constexpr std::chrono::milliseconds kTimeoutMin{10};
constexpr std::size_t kMemoryMin = 8u << 20;

bool is_name(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, is_part);
}

std::string read_name(ObjectReader& reader) {
  std::string name = reader.text("name");
  if (!name.empty() && !is_name(name))
    reader.problem(reader.place("name"), fmt::format("{} is \"{:.100}\".", reader.where("name"), name),
                   "Write up to 100 letters, digits, dots, underscores and dashes.");
  return name;
}

ProgramConfig read_program(ObjectReader& reader, std::string_view key) {
  const hocon::Value* value = reader.any(key);
  if (value == nullptr) return {};
  if (value->kind != hocon::Kind::string)
    reader.problem(value->place, fmt::format("{} must be a text: a jq program.", reader.where(key)),
                   fmt::format("Write {} = \"\"\"…\"\"\", so that quotes in it need no backslashes.", key));
  return {value->place, value->text};
}

void read_retry(ObjectReader reader, ProcessorConfig& config) {
  config.attempts = static_cast<std::uint32_t>(reader.number("attempts"));
  config.backoff = reader.duration("backoff");
  config.backoff_max = reader.duration("maxBackoff");
  if (config.backoff_max < config.backoff)
    reader.problem(reader.place("maxBackoff"), fmt::format("{} is less than {}.", reader.where("maxBackoff"), reader.where("backoff")),
                   "The pause begins with the one and grows up to the other.");
}

/// Whether there is a user before the host.
bool names_user(std::string_view url) {
  const std::size_t begin = url.find("://") + 3;
  return url.substr(begin, url.find_first_of("/?#", begin) - begin).contains('@');
}

WebhookConfig read_webhook(ObjectReader& reader) {
  WebhookConfig config;
  const std::string url = reader.text("url");
  const auto split = http::parse_url(url);
  if (split && !names_user(url))
    config.url = *split;
  else if (!url.empty())
    reader.problem(reader.place("url"), fmt::format("{} is \"{:.200}\".", reader.where("url"), without_credentials(url)),
                   "Write http:// or https://, a host, perhaps a port, and a path; no user and password.");
  config.timeout = reader.duration("timeout");
  config.batch = reader.number("batch");
  config.concurrency = reader.number("concurrency");
  const std::string secret = reader.text("secret");
  const auto key = transform::read_secret(secret);
  if (!secret.empty() && !key)
    reader.problem(reader.place("secret"), fmt::format("{} is no secret of Standard Webhooks.", reader.where("secret")),
                   "Write whsec_ and 24 to 64 random bytes in base64: openssl rand -base64 32 makes some.");
  config.key = key.value_or("");
  return config;
}

/// Less would let no program run to its end.
void refuse_too_little(const ProcessorConfig& config, ObjectReader& reader) {
  if (config.timeout < kTimeoutMin)
    reader.problem(reader.place("timeout"), fmt::format("{} is less than 10 ms.", reader.where("timeout")),
                   "Write 10ms or more: a program has a limit, since it could run for ever.");
  if (config.memory_max < kMemoryMin)
    reader.problem(reader.place("memory"), fmt::format("{} is less than 8 MiB.", reader.where("memory")), "Write 8MiB or more.");
  if (config.webhook && config.webhook->batch > config.concurrency)
    reader.problem(reader.place("concurrency"),
                   fmt::format("A batch of {} events never comes together: {} is {}.", config.webhook->batch, reader.where("concurrency"),
                               config.concurrency),
                   "Raise it, or lower webhook.batch.");
}

/// A transform or a webhook, not both.
void refuse_other_than_one(const ProcessorConfig& config, ObjectReader& reader) {
  if (config.transform.text.empty() && !config.webhook)
    reader.problem(reader.place(), fmt::format("{} is missing.", reader.where("transform")),
                   "Say what an event becomes: transform = \"{processed_data: .data}\"; or who makes results: webhook { url = … }.");
  if (!config.transform.text.empty() && config.webhook)
    reader.problem(config.transform.place, fmt::format("{} and {} are both there.", reader.where("transform"), reader.where("webhook")),
                   "Keep one of them: results come from one place.");
}

}  // namespace

ProcessorConfig read_processor(ObjectReader& reader) {
  ProcessorConfig config{.place = reader.place()};
  config.name = read_name(reader);
  config.from = reader.text("from");
  config.from_place = reader.place("from");
  config.to = reader.text("to");
  config.to_place = reader.place("to");
  config.where = read_program(reader, "where");
  config.key = read_program(reader, "key");
  config.transform = read_program(reader, "transform");
  if (auto webhook = reader.object("webhook", kWebhookSection)) config.webhook = read_webhook(*webhook);
  read_retry(reader.optional_object("retry", kRetrySection), config);
  config.age_max = reader.duration("maxAge");
  config.deadline = reader.duration("deadline");
  config.concurrency = reader.number("concurrency");
  config.partitions = reader.number("partitions");
  config.workers = reader.number("workers");
  config.timeout = reader.duration("timeout");
  config.memory_max = reader.size("memory");
  config.output_max = reader.size("outputBytes");
  refuse_too_little(config, reader);
  refuse_other_than_one(config, reader);
  return config;
}

void refuse_second_name(const std::vector<ProcessorConfig>& processors, ObjectReader& reader) {
  const ProcessorConfig& last = processors.back();
  const auto first = std::ranges::find(processors, last.name, &ProcessorConfig::name);
  if (last.name.empty() || &*first == &last) return;
  reader.problem(last.place, fmt::format("Two processors are called \"{}\": this one and that at {}.", last.name, to_string(first->place)),
                 "Give one of them another name.");
}

}  // namespace millrace::app
