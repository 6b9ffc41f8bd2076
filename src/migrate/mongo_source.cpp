#include "migrate/mongo_source.hpp"

#include <fmt/format.h>

#include "migrate/layout.hpp"
#include "migrate/row_values.hpp"
#include "store/mongo/connection.hpp"
#include "store/mongo/json_text.hpp"

namespace millrace::migrate {
namespace {

namespace mongo = store::mongo;

constexpr std::chrono::seconds kSelectMax{30};
constexpr std::chrono::hours kAnswerMax{6};  // the first documents come when all are sorted

std::optional<Instant> created_at(const bson_iter_t& at) {
  if (!BSON_ITER_HOLDS_DATE_TIME(&at)) return parse_created_at(mongo::plain_text(at));
  return parse_created_at(fmt::format("{}", bson_iter_date_time(&at)));
}

bool deleted(const bson_iter_t& at) {
  return BSON_ITER_HOLDS_BOOL(&at) ? bson_iter_bool(&at) : parse_deleted(mongo::plain_text(at));
}

std::vector<std::string> tokens(const bson_iter_t& at) {
  if (BSON_ITER_HOLDS_NULL(&at)) return {};
  if (!BSON_ITER_HOLDS_ARRAY(&at)) return {mongo::plain_text(at)};
  std::vector<std::string> all;
  bson_iter_t element;
  if (bson_iter_recurse(&at, &element))
    while (bson_iter_next(&element)) all.push_back(mongo::plain_text(element));
  return all;
}

void read_payload(const bson_iter_t& at, Row& row) {
  if (BSON_ITER_HOLDS_UTF8(&at)) row.payload = mongo::plain_text(at);
  if (!BSON_ITER_HOLDS_DOCUMENT(&at)) return;
  std::uint32_t size = 0;
  const std::uint8_t* bytes = nullptr;
  bson_iter_document(&at, &size, &bytes);
  bson_t document;
  auto text = bson_init_static(&document, bytes, size) ? mongo::json_text(document) : Failure(Error{});
  if (text) row.payload = *std::move(text);
  if (!text) row.problem = text.error().message;
}

class MongoSource final : public Source {
 public:
  MongoSource(SourceOptions options, std::unique_ptr<mongo::Pool> pool)
      : options_(std::move(options)), pool_(std::move(pool)), client_(*pool_) {}

  /// The first document tells the names; where others differ, those have no created_at.
  Result<> prepare() {
    std::vector<std::string> members;
    TRY_OK(client_.find(options_.name, mongo::Bson(), mongo::Bson().integer("limit", 1), [&](const bson_t& document) {
      bson_iter_t at;
      for (bson_iter_init(&at, &document); bson_iter_next(&at);) members.emplace_back(bson_iter_key(&at));
      return false;
    }));
    if (members.empty())
      return Failure(Error{ErrorKind::not_found, "migrate.source", fmt::format("The collection \"{}\" is empty.", options_.name),
                           "Name another with --collection."});
    TRY(layout_, find_layout(options_.name, members));
    return {};
  }

  Result<> begin() override {
    reading_.reset();
    const mongo::Bson order = mongo::Bson().small(layout_.created_at, 1).small("_id", 1);
    reading_.emplace(client_, options_.name, mongo::Bson(), mongo::Bson().child("sort", order).boolean("allowDiskUse", true));
    return {};
  }

  Result<bool> next(Row& row) override {
    TRY(const bson_t* const document, reading_->next());
    if (document == nullptr) return false;
    row = {};
    bson_iter_t at;
    for (bson_iter_init(&at, document); bson_iter_next(&at);) read_member(at, row);
    return true;
  }

  std::string description() const override { return fmt::format("the MongoDB collection {} ({})", options_.name, column_list(layout_)); }

 private:
  void read_member(const bson_iter_t& at, Row& row) const {
    const std::string_view name = bson_iter_key(&at);
    if (name == "_id") row.place = fmt::format("_id {}", mongo::plain_text(at));
    if (name == "id" && !BSON_ITER_HOLDS_NULL(&at)) row.id = mongo::plain_text(at);
    if (name == "payload") read_payload(at, row);
    if (name == "deleted") row.deleted = deleted(at);
    if (name == layout_.created_at) row.created_at = created_at(at);
    // Documents of several versions of MeshQL may lie together.
    if (name == "authorized_tokens" || name == "authorizedTokens" || name == "authorized_readers") row.tokens = tokens(at);
  }

  const SourceOptions options_;
  const std::unique_ptr<mongo::Pool> pool_;
  mongo::Client client_;
  Layout layout_;
  std::optional<mongo::Reading> reading_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_mongo(const SourceOptions& options) {
  const mongo::Pool::Limits limits{.select = kSelectMax, .timeout = kAnswerMax, .clients = 1};
  TRY(auto pool, mongo::Pool::make({options.uri}, "", limits, options.log == nullptr ? Log() : *options.log));
  auto source = std::make_unique<MongoSource>(options, std::move(pool));
  TRY_OK(source->prepare());
  return source;
}

}  // namespace millrace::migrate
