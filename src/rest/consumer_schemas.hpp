// What requests about consumers and their answers look like, for the OpenAPI document.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "consumers/results.hpp"
#include "rest/operations.hpp"

namespace millrace::rest {

inline constexpr std::string_view kNackSchema =
    R"({"type":"object","additionalProperties":false,"required":["token"],"properties":{"token":{"type":"string"},)"
    R"("positions":{"type":"array","items":{"type":"integer","minimum":1,"maximum":9007199254740991}},"all":{"const":true},)"
    R"("reason":{"type":"string","description":"Kept with what is parked, up to 256 bytes."},)"
    R"("delay":{"type":"string","pattern":"^[0-9]{1,6}s$","description":"Before they are handed out again: `5s`, up to 30 days."}},)"
    R"("oneOf":[{"required":["positions"]},{"required":["all"]}]})";

inline constexpr std::string_view kExtensionSchema =
    R"({"type":"object","additionalProperties":false,"required":["token"],"properties":{"token":{"type":"string"},)"
    R"("lease":{"type":"string","pattern":"^[1-9][0-9]{0,3}s$","default":"30s","description":"Up to 12 hours, from now."}}})";

/// Of an acknowledgement, with the entities that results may be written to.
std::string ack_schema(std::span<const consumers::Target> targets);

/// Of the answer to an operation on consumers; `name`: the component of the entity.
std::string consumer_answer(OperationId operation, std::string_view name);

/// The parameters in a path, as OpenAPI has them.
std::string path_parameters(Target target);

}  // namespace millrace::rest
