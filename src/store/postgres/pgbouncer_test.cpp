#include "store/postgres/pgbouncer_test.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "base/result.hpp"
#include "store/postgres/server_test.hpp"
#include "store/postgres/session.hpp"

namespace millrace::store::postgres {

PgBouncer::PgBouncer(int server_port) : port_(free_port()) {
  std::string name = (std::filesystem::temp_directory_path() / "millrace-pgbouncer-XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
  std::filesystem::permissions(folder_, std::filesystem::perms::all);
  std::ofstream(folder_ + "/users") << "\"millrace\" \"secret\"\n";
  std::ofstream(folder_ + "/pgbouncer.ini") << fmt::format(
      "[databases]\npostgres = host=127.0.0.1 port={} user=millrace password=secret\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
      "listen_port = {}\nunix_socket_dir =\nauth_type = plain\nauth_file = {}/users\npool_mode = transaction\ndefault_pool_size = 3\n",
      server_port, port_, folder_);
  process_ = start_program({"/usr/sbin/pgbouncer", folder_ + "/pgbouncer.ini"}, folder_ + "/log");
  const Log log = {};
  for (int i = 0; i < 200 && !Session::open({uri()}, &log, std::chrono::seconds(1)); ++i) Session::pause(std::chrono::milliseconds(50));
}

std::string PgBouncer::uri() const {
  return fmt::format("postgresql://millrace:secret@127.0.0.1:{}/postgres", port_);
}

PgBouncer::~PgBouncer() {
  ::kill(process_, SIGINT);
  ::waitpid(process_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace millrace::store::postgres
