#include "store/mongo/connection.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <mutex>

namespace millrace::store::mongo {
namespace {

constexpr std::uint32_t kDuplicate = 11000;

void start_driver() {
  static std::once_flag once;
  std::call_once(once, [] {
    mongoc_init();
    // What it has to say comes with the errors.
    mongoc_log_set_handler([](mongoc_log_level_t, const char*, const char*, void*) {}, nullptr);
  });
}

bool is_timeout(const bson_error_t& error) {
  return error.code == 50 || error.code == 64 || error.code == 262 || std::string_view(error.message).find("timeout") != std::string::npos;
}

/// Whether a command that failed so may have been done: its answer was lost, it is not on the majority yet, or the server steps down.
bool is_in_doubt(const bson_error_t& error) {
  if (error.domain == MONGOC_ERROR_STREAM || error.domain == MONGOC_ERROR_PROTOCOL || error.domain == MONGOC_ERROR_WRITE_CONCERN)
    return true;
  static constexpr std::uint32_t kGoesAway[] = {91, 189, 10'107, 11'600, 11'602, 13'435, 13'436};
  return is_timeout(error) || std::ranges::find(kGoesAway, error.code) != std::end(kGoesAway);
}

struct DestroyUri {
  void operator()(mongoc_uri_t* uri) const { mongoc_uri_destroy(uri); }
};

void set_defaults(mongoc_uri_t* uri, const Pool::Limits& limits) {
  const auto limit = [uri](const char* option, std::int64_t value) {
    if (!mongoc_uri_has_option(uri, option)) mongoc_uri_set_option_as_int32(uri, option, static_cast<std::int32_t>(value));
  };
  limit(MONGOC_URI_SERVERSELECTIONTIMEOUTMS, limits.select.count());
  limit(MONGOC_URI_CONNECTTIMEOUTMS, limits.select.count());
  limit(MONGOC_URI_SOCKETTIMEOUTMS, limits.timeout.count());
  // What was acknowledged is visible to the next read, which a secondary does not promise.
  mongoc_read_prefs_t* const primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);
  mongoc_uri_set_read_prefs_t(uri, primary);
  mongoc_read_prefs_destroy(primary);
  // A write whose answer was lost is looked up by us: the driver's own second try could not be told apart.
  mongoc_uri_set_option_as_bool(uri, MONGOC_URI_RETRYWRITES, false);
  if (mongoc_uri_has_option(uri, MONGOC_URI_W) || mongoc_uri_has_option(uri, MONGOC_URI_JOURNAL)) return;
  mongoc_write_concern_t* concern = mongoc_write_concern_new();
  mongoc_write_concern_set_w(concern, MONGOC_WRITE_CONCERN_W_MAJORITY);
  mongoc_write_concern_set_journal(concern, true);
  mongoc_uri_set_write_concern(uri, concern);
  mongoc_write_concern_destroy(concern);
}

Error not_open(std::string message) {
  return {ErrorKind::invalid_argument, "store.open", std::move(message)};
}

/// Whether a URI may have it; the driver's own questions leave some out.
bool is_option(const std::string& name) {
  const char* const text = name.c_str();
  if (mongoc_uri_option_is_int32(text) || mongoc_uri_option_is_bool(text) || mongoc_uri_option_is_utf8(text)) return true;
  static constexpr const char* kOthers[] = {MONGOC_URI_W, MONGOC_URI_READCONCERNLEVEL, MONGOC_URI_AUTHMECHANISMPROPERTIES,
                                            MONGOC_URI_READPREFERENCETAGS, MONGOC_URI_COMPRESSORS};
  return std::ranges::any_of(kOthers, [text](const char* other) { return ::strcasecmp(text, other) == 0; });
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    is_plain ? out += c : out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string with_options(const Pool::Address& address) {
  std::string uri = address.uri;
  for (const auto& [name, value] : address.options) {
    // Options follow the name of the database, or its place: mongodb://HOSTS/[DATABASE]?OPTIONS.
    const std::size_t scheme = uri.find("://");
    const bool has_slash = scheme != std::string::npos && uri.find('/', scheme + 3) != std::string::npos;
    const char* const first = has_slash ? "?" : "/?";
    uri += uri.find('?') == std::string::npos ? first : "&";
    uri += name + '=' + percent_encoded(value);
  }
  return uri;
}

struct DestroyBulk {
  void operator()(mongoc_bulk_operation_t* bulk) const { mongoc_bulk_operation_destroy(bulk); }
};
using Bulk = std::unique_ptr<mongoc_bulk_operation_t, DestroyBulk>;

/// Whether every error of a bulk write is that a document is there already.
bool only_duplicates(const bson_t& reply) {
  bson_t errors;
  bson_iter_t at;
  if (!child_at(reply, "writeErrors", errors) || !bson_iter_init(&at, &errors)) return false;
  std::size_t count = 0;
  while (bson_iter_next(&at)) {
    bson_iter_t code;
    if (!bson_iter_recurse(&at, &code) || !bson_iter_find(&code, "code") || bson_iter_as_int64(&code) != kDuplicate) return false;
    ++count;
  }
  bson_t concerns;
  return count > 0 && (!child_at(reply, "writeConcernErrors", concerns) || bson_count_keys(&concerns) == 0);
}

Error unreachable() {
  return {ErrorKind::unavailable, "store.unavailable", "The storage cannot be reached."};
}

}  // namespace

/// What a client of the service is told; what the server said goes to the log.
Error Client::failure(const bson_error_t& error) {
  reason_ = error.message;
  may_be_done_ = error.domain != MONGOC_ERROR_SERVER_SELECTION && is_in_doubt(error);
  if (pool_.log()) pool_.log()(fmt::format("MongoDB: {} ({}.{})", error.message, error.domain, error.code));
  if (error.domain == MONGOC_ERROR_SERVER_SELECTION) {
    const std::lock_guard lock(pool_.mutex_);
    pool_.away_reason_ = reason_;
    pool_.away_until_ = std::chrono::steady_clock::now() + pool_.away_;
  }
  if (error.domain == MONGOC_ERROR_SERVER_SELECTION || error.domain == MONGOC_ERROR_CLIENT) return unreachable();
  if (is_timeout(error)) return {ErrorKind::unavailable, "store.timeout", "The storage took too long."};
  if (error.domain == MONGOC_ERROR_STREAM || error.domain == MONGOC_ERROR_PROTOCOL) return unreachable();
  return {ErrorKind::internal, "store.internal", "The storage failed."};
}

Error Client::away() {
  const std::lock_guard lock(pool_.mutex_);
  reason_ = pool_.away_reason_;
  may_be_done_ = false;
  return unreachable();
}

Result<> Client::check_server() {
  if (pool_.is_away()) return Failure(away());
  return {};
}

Result<BulkOutcome> Client::execute(mongoc_bulk_operation_t* bulk) {
  bson_t reply;
  bson_error_t error{};
  const bool written = mongoc_bulk_operation_execute(bulk, &reply, &error) != 0;
  const BulkOutcome outcome{.matched = integer_at(reply, "nMatched"), .was_there = !written && only_duplicates(reply)};
  bson_destroy(&reply);
  if (!written && !outcome.was_there) return Failure(failure(error));
  return outcome;
}

Result<std::unique_ptr<Pool>> Pool::make(const Address& address, std::string database, Limits limits, Log log) {
  start_driver();
  for (const auto& [name, value] : address.options) {
    if (!is_option(name)) return Failure(not_open(fmt::format("MongoDB's driver has no option \"{}\".", name)));
  }
  bson_error_t error{};
  const std::unique_ptr<mongoc_uri_t, DestroyUri> uri(mongoc_uri_new_with_error(with_options(address).c_str(), &error));
  // The text may hold a password, so it is not shown.
  if (!uri) return Failure(not_open(fmt::format("The URI of the MongoDB storage is none: {}.", error.message)));
  const char* named = mongoc_uri_get_database(uri.get());
  if (database.empty() && named != nullptr) database = named;
  if (database.empty()) return Failure(not_open("The URI of the MongoDB storage names no database, and `db` is not given."));
  if (mongoc_write_concern_get_w(mongoc_uri_get_write_concern(uri.get())) == MONGOC_WRITE_CONCERN_W_UNACKNOWLEDGED)
    return Failure(not_open("The MongoDB storage asks for w=0: nobody could say what was written."));
  set_defaults(uri.get(), limits);
  mongoc_client_pool_t* const pool = mongoc_client_pool_new(uri.get());
  if (pool == nullptr) return Failure(not_open("The URI of the MongoDB storage asks for what this build does not have."));
  mongoc_client_pool_max_size(pool, static_cast<std::uint32_t>(limits.clients));
  mongoc_client_pool_set_error_api(pool, MONGOC_ERROR_API_VERSION_2);
  return std::unique_ptr<Pool>(new Pool(pool, std::move(database), limits.away, std::move(log)));
}

struct Client::Collection {
  Collection(const Client& client, const std::string& name)
      : handle(mongoc_client_get_collection(client.client_, client.pool_.database().c_str(), name.c_str())) {}
  ~Collection() { mongoc_collection_destroy(handle); }
  Collection(const Collection&) = delete;
  Collection& operator=(const Collection&) = delete;

  /// A bulk write in any order. Names of members are MongoDB's to judge.
  Bulk bulk() const {
    const Bson options = Bson().boolean("ordered", false);
    return Bulk(mongoc_collection_create_bulk_operation_with_opts(handle, options.get()));
  }

  mongoc_collection_t* const handle;
};

Reading::Reading(Client& client, const std::string& name, const Bson& filter, const Bson& options) : client_(client) {
  if (client.pool_.is_away()) return;
  const Client::Collection collection(client, name);
  cursor_ = mongoc_collection_find_with_opts(collection.handle, filter.get(), options.get(), nullptr);
}

Reading::~Reading() {
  if (cursor_ != nullptr) mongoc_cursor_destroy(cursor_);
}

Result<const bson_t*> Reading::next() {
  if (cursor_ == nullptr) return Failure(client_.away());
  const bson_t* document = nullptr;
  if (mongoc_cursor_next(cursor_, &document)) return document;
  bson_error_t error{};
  if (mongoc_cursor_error(cursor_, &error)) return Failure(client_.failure(error));
  return nullptr;
}

Result<> Client::find(const std::string& name, const Bson& filter, const Bson& options, const std::function<bool(const bson_t&)>& visit) {
  Reading reading(*this, name, filter, options);
  while (true) {
    TRY(const bson_t* const document, reading.next());
    if (document == nullptr || !visit(*document)) return {};
  }
}

Result<BulkOutcome> Client::insert(const std::string& name, const std::vector<Bson>& documents) {
  if (documents.empty()) return BulkOutcome{};
  TRY_OK(check_server());
  const Collection collection(*this, name);
  const Bulk bulk = collection.bulk();
  const Bson unchecked = Bson().boolean("validate", false);
  bson_error_t error{};
  for (const Bson& document : documents) {
    if (!mongoc_bulk_operation_insert_with_opts(bulk.get(), document.get(), unchecked.get(), &error)) return Failure(failure(error));
  }
  return execute(bulk.get());
}

Result<BulkOutcome> Client::replace(const std::string& name, const std::vector<Replacement>& replacements) {
  if (replacements.empty()) return BulkOutcome{};
  TRY_OK(check_server());
  const Collection collection(*this, name);
  const Bulk bulk = collection.bulk();
  const Bson unchecked = Bson().boolean("validate", false);
  bson_error_t error{};
  for (const Replacement& each : replacements) {
    if (!mongoc_bulk_operation_replace_one_with_opts(bulk.get(), each.selector.get(), each.document.get(), unchecked.get(), &error))
      return Failure(failure(error));
  }
  return execute(bulk.get());
}

Result<std::int64_t> Client::update(const std::string& name, const Bson& selector, const Bson& change) {
  TRY_OK(check_server());
  const Collection collection(*this, name);
  bson_t reply;
  bson_error_t error{};
  const bool updated = mongoc_collection_update_one(collection.handle, selector.get(), change.get(), nullptr, &reply, &error);
  const std::int64_t matched = integer_at(reply, "matchedCount");
  bson_destroy(&reply);
  if (!updated) return Failure(failure(error));
  return matched;
}

Result<> Client::command(const Bson& command) {
  TRY_OK(check_server());
  bson_error_t error{};
  if (mongoc_client_command_simple(client_, pool_.database().c_str(), command.get(), nullptr, nullptr, &error)) return {};
  return Failure(failure(error));
}

}  // namespace millrace::store::mongo
