// Statements that are kept: named and planned once where the server itself answers, never behind a pooler.
#include "store/postgres/link.hpp"

#include <gtest/gtest.h>

#include "io/loop.hpp"
#include "store/postgres/pgbouncer_test.hpp"
#include "store/postgres/server_test.hpp"

namespace millrace::store::postgres {
namespace {

Statement kept(std::string sql, std::int64_t value) {
  return {.sql = std::move(sql), .parameters = std::move(Parameters().integer(value)), .is_kept = true};
}

class KeptStatements : public testing::Test {
 protected:
  // The server ends with the thread that starts it.
  KeptStatements() { TestServer::own(); }
  ~KeptStatements() override { link_->close(); }

  void connect(const std::string& uri) {
    connector_ = std::make_shared<Connector>(Connector::Options{.server = {uri, ""}, .log = &log_});
    link_ = std::make_shared<Link>(loop_, LinkOptions{.connector = connector_, .keeps_plans = true});
    // What the connection says about itself comes before this.
    Exchange first;
    first.add("SELECT 1");
    ASSERT_TRUE(run(first));
  }
  Result<> run(Exchange& exchange) { return loop_.block_on(link_->run(exchange)); }
  std::int64_t value_of(std::string sql, std::int64_t value) {
    Exchange exchange;
    exchange.statements.push_back(kept(std::move(sql), value));
    EXPECT_TRUE(run(exchange)) << exchange.message;
    return exchange.rows.size() == 1 ? exchange.rows[0].integer(0, 0) : -1;
  }
  std::int64_t names() {
    Exchange exchange;
    exchange.add("SELECT count(*) FROM pg_prepared_statements");
    EXPECT_TRUE(run(exchange));
    return exchange.rows.size() == 1 ? exchange.rows[0].integer(0, 0) : -1;
  }

  io::Loop loop_;
  const Log log_ = {};
  std::shared_ptr<Connector> connector_;
  std::shared_ptr<Link> link_;
};

TEST_F(KeptStatements, AreNamedOnce) {
  connect(TestServer::own().uri());
  EXPECT_EQ(value_of("SELECT $1 + 1", 1), 2);
  EXPECT_EQ(value_of("SELECT $1 + 1", 2), 3);
  EXPECT_EQ(names(), 1);
  EXPECT_EQ(value_of("SELECT $1 + 2", 1), 3);
  EXPECT_EQ(names(), 2);
  Exchange settings;
  settings.add("SELECT (current_setting('plan_cache_mode') = 'force_generic_plan' AND current_setting('enable_seqscan') = 'off')::int");
  ASSERT_TRUE(run(settings));
  EXPECT_EQ(settings.rows[0].integer(0, 0), 1);
}

TEST_F(KeptStatements, AreForgottenWhereTheyWereNotNamed) {
  connect(TestServer::own().uri());
  Exchange refused;
  refused.statements = {kept("SELECT 1 / $1", 0), kept("SELECT $1 + 1", 1)};
  ASSERT_FALSE(run(refused));
  EXPECT_EQ(value_of("SELECT $1 + 1", 1), 2);
  EXPECT_EQ(value_of("SELECT 1 / $1", 1), 1);
}

TEST_F(KeptStatements, AreNotKeptBehindAPooler) {
  const PgBouncer bouncer(TestServer::own().port());
  connect(bouncer.uri());
  EXPECT_EQ(value_of("SELECT $1 + 1", 1), 2);
  EXPECT_EQ(names(), 0);
}

}  // namespace
}  // namespace millrace::store::postgres
