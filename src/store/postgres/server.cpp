#include "store/postgres/server.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

namespace millrace::store::postgres {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

/// What the URI says; null when it says nothing that libpq understands.
Options parse(const std::string& uri) {
  char* error = nullptr;
  Options options(PQconninfoParse(uri.c_str(), &error));
  PQfreemem(error);
  return options;
}

bool is_list_of_hosts(std::string_view keyword) {
  return keyword == "host" || keyword == "hostaddr" || keyword == "port";
}

std::size_t length_of(std::string_view list) {
  return 1 + static_cast<std::size_t>(std::ranges::count(list, ','));
}

/// "a,b,c" from 1 is "b,c,a". A list of one, as of a port for all hosts, stays.
std::string turned(std::string_view list, std::size_t first) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < first % length_of(list); ++i) begin = list.find(',', begin) + 1;
  if (begin == 0) return std::string(list);
  return std::string(list.substr(begin)) + "," + std::string(list.substr(0, begin - 1));
}

}  // namespace

bool is_understood(const Server& server) {
  return parse(server.uri) != nullptr;
}

std::size_t host_count(const Server& server) {
  std::size_t count = 1;
  const Options options = parse(server.uri);
  for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val != nullptr && is_list_of_hosts(option->keyword)) count = std::max(count, length_of(option->val));
  }
  return count;
}

pg_conn* start_connecting(const Server& server, std::size_t first) {
  // The URI is expanded where it stands; what follows it holds whatever it says.
  std::vector<const char*> keywords = {"dbname", "client_encoding", "fallback_application_name"};
  std::vector<const char*> values = {server.uri.c_str(), "UTF8", "millrace"};
  std::vector<std::string> lists;
  const Options options = first == 0 ? nullptr : parse(server.uri);
  for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val == nullptr || !is_list_of_hosts(option->keyword)) continue;
    keywords.push_back(option->keyword);
    lists.push_back(turned(option->val, first));
  }
  for (const std::string& list : lists) values.push_back(list.c_str());
  if (!server.database.empty()) {
    keywords.push_back("dbname");
    values.push_back(server.database.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectStartParams(keywords.data(), values.data(), 1);
}

}  // namespace millrace::store::postgres
