#include "rest/consumer_schemas.hpp"

#include <fmt/format.h>

#include "base/json/canonical.hpp"

namespace millrace::rest {
namespace {

constexpr std::string_view kConsumer =
    R"("name":{"type":"string"},"filter":{"type":"string"},"cursor":{"type":"integer"},"head":{"type":"integer"},)"
    R"("lag":{"type":"integer","description":"Versions that are not done with, before and behind the cursor."},)"
    R"("acknowledged":{"type":"integer"},"in_flight":{"type":"integer"},"due":{"type":"integer"},"delayed":{"type":"integer"},)"
    R"("parked":{"type":"integer"},"attempts":{"type":"integer"},"oldest_open":{"type":["string","null"],"format":"date-time"},)"
    R"("oldest_age_seconds":{"type":"number"})";

constexpr std::string_view kRequired =
    R"("required":["name","filter","cursor","head","lag","acknowledged","in_flight","due","delayed","parked","attempts","oldest_open",)"
    R"("oldest_age_seconds"])";

std::string object(std::string_view properties, std::string_view required) {
  return fmt::format(R"({{"type":"object",{},"properties":{{{}}}}})", required, properties);
}

std::string counted(std::string_view name) {
  return object(fmt::format(R"("{}":{{"type":"integer"}})", name), fmt::format(R"("required":["{}"])", name));
}

std::string claim_answer(std::string_view name) {
  const std::string event = object(
      fmt::format(
          R"("position":{{"type":"integer"}},"id":{{"type":"string"}},"version":{{"type":"integer"}},)"
          R"("recorded_at":{{"type":"string","format":"date-time"}},"deleted":{{"type":"boolean"}},"attempt":{{"type":"integer",)"
          R"("minimum":1}},"document":{{"anyOf":[{{"$ref":"#/components/schemas/{}"}},{{"type":"null"}}]}},"author":{{"type":"object"}})",
          name),
      R"("required":["position","id","version","recorded_at","deleted","attempt","document"])");
  return object(fmt::format(R"("token":{{"type":["string","null"]}},"lease_until":{{"type":["string","null"],"format":"date-time"}},)"
                            R"("events":{{"type":"array","items":{}}})",
                            event),
                R"("required":["token","lease_until","events"])");
}

constexpr std::string_view kParameter = R"({{"name":"{}","in":"path","required":true,"description":"{}","schema":{{"type":{},{}}}}})";

}  // namespace

std::string ack_schema(std::span<const consumers::Target> targets) {
  std::string paths;
  for (const consumers::Target& target : targets) paths.append(paths.empty() ? "" : ",").append(json::quoted(target.path));
  return fmt::format(
      R"({{"type":"object","additionalProperties":false,"required":["token"],"properties":{{"token":{{"type":"string"}},)"
      R"("positions":{{"type":"array","items":{{"type":"integer","minimum":1,"maximum":9007199254740991}}}},"all":{{"const":true}},)"
      R"("results":{{"type":"array","items":{{"type":"object","additionalProperties":false,"required":["position","document"],)"
      R"("properties":{{"position":{{"type":"integer","minimum":1,"maximum":9007199254740991}},"document":{{"type":"object"}}}}}}}},)"
      R"("to":{{"type":"string","enum":[{}],"description":"The entity of the results."}}}},"oneOf":[{{"required":["positions"]}},)"
      R"({{"required":["all"]}},{{"required":["results"],"not":{{"anyOf":[{{"required":["positions"]}},{{"required":["all"]}}]}}}}],)"
      R"("dependentRequired":{{"results":["to"]}}}})",
      paths);
}

std::string consumer_answer(OperationId operation, std::string_view name) {
  const std::string one = object(kConsumer, kRequired);
  switch (operation) {
    case OperationId::consumer_list:
      return fmt::format(
          R"({{"type":"array","items":{}}})",
          object(std::string(kConsumer) + R"(,"scope":{"type":"string","description":"Where it is not the caller's own."})", kRequired));
    case OperationId::consumer_read:
      return object(std::string(kConsumer) + R"(,"leases":{"type":"array","items":{"type":"object"}},)"
                                             R"("parked_events":{"type":"array","items":{"type":"object","required":["position",)"
                                             R"("attempts","reason","since"]}})",
                    kRequired);
    case OperationId::consumer_delete:
      return object(R"("name":{"type":"string"},"status":{"const":"deleted"})", R"("required":["status"])");
    case OperationId::claim: return claim_answer(name);
    case OperationId::ack:
      return object(R"("acknowledged":{"type":"integer"},"results":{"type":"array","items":{"type":"object","required":["position","id",)"
                    R"("created"],"properties":{"position":{"type":"integer"},"id":{"type":"string"},"created":{"type":"boolean"}}}})",
                    R"("required":["acknowledged","results"])");
    case OperationId::nack: return counted("returned");
    case OperationId::extend: return object(R"("lease_until":{"type":"string","format":"date-time"})", R"("required":["lease_until"])");
    default: return counted("released");
  }
}

std::string path_parameters(Target target) {
  using enum Target;
  if (target == document || target == history || target == lifecycle)
    return fmt::format(kParameter, "id", "The document's id.", R"("string")", R"("minLength":1,"maxLength":255)");
  if (target < consumer) return {};
  const std::string name =
      fmt::format(kParameter, "name", "The consumer's name.", R"("string")", R"("pattern":"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$")");
  if (target != release) return name;
  return name + ',' +
         fmt::format(kParameter, "position", "A parked position, or `all`.", R"(["integer","string"])",
                     R"("minimum":1,"maximum":9007199254740991,"pattern":"^all$")");
}

}  // namespace millrace::rest
