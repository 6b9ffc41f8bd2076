#include "rest/operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace millrace::rest {
namespace {

using http::Method;

constexpr Parameter kAt{"at", "query", R"({"anyOf":[{"type":"integer"},{"type":"string","format":"date-time"}]})",
                        "The instant to read at: milliseconds since 1970 or RFC 3339. Absent: now."};
constexpr Parameter kLimit{"limit", "query", R"({"type":"integer","minimum":0,"maximum":10000,"default":100})",
                           "How many there are at most in the answer."};
constexpr Parameter kListLimit{kLimit.name, kLimit.in, kLimit.schema,
                               "How many there are at most in the answer. As NDJSON: as many as one likes, all when absent."};
constexpr Parameter kAfter{
    "after", "query", R"({"type":"string","pattern":"^[A-H][A-Za-z0-9_-]{10}[A-H][A-Za-z0-9_-]{10}$"})",
    "The cursor of the next page, out of the `Link` header of the page before, with the instant that the first page was read at."};
constexpr Parameter kIds{.name = "ids",
                         .in = "query",
                         .schema = R"({"type":"string","pattern":"^[^,]+(,[^,]+)*$"})",
                         .meaning = "The ids, separated by commas; or `ids` several times.",
                         .is_required = true};
constexpr Parameter kPartial{.name = "partial",
                             .in = "query",
                             .schema = R"({"type":"boolean","default":false})",
                             .meaning = "`true`: each item stands for itself, and the answer is a result per item.",
                             .is_told_in_words = true};
constexpr Parameter kIfMatch{.name = "If-Match",
                             .in = "header",
                             .schema = R"({"type":"string"})",
                             .meaning = "ETags (`\"3\"`, a list, or `*`): only when the version is one of them. Else 412.",
                             .is_told_in_words = true};
constexpr Parameter kIfNoneMatch{.name = "If-None-Match",
                                 .in = "header",
                                 .schema = R"({"type":"string"})",
                                 .meaning = "ETags, or `*`: only when the version is none of them. Else 304 for a read, 412 for a write."};
constexpr Parameter kIfNoneMatchToWrite{.name = kIfNoneMatch.name,
                                        .in = kIfNoneMatch.in,
                                        .schema = kIfNoneMatch.schema,
                                        .meaning = kIfNoneMatch.meaning,
                                        .is_told_in_words = true};
constexpr Parameter kIdempotencyKey{.name = "Idempotency-Key",
                                    .in = "header",
                                    .schema = R"({"type":"string","minLength":1,"maxLength":255})",
                                    .meaning =
                                        "A name for this request. Sent again with the same body it creates nothing and gets the first "
                                        "answer; with another body 422. Kept as long as the document lives.",
                                    .is_told_in_words = true};

constexpr Parameter kAfterPosition{.name = "after",
                                   .in = "query",
                                   .schema = R"({"anyOf":[{"type":"integer","minimum":0},{"type":"string","enum":["now"]}],"default":0})",
                                   .meaning =
                                       "The position after which to begin: 0, the one of the last line that was read, an `X-Position`; or "
                                       "`now`. Beyond the feed's last: 400.",
                                   .is_told_in_words = true};
constexpr Parameter kChangesLimit{"limit", "query", R"({"type":"integer","minimum":0,"maximum":10000})",
                                  "How many versions at most; absent: 100, or as many as there come for who follows."};
constexpr Parameter kSnapshot{
    .name = "snapshot",
    .in = "query",
    .schema = R"({"type":"boolean","default":false})",
    .meaning = "`true`, without `after` and `limit`: first the newest version of every document there is, then what changes from there on.",
    .is_told_in_words = true};
constexpr Parameter kFollow{.name = "follow",
                            .in = "query",
                            .schema = R"({"type":"boolean","default":false})",
                            .meaning = "`true`: the answer does not end; each change comes as soon as it is committed.",
                            .is_told_in_words = true};
constexpr Parameter kWait{.name = "wait",
                          .in = "query",
                          .schema = R"({"type":"string"})",
                          .meaning = "How long to wait where there is no change to give: `30s`, at most a minute.",
                          .is_told_in_words = true};
constexpr Parameter kLastEventId{.name = "Last-Event-ID",
                                 .in = "header",
                                 .schema = R"({"type":"integer","minimum":0})",
                                 .meaning = "The same as `after`, and goes before it: what a browser sends that comes again.",
                                 .is_told_in_words = true};

constexpr Parameter kMax{"max", "query", R"({"type":"integer","minimum":1,"maximum":10000,"default":100})", "How many versions at most."};
constexpr Parameter kLease{.name = "lease",
                           .in = "query",
                           .schema = R"({"type":"string"})",
                           .meaning = "For how long they are this worker's alone: `30s` when absent, at most `12h`.",
                           .is_told_in_words = true};
constexpr Parameter kClaimWait{.name = "wait",
                               .in = "query",
                               .schema = R"({"type":"string"})",
                               .meaning = "How long to wait where there is nothing to hand out: `30s`, at most a minute.",
                               .is_told_in_words = true};
constexpr Parameter kFrom{
    .name = "from",
    .in = "query",
    .schema = R"({"type":"string"})",
    .meaning = "Where a consumer begins that is not there yet: `beginning` (when absent), `now`, or the first position.",
    .is_told_in_words = true};
constexpr Parameter kAttempts{"attempts", "query", R"({"type":"integer","minimum":1,"maximum":1000})",
                              "How often a version is handed out before it is parked, from now on: 5 at first."};
constexpr Parameter kParkedLimit{"limit", "query", R"({"type":"integer","minimum":0,"maximum":10000,"default":100})",
                                 "How many parked versions at most."};
constexpr Parameter kParkedAfter{"after", "query", R"({"type":"integer","minimum":0,"maximum":9007199254740991,"default":0})",
                                 "The position behind which they begin: the last of the answer before."};

constexpr Parameter kScope{"scope", "query", R"({"type":"string"})",
                           "Whose it is, as the list of consumers says, for those who see the whole feed; absent: the caller's own."};

constexpr Parameter kOfList[] = {kListLimit, kAfter, kAt};
constexpr Parameter kOfHistory[] = {kLimit, kAfter, kAt};
constexpr Parameter kOfCreate[] = {kIdempotencyKey};
constexpr Parameter kOfRead[] = {kAt, kIfMatch, kIfNoneMatch};
constexpr Parameter kOfWrite[] = {kIfMatch, kIfNoneMatchToWrite};
constexpr Parameter kOfBulkRead[] = {kIds, kAt};
constexpr Parameter kOfBulkCreate[] = {kPartial};
constexpr Parameter kOfChanges[] = {kAfterPosition, kChangesLimit, kSnapshot, kFollow, kWait, kLastEventId};
constexpr Parameter kOfClaim[] = {kMax, kLease, kClaimWait, kFrom, kAttempts};
constexpr Parameter kOfConsumer[] = {kParkedLimit, kParkedAfter, kScope};
constexpr Parameter kOfConsumerDelete[] = {kScope};

constexpr int kNone[] = {400};
constexpr int kFailuresOfBulkRead[] = {400, 413};
constexpr int kFailuresOfCreate[] = {400, 409, 413, 415, 422};
constexpr int kFailuresOfRead[] = {400, 404, 412};
constexpr int kFailuresOfWrite[] = {400, 404, 409, 412, 413, 415, 422};
constexpr int kFailuresOfRemove[] = {400, 404, 409, 412};
constexpr int kFailuresOfHistory[] = {400, 404};

constexpr int kFailuresOfClaim[] = {400, 404, 409};
constexpr int kFailuresOfAck[] = {400, 404, 409, 413, 415, 422};
constexpr int kFailuresOfNack[] = {400, 404, 409, 413, 415};
constexpr int kFailuresOfConsumer[] = {400, 404};

constexpr Operation kOperations[] = {
    {OperationId::list, "list", Method::get, Target::collection, "List documents",
     "Newest first. `name=x` filters by a field, `timestamp_gte=x` by a comparison; all that are given must hold. `Link` with "
     "`rel=\"next\"` "
     "leads to the next page, which is read as of the first: what is written in between is on none of them twice. As NDJSON, where "
     "`Accept` "
     "likes `application/x-ndjson` better, all of it is streamed, a document a line, as of one instant.",
     kOfList, kNone, true},
    {OperationId::create, "create", Method::post, Target::collection, "Create a document",
     "The id is the document's own `id` where its schema allows one, else a new UUIDv7.", kOfCreate, kFailuresOfCreate},
    {OperationId::read, "read", Method::get, Target::document, "Read a document", "Its newest version, or the newest at an instant.",
     kOfRead, kFailuresOfRead},
    {OperationId::update, "update", Method::put, Target::document, "Replace a document", "The body becomes its next version.", kOfWrite,
     kFailuresOfWrite},
    {OperationId::patch, "patch", Method::patch, Target::document, "Change a document",
     "JSON Merge Patch (RFC 7396), as `application/json` too: members replace those of the document, `null` takes one away. The result "
     "must fit the schema. Without "
     "`If-Match` a change that another writer came before is made on what that one left.",
     kOfWrite, kFailuresOfWrite},
    {OperationId::remove, "delete", Method::delete_, Target::document, "Delete a document",
     "Its versions stay in its history, and in reads at an earlier instant.", kOfWrite, kFailuresOfRemove},
    {OperationId::history, "history", Method::get, Target::history, "Read every version of a document",
     "Newest first, the one that deleted it included.", kOfHistory, kFailuresOfHistory},
    {OperationId::lifecycle,
     "lifecycle",
     Method::get,
     Target::lifecycle,
     "Read what became of a document",
     "In the order in which it happened: its versions, each attempt of a processor, each outcome and its versions, what is still to come.",
     {},
     kFailuresOfHistory},
    {OperationId::bulk_read, "bulk_read", Method::get, Target::bulk, "Read many documents",
     "In the order asked; those that are not there are left out.", kOfBulkRead, kFailuresOfBulkRead},
    {OperationId::bulk_create, "bulk_create", Method::post, Target::bulk, "Create many documents",
     "A JSON array, or NDJSON with a document a line. All or nothing, unless `partial=true`.", kOfBulkCreate, kFailuresOfCreate},
    {OperationId::changes, "changes", Method::get, Target::changes, "Read the change feed",
     "Every version of every document in the order in which they were committed, a line each; filtered as lists are. As server-sent events "
     "where `Accept` likes `text/event-stream` better.",
     kOfChanges, kNone, true},
    {OperationId::consumer_list,
     "consumer_list",
     Method::get,
     Target::consumers,
     "List consumers",
     "How far each has come, and what it holds.",
     {},
     kNone},
    {OperationId::consumer_read, "consumer_read", Method::get, Target::consumer, "Read a consumer",
     "How far it has come, its leases, and the versions that are parked with the reasons.", kOfConsumer, kFailuresOfConsumer},
    {OperationId::consumer_delete, "consumer_delete", Method::delete_, Target::consumer, "Delete a consumer",
     "Its progress is gone; a claim under the name makes another one.", kOfConsumerDelete, kFailuresOfConsumer},
    {OperationId::claim, "claim", Method::post, Target::claim, "Claim versions",
     "The next versions for one worker, in order, for the time of a lease; the first claim makes the consumer. Filters are those of lists: "
     "a "
     "consumer keeps those of its first claim, and others get 409. `token` names the lease; it is null where there is nothing.",
     kOfClaim, kFailuresOfClaim},
    {OperationId::ack,
     "ack",
     Method::post,
     Target::ack,
     "Acknowledge versions",
     "They are done with. `results` are created in the entity `to`, each once, before the progress is kept. 409: the lease ran out.",
     {},
     kFailuresOfAck},
    {OperationId::nack,
     "nack",
     Method::post,
     Target::nack,
     "Give versions back",
     "They are handed out again, after `delay`; after the last attempt they are parked with the `reason`.",
     {},
     kFailuresOfNack},
    {OperationId::extend,
     "extend",
     Method::post,
     Target::extend,
     "Extend a lease",
     "It begins anew, for the time of `lease`.",
     {},
     kFailuresOfNack},
    {OperationId::release,
     "release",
     Method::post,
     Target::release,
     "Release a parked version",
     "It is handed out as if for the first time. `all` in place of a position: all of them.",
     {},
     kFailuresOfConsumer},
};

constexpr Target kTargets[] = {Target::collection, Target::document,  Target::history,  Target::lifecycle, Target::bulk,
                               Target::changes,    Target::consumers, Target::consumer, Target::claim,     Target::ack,
                               Target::nack,       Target::extend,    Target::release};

constexpr FailureStatus kFailures[] = {
    {400, true, "The request cannot be understood: not JSON (with line and column), a duplicate key, bad UTF-8, a parameter."},
    {404, false, "There is no such document, or none at that instant; no such consumer."},
    {409, false,
     "A document with this id is there already, or writers came before this one too often; a lease ran out, or its token is another's."},
    {412, false, "A precondition did not hold."},
    {413, false, "The body is over its limit, or the documents asked for are more than one answer may bring."},
    {415, false, "The body's media type is not read here."},
    {422, false, "The document breaks its JSON Schema (`errors` lists every place), or the idempotency key was used for another."},
    {503, true, "Too much is under way, or the storage is away: try again after `Retry-After` seconds."},
};

/// Whether an immutable entity has it not.
bool changes(const Operation& operation) {
  if (operation.target == Target::consumer) return false;
  return operation.method == Method::put || operation.method == Method::patch || operation.method == Method::delete_;
}

void append_operations(std::string& out) {
  out += "\n| request | operationId | does | may fail with |\n| --- | --- | --- | --- |\n";
  for (const Operation& operation : kOperations)
    fmt::format_to(std::back_inserter(out), "| `{} {}` | `{}` | **{}.** {} | {} |\n", http::to_string(operation.method),
                   operation.target == Target::collection ? std::string_view("/") : path_template(operation.target), operation.name,
                   operation.summary, operation.meaning, fmt::join(operation.fails_with, ", "));
}

void append_parameters(std::string& out) {
  out += "\n| parameter | in | of | meaning |\n| --- | --- | --- | --- |\n";
  for (const Parameter& parameter :
       {kAt,           kListLimit,   kLimit,  kAfter, kIds,         kPartial, kIfMatch, kIfNoneMatch, kIdempotencyKey, kAfterPosition,
        kChangesLimit, kSnapshot,    kFollow, kWait,  kLastEventId, kMax,     kLease,   kClaimWait,   kFrom,           kAttempts,
        kParkedLimit,  kParkedAfter, kScope}) {
    std::vector<std::string_view> users;
    for (const Operation& operation : kOperations)
      if (std::ranges::find(operation.takes, parameter.meaning, &Parameter::meaning) != operation.takes.end())
        users.push_back(operation.name);
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} | {} |\n", parameter.name, parameter.in, fmt::join(users, ", "),
                   parameter.meaning);
  }
}

void append_failures(std::string& out) {
  out += "\n| status | meaning |\n| --- | --- |\n";
  for (const FailureStatus& failure : kFailures) fmt::format_to(std::back_inserter(out), "| {} | {} |\n", failure.status, failure.meaning);
}

}  // namespace

std::span<const Operation> operations() {
  return kOperations;
}

std::span<const Target> targets() {
  return kTargets;
}

std::span<const FailureStatus> failure_statuses() {
  return kFailures;
}

const Operation* find_operation(Target target, Method method, bool immutable) {
  if (method == Method::head) method = Method::get;
  for (const Operation& operation : kOperations)
    if (operation.target == target && operation.method == method && !(immutable && changes(operation))) return &operation;
  return nullptr;
}

std::string allowed_methods(Target target, bool immutable) {
  std::string methods;
  for (const Operation& operation : kOperations) {
    if (operation.target != target || (immutable && changes(operation))) continue;
    methods.append(http::to_string(operation.method)).append(operation.method == Method::get ? ", HEAD, " : ", ");
  }
  return methods + "OPTIONS";
}

std::string_view path_template(Target target) {
  switch (target) {
    case Target::collection: return "";
    case Target::document: return "/{id}";
    case Target::history: return "/{id}/history";
    case Target::lifecycle: return "/{id}/lifecycle";
    case Target::bulk: return "/bulk";
    case Target::changes: return "/changes";
    case Target::consumers: return "/consumers";
    case Target::consumer: return "/consumers/{name}";
    case Target::claim: return "/consumers/{name}/claim";
    case Target::ack: return "/consumers/{name}/ack";
    case Target::nack: return "/consumers/{name}/nack";
    case Target::extend: return "/consumers/{name}/extend";
    case Target::release: return "/consumers/{name}/parked/{position}/release";
  }
  return {};
}

std::string rest_reference() {
  std::string out;
  append_operations(out);
  append_parameters(out);
  append_failures(out);
  return out;
}

}  // namespace millrace::rest
