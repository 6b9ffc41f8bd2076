// Query templates, filters that clients send, and the values that they bring. Reading never crashes. A template's text in SQL is the same
// whatever the values are, and asks for as many as it has mustaches; a condition for MongoDB has the same members and types, whatever the
// characters are. SQLite, asked for real, gives what the filter means and nothing else, and keeps what it has.
#include <algorithm>
#include <memory>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "base/json/slices.hpp"
#include "base/result.hpp"
#include "document/filter_parser.hpp"
#include "document/sql_template.hpp"
#include "io/loop.hpp"
#include "store/mongo/condition.hpp"
#include "store/postgres/sql_condition.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_folder_test.hpp"

namespace millrace::document {
namespace {

/// A template in SQL, and the filter that means the same.
struct Twins {
  std::string_view sql, filter;
};

constexpr Twins kTwins[] = {
    {"payload->>'n' = '{{a}}' OR id = '{{b}}'", R"({"$or":[{"payload.n":"{{a}}"},{"id":"{{b}}"}]})"},
    {"payload->>'n' > {{a}} AND payload->>'n' <= '{{b}}'", R"({"payload.n":{"$gt":"{{a}}","$lte":"{{b}}"}})"},
    {"NOT (payload->>'n' = {{a}}) AND id <> {{b}}", R"({"payload.n":{"$ne":"{{a}}"},"id":{"$ne":"{{b}}"}})"},
    {"id IN ({{a}}, '{{b}}', 'x''; --')", R"({"id":{"$in":["{{a}}","{{b}}","x'; --"]}})"},
};

constexpr std::string_view kNames[] = {"", "a", "b'", "\"", "\\", "%", "_", "?1", "$1", "{{a}}", "é", "\xF0\x9D\x84\x9E", "1", "null"};

class Database {
 public:
  Database() {
    for (const Twins& twins : kTwins) {
      auto sql = parse_sql_template(twins.sql, names_, {});
      CHECK(sql.has_value());
      sql_.push_back(*std::move(sql));
      filters_.push_back(filter_of(twins.filter));
    }
    CHECK(names_ == std::vector<std::string>({"a", "b"}));
    store::sqlite::Options options{.file = folder_ / "it's.db", .collection = "it's \"one\"", .indexes = {}};
    for (const Filter& filter : sql_) options.sql_filters.push_back(&filter);
    for (const std::string_view path : {"id", "n", "m.k"}) options.indexes.push_back(FieldPath::parse(path));
    auto opened = store::sqlite::open_store(std::move(options));
    CHECK(opened.has_value());
    store_ = *std::move(opened);
    std::vector<Append> appends;
    for (const std::string_view name : kNames) {
      const std::string n = json::quoted(name);
      appends.push_back({.id = std::string(name) + "'", .payload = R"({"n":)" + n + R"(,"m":[{"k":)" + n + R"(},{"k":1}]})"});
    }
    CHECK(loop_.block_on(store_->append(std::move(appends))).has_value());
    const Filter all = Filter::everything();
    all_ = found(all, {});
  }

  void ask_twins(std::string_view a, std::string_view b) {
    for (std::size_t i = 0; i < sql_.size(); ++i)
      if (!is_refused(sql_[i], {a, b})) CHECK(found(sql_[i], {a, b}) == meant(filters_[i], {a, b}));
  }
  void ask(const Filter& filter, const std::vector<std::string_view>& arguments) {
    CHECK(found(filter, arguments) == meant(filter, arguments));
    const Filter all = Filter::everything();
    CHECK(found(all, {}) == all_);
  }

 private:
  Filter filter_of(std::string_view text) {
    auto filter = parse_filter_template(text, names_, {});
    CHECK(filter.has_value());
    return *std::move(filter);
  }
  /// Only a text with U+0000 is no value in SQL.
  bool is_refused(const Filter& filter, const std::vector<std::string_view>& arguments) {
    const Query query{.filter = &filter, .arguments = arguments};
    const auto documents = loop_.block_on(store_->find({&query, 1}, {}));
    if (documents) return false;
    const auto has_null = [](std::string_view text) { return text.starts_with('"') && json::decode_string(text).contains('\0'); };
    CHECK(documents.error().code == "store.sql" && std::ranges::any_of(arguments, has_null));
    return true;
  }
  std::vector<std::string> found(const Filter& filter, const std::vector<std::string_view>& arguments) {
    const Query query{.filter = &filter, .arguments = arguments};
    auto documents = loop_.block_on(store_->find({&query, 1}, {}));
    CHECK(documents.has_value());
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < documents->front().size(); ++i) texts.emplace_back(documents->front().text(i));
    return texts;
  }
  std::vector<std::string> meant(const Filter& filter, const std::vector<std::string_view>& arguments) const {
    std::vector<std::string> texts;
    for (const std::string& text : all_)
      if (matches(filter, arguments, text)) texts.push_back(text);
    return texts;
  }

  store::sqlite::TemporaryFolder folder_;
  io::Loop loop_;
  std::vector<std::string> names_;
  std::vector<Filter> sql_, filters_;
  std::unique_ptr<Store> store_;
  std::vector<std::string> all_;
};

/// Members and types, without what stands in texts.
void append_shape(std::string& out, const bson_t* document) {
  bson_iter_t iterator;
  CHECK(bson_iter_init(&iterator, document));
  while (bson_iter_next(&iterator)) {
    out.append(bson_iter_key(&iterator)).append(1, ':').append(std::to_string(bson_iter_type(&iterator)));
    bson_iter_t child;
    if (!bson_iter_recurse(&iterator, &child)) continue;
    const std::uint8_t* bytes = nullptr;
    std::uint32_t size = 0;
    BSON_ITER_HOLDS_ARRAY(&iterator) ? bson_iter_array(&iterator, &size, &bytes) : bson_iter_document(&iterator, &size, &bytes);
    bson_t inner;
    CHECK(bson_init_static(&inner, bytes, size));
    out += '{';
    append_shape(out, &inner);
    out += '}';
  }
}

std::string shape_of(const Filter& filter, const std::vector<std::string_view>& arguments) {
  const store::mongo::Bson conditions = store::mongo::conditions_of(filter, arguments, "_id");
  CHECK(bson_validate(conditions.get(), BSON_VALIDATE_NONE, nullptr));
  std::string shape;
  append_shape(shape, conditions.get());
  return shape;
}

/// A value like it whose texts are harmless. What MongoDB is asked for depends on whether they are ASCII and have a NUL.
std::string harmless(std::string_view value) {
  if (!value.starts_with('"')) return std::string(value);
  if (value.contains("\\u0000")) return R"("\u0000")";
  return std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; }) ? R"("x")" : R"("é")";
}

void check_sql(const Filter& filter) {
  if (filter.kind != Filter::Kind::sql) return;
  const auto condition = store::postgres::SqlCondition::make(filter);
  CHECK(condition.has_value() && condition->text().size() == filter.sql.size());
  for (std::size_t i = 0; i < filter.sql.size(); ++i)
    CHECK(condition->text()[i] == filter.sql[i] || (condition->text()[i] == '$' && filter.sql[i] == '?'));
  CHECK(condition->parameter_count() == filter.sql_parameters.size());
}

void read_and_ask(std::string_view text, std::string_view first, std::string_view second) {
  static Database& database = *new Database;
  const std::string a = json::quoted(first), b = json::quoted(second);
  const bool are_texts = json::parse(a).has_value() && json::parse(b).has_value();
  std::vector<std::string> names;
  if (const auto filter = parse_sql_template(text, names, {})) check_sql(*filter);
  names.clear();
  const auto filter = parse_filter_template(text, names, {});
  if (are_texts) database.ask_twins(a, b);
  if (filter && are_texts) {
    const std::string harmless_a = harmless(a), harmless_b = harmless(b);
    std::vector<std::string_view> given, other;
    for (std::size_t i = 0; i < names.size(); ++i)
      given.push_back(i % 2 == 0 ? a : b), other.push_back(i % 2 == 0 ? harmless_a : harmless_b);
    CHECK(shape_of(*filter, given) == shape_of(*filter, other));
    database.ask(*filter, given);
  }
  const auto sent = json::parse(text);
  if (!sent) return;
  std::string canonical;
  json::append_canonical(canonical, sent->root());
  if (const auto read = parse_filter(canonical, "/where")) database.ask(*read, {});
}

}  // namespace
}  // namespace millrace::document

/// Two values, a line each, and the template.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto take = [&text] {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
  };
  const std::string_view first = take(), second = take();
  millrace::document::read_and_ask(text, first, second);
  return 0;
}
