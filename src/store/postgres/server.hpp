// Where a database is: one host, or several of which the first that will do is taken.
#pragma once

#include <cstddef>
#include <string>

struct pg_conn;

namespace millrace::store::postgres {

struct Server {
  std::string uri;            // as libpq takes it
  std::string database = {};  // instead of the one that the URI names, unless empty
};

/// Whether libpq makes sense of the URI. What it says of one of which it makes none may hold all of it, the password included.
bool is_understood(const Server& server);

/// How many hosts the URI names, 1 when it names none.
std::size_t host_count(const Server& server);

/// Begins to connect to the hosts in their order, but from the one at `first`, round. libpq goes on to the next by itself when one refuses,
/// not when one does not answer: whoever has waited long enough begins with the next. Null only without memory.
pg_conn* start_connecting(const Server& server, std::size_t first);

}  // namespace millrace::store::postgres
