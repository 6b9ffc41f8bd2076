#include "federation/ordering.hpp"

#include <gtest/gtest.h>

namespace millrace::federation {
namespace {

struct Row {
  std::string_view argument;
  std::string_view order;  // or the start of the error
};

constexpr Row kRows[] = {
    {R"("name")", "+name"},
    {R"("-name")", "-name"},
    {R"("+name")", "+name"},
    {R"("name desc")", "-name"},
    {R"("name DESC")", "-name"},
    {R"("name asc")", "+name"},
    {R"("name_DESC")", "-name"},
    {R"("name_asc")", "+name"},
    {R"("NAME")", "+name"},
    {R"("NAME_DESC")", "-name"},
    {R"("TIME_OF_DAY_ASC")", "+timeOfDay"},
    {R"("COOP_ID_DESC")", "-coop_id"},
    {R"("coopId")", "+coop_id"},
    {R"("name, -eggs,, id desc ")", "+name -eggs -id"},
    {R"("id")", "+id"},
    {R"("in_desc")", "+in_desc"},
    {R"("in_desc desc")", "-in_desc"},
    {R"("data.user.name")", "+data.user.name"},
    {R"("-data.user")", "-data.user"},
    {R"("")", ""},
    {"null", ""},
    {"[]", ""},
    {R"(["name","-eggs"])", "+name -eggs"},
    {R"([{"name":"DESC"},null,"id"])", "-name +id"},
    {R"({"field":"NAME","direction":"DESC"})", "-name"},
    {R"({"field":"name"})", "+name"},
    {R"({"field":"name","direction":null})", "+name"},
    {R"([{"field":"EGGS","direction":"asc"},{"field":"name","direction":"desc"}])", "+eggs -name"},
    {R"({"name":"asc","eggs":"DESCENDING"})", "+name -eggs"},
    {R"({"name":1,"eggs":-1})", "+name -eggs"},
    {R"({"name":null})", ""},
    {R"("nam")", "There is no field \"nam\" to order by. Did you mean \"name\"?"},
    {R"("-egs desc")", "There is no field \"egs\" to order by. Did you mean \"eggs\"?"},
    {R"("-name desc")", "\"-name desc\" names a field, and no direction."},
    {R"("name upwards")", "\"name upwards\" names a field, and no direction."},
    {R"({"field":"name","dir":"desc"})", "\"dir\" says nothing beside \"field\"."},
    {R"("NAM_DESC")", "There is no field \"NAM_DESC\" to order by."},
    {R"({"nam":"asc"})", "There is no field \"nam\" to order by. Did you mean \"name\"?"},
    {R"({"name":"up"})", "\"up\" is no direction."},
    {R"({"field":"name","direction":"up"})", "\"up\" is no direction."},
    {R"({"name":2})", "2 is no direction."},
    {"1", "1 names no field to order by."},
    {R"([["name"]])", "A list of fields to order by holds no lists."},
    {R"("name,name,name,name,name,name,name,name,name,name,name,name,name,name,name,name,name")", "A list has at most 16 keys"},
};

std::string describe(const Result<document::Order>& order) {
  if (!order) return order.error().message + ' ' + order.error().hint;
  std::string text;
  for (const document::OrderKey& key : *order) {
    std::string path = key.path.to_string();
    if (path.starts_with("payload.")) path.erase(0, 8);
    text += (text.empty() ? "" : " ") + std::string(key.descending ? "-" : "+") + path;
  }
  return text;
}

TEST(Ordering, ReadsEveryShape) {
  const Ordering ordering({"id", "name", "eggs", "coop_id", "timeOfDay", "in_desc", "data"});
  for (const Row& row : kRows) {
    const std::string read = describe(ordering.read(row.argument));
    EXPECT_EQ(read.substr(0, std::max<std::size_t>(row.order.size(), read.starts_with('+') || read.starts_with('-') ? read.size() : 0)),
              row.order)
        << row.argument;
  }
}

}  // namespace
}  // namespace millrace::federation
