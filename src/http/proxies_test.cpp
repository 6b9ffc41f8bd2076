#include "http/proxies.hpp"

#include <gtest/gtest.h>

namespace millrace::http {
namespace {

using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

constexpr std::string_view kProxy = "10.1.2.3";

class ProxiesTest : public testing::Test {
 protected:
  std::string client(const Headers& headers, std::string_view peer = kProxy) const {
    Request request;
    request.headers = headers;
    return proxies_.client_of(peer, request);
  }
  std::string plain(std::string_view list) const { return client({{"X-Forwarded-For", list}}); }
  std::string standard(std::string_view list) const { return client({{"Forwarded", list}}); }

  Proxies proxies_ = Proxies::read({"10.0.0.0/8", "2001:db8::/33", "192.0.2.7", "203.0.113.64/27"}).value();
};

TEST_F(ProxiesTest, TakesTheWordOfProxiesAlone) {
  const Headers said = {{"X-Forwarded-For", "198.51.100.1"}};
  EXPECT_EQ(client(said), "198.51.100.1");
  for (const char* const peer : {"192.0.2.7", "2001:db8:7fff::1", "203.0.113.95", "10.255.255.255"})
    EXPECT_EQ(client(said, peer), "198.51.100.1");
  for (const char* const peer : {"192.0.2.8", "2001:db8:8000::1", "203.0.113.96", "203.0.113.63", "11.0.0.0", "::1"}) {
    EXPECT_EQ(client(said, peer), peer);
  }
  EXPECT_EQ(client({}), kProxy);
}

TEST_F(ProxiesTest, TakesTheLastThatIsNoProxy) {
  EXPECT_EQ(plain("1.1.1.1, 198.51.100.1"), "198.51.100.1");
  EXPECT_EQ(plain("1.1.1.1,198.51.100.1 , 10.0.0.9,192.0.2.7"), "198.51.100.1");
  EXPECT_EQ(plain("nonsense, 198.51.100.1, 10.0.0.9"), "198.51.100.1");
  EXPECT_EQ(plain("10.0.0.8, 10.0.0.9"), "10.0.0.8") << "all are proxies";
  EXPECT_EQ(plain(", ,198.51.100.1,,"), "198.51.100.1");
  const Headers lines = {{"X-Forwarded-For", "198.51.100.1"}, {"Host", "h"}, {"x-forwarded-for", "10.0.0.9"}};
  EXPECT_EQ(client(lines), "198.51.100.1") << "several lines are one list";
}

TEST_F(ProxiesTest, ReadsAddressesAsProxiesWriteThem) {
  EXPECT_EQ(plain("198.51.100.1:4711"), "198.51.100.1");
  EXPECT_EQ(plain("2001:DB8:F000:0:0::1"), "2001:db8:f000::1");
  EXPECT_EQ(plain("[2001:db8:f000::1]:4711"), "2001:db8:f000::1");
  EXPECT_EQ(plain("::ffff:198.51.100.1"), "198.51.100.1");
  EXPECT_EQ(plain("198.51.100.1, ::ffff:10.0.0.9"), "198.51.100.1");
}

TEST_F(ProxiesTest, ReadsForwarded) {
  EXPECT_EQ(standard("for=198.51.100.1"), "198.51.100.1");
  EXPECT_EQ(standard("For=1.1.1.1, proto=http;FOR=\"198.51.100.1:4711\";by=\"a,b;for=2.2.2.2\", for=10.0.0.9"), "198.51.100.1");
  EXPECT_EQ(standard("for=\"[2001:db8:f000::1]:80\""), "2001:db8:f000::1");
  EXPECT_EQ(standard("for=1.1.1.1, proto=https"), kProxy) << "who asked the last proxy is not told";
}

TEST_F(ProxiesTest, GoesNoFurtherThanWhatIsNoAddress) {
  for (const char* const last : {"unknown", "_hidden", "1.2.3", "1.2.3.4.5", "[::1", "[::1]x", "fe80::1%eth0", "999.1.1.1", "\xff"}) {
    EXPECT_EQ(plain(std::string("198.51.100.1, ") + last), kProxy) << last;
    EXPECT_EQ(plain(std::string("198.51.100.1, ") + last + ", 10.0.0.9"), "10.0.0.9") << last;
    EXPECT_EQ(standard(std::string("for=198.51.100.1, for=") + last), kProxy) << last;
  }
  for (const char* const odd : {"", ",", ";", "=", "for", "for=", "for=\"", "\"", ";;,;", "for=\"198.51.100.1", "for=1.1.1.1\"2"}) {
    EXPECT_EQ(standard(odd), kProxy) << odd;
  }
}

TEST_F(ProxiesTest, BelievesNeitherHeaderWhereOneMayBeTheClients) {
  EXPECT_EQ(client({{"Forwarded", "for=198.51.100.1"}, {"X-Forwarded-For", "9.9.9.9, 198.51.100.1"}}), "198.51.100.1");
  EXPECT_EQ(client({{"Forwarded", "for=9.9.9.9"}, {"X-Forwarded-For", "198.51.100.1"}}), kProxy);
  EXPECT_EQ(client({{"Forwarded", "for=\"9.9.9.9"}, {"X-Forwarded-For", "198.51.100.1"}}), kProxy);
}

TEST_F(ProxiesTest, KnowsNetworks) {
  for (const char* const wrong :
       {"", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0/8", "example.com", "/8", "*"}) {
    EXPECT_FALSE(Proxies::read({"10.0.0.0/8", wrong})) << wrong;
  }
  Request request;
  request.headers = {{"X-Forwarded-For", "198.51.100.1"}};
  EXPECT_EQ(Proxies::read({"0.0.0.0/0"})->client_of("9.9.9.9", request), "198.51.100.1");
  EXPECT_EQ(Proxies::read({"0.0.0.0/0"})->client_of("::1", request), "::1");
  EXPECT_EQ(Proxies::read({"::/0"})->client_of("9.9.9.9", request), "198.51.100.1");
}

}  // namespace
}  // namespace millrace::http
