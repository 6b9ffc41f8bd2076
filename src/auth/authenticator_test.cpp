#include "auth/authenticator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <semaphore>

#include "auth/base64url.hpp"
#include "auth/signer_test.hpp"
#include "http/server.hpp"

namespace millrace::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::system_clock::time_point kNow{seconds(1'000'000)};

std::string claims(std::string_view more = R"(,"exp":1000100)") {
  return fmt::format(R"({{"iss":"i","aud":"a","sub":"s","roles":["r"]{}}})", more);
}

/// An issuer's server, on the test's own loop.
class Issuing : public http::Handler {
 public:
  Task<http::Response> handle(const http::Request&) override {
    ++asked;
    co_return http::Response{status, "Content-Type: application/json\r\n", keys};
  }
  int status = 200;
  std::string keys;
  int asked = 0;
};

class AuthenticatorTest : public testing::Test {
 protected:
  void open(std::vector<IssuerOptions> issuers, const Authenticator* before = nullptr) {
    AuthenticatorOptions options{.issuers = std::move(issuers), .now = [this] { return now_; }};
    options.log = [this](std::string_view line) {
      if (on_log_) on_log_();
      const std::lock_guard lock(mutex_);
      log_ += line;
      log_ += '\n';
    };
    options.refused = [log = options.log](std::string_view line, const Asking& asking) {
      log(fmt::format("{} {} {}", line, asking.route, asking.client));
    };
    auto opened = Authenticator::open(std::move(options), before);
    ASSERT_TRUE(opened) << opened.error().message;
    door_ = *std::move(opened);
  }

  static IssuerOptions issuer(std::vector<Algorithm> algorithms) {
    return {.claims = {.issuer = "i", .audiences = {"a"}}, .algorithms = std::move(algorithms)};
  }
  IssuerOptions by_file(const std::string& keys, std::vector<Algorithm> algorithms = {Algorithm::rs256, Algorithm::es256}) {
    IssuerOptions options = issuer(std::move(algorithms));
    options.jwks = file_;
    write(keys);
    return options;
  }
  IssuerOptions by_server() {
    auto listening = http::Server::listen(loop_, issuing_, {.host = "127.0.0.1", .port = 0}, false);
    EXPECT_TRUE(listening);
    server_ = *std::move(listening);
    IssuerOptions options = issuer({Algorithm::es256});
    options.jwks = fmt::format("http://127.0.0.1:{}/jwks", server_->port());
    return options;
  }
  void write(const std::string& keys) { std::ofstream(file_) << keys; }

  Result<std::shared_ptr<const Principal>> ask(const std::string& token) {
    return loop_.block_on(door_->identify("Bearer " + token, {.method = "GET", .route = "/a", .client = "192.0.2.1"}));
  }
  std::string code(const std::string& token) {
    const auto who = ask(token);
    return who ? "let in" : std::string(who.error().code);
  }
  std::string log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  ~AuthenticatorTest() override { std::filesystem::remove(file_); }

  const std::string file_ = testing::TempDir() + fmt::format("jwks_{}_{}.json", ::getpid(), fmt::ptr(this));
  std::chrono::system_clock::time_point now_ = kNow;
  std::function<void()> on_log_;  // set before open()
  std::mutex mutex_;
  std::string log_;
  io::Loop loop_;
  Issuing issuing_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<Authenticator> door_;
};

TEST_F(AuthenticatorTest, LetsInWhoHasAToken) {
  const Signer signer = Signer::curve("P-256");
  open({by_file(key_set(signer.jwk(R"("kid":"k",)")))});
  const std::string token = signer.token(Algorithm::es256, R"({"alg":"ES256","kid":"k"})", claims());
  const auto who = ask(token);
  ASSERT_TRUE(who) << log();
  EXPECT_EQ((*who)->subject, "s");
  EXPECT_TRUE((*who)->has_role("r"));
  EXPECT_EQ(door_->recall("bearer  " + token), *who) << "known by now";
  now_ += seconds(160);
  EXPECT_EQ(door_->recall("Bearer " + token), nullptr);
  EXPECT_EQ(code(token), "auth.token") << "expired";
}

TEST_F(AuthenticatorTest, TakesNoPublicKeyForASecret) {
  const Signer rsa = Signer::rsa();
  open({by_file(key_set(rsa.jwk()))});
  EXPECT_EQ(code(rsa.token(Algorithm::rs256, R"({"alg":"RS256"})", claims())), "let in");
  for (const std::string& secret : {rsa.pem(), rsa.pem().substr(0, rsa.pem().size() - 1), rsa.jwk(), std::string()})
    EXPECT_EQ(code(Signer::of_secret(secret).token(Algorithm::hs256, R"({"alg":"HS256"})", claims())), "auth.token");
  EXPECT_EQ(code(encode_base64url(R"({"alg":"none"})") + '.' + encode_base64url(claims()) + '.'), "auth.token");
}

TEST_F(AuthenticatorTest, TakesNoSecretEvenIfTheListHadIt) {
  const Signer rsa = Signer::rsa();
  open({by_file(key_set(rsa.jwk()), {Algorithm::rs256, Algorithm::hs256})});
  EXPECT_EQ(code(Signer::of_secret(rsa.pem()).token(Algorithm::hs256, R"({"alg":"HS256"})", claims())), "auth.token");
}

TEST_F(AuthenticatorTest, TakesTheAlgorithmsOfItsListAlone) {
  const Signer rsa = Signer::rsa();
  open({by_file(key_set(rsa.jwk()), {Algorithm::rs256})});
  EXPECT_EQ(code(rsa.token(Algorithm::ps256, R"({"alg":"PS256"})", claims())), "auth.token");
  EXPECT_EQ(code(rsa.token(Algorithm::rs512, R"({"alg":"RS512"})", claims())), "auth.token");
  EXPECT_EQ(code(rsa.token(Algorithm::rs256, R"({"alg":"RS512"})", claims())), "auth.token");
  EXPECT_EQ(code(rsa.token(Algorithm::rs256, R"({"alg":"RS256"})", claims())), "let in");
}

TEST_F(AuthenticatorTest, DoesNotLookAtKeysInTheToken) {
  const Signer trusted = Signer::rsa();
  const Signer own = Signer::rsa();
  issuing_.keys = key_set(own.jwk(R"("kid":"o",)"));
  const std::string url = by_server().jwks;
  open({by_file(key_set(trusted.jwk(R"("kid":"k",)")))});
  for (const std::string& more : {fmt::format(R"("jwk":{})", own.jwk()), fmt::format(R"("jku":"{}","kid":"o")", url),
                                  fmt::format(R"("x5u":"{}")", url), fmt::format(R"("jwk":{},"kid":"k")", own.jwk())})
    EXPECT_EQ(code(own.token(Algorithm::rs256, fmt::format(R"({{"alg":"RS256",{}}})", more), claims())), "auth.token") << more;
  EXPECT_EQ(issuing_.asked, 0);
}

TEST_F(AuthenticatorTest, RefusesChangedTokens) {
  const Signer signer = Signer::curve("P-256");
  open({by_file(key_set(signer.jwk()))});
  const std::string token = signer.token(Algorithm::es256, R"({"alg":"ES256"})", claims());
  const std::size_t dot = token.find('.');
  const std::size_t last = token.rfind('.');
  EXPECT_EQ(code(token.substr(0, dot + 1) + encode_base64url(claims(R"(,"exp":1000200)")) + token.substr(last)), "auth.token");
  EXPECT_EQ(code(encode_base64url(R"({"alg":"ES256","kid":"x"})") + token.substr(dot)), "auth.token");
  EXPECT_EQ(code(encode_base64url(R"({ "alg":"ES256"})") + token.substr(dot)), "auth.token");
  const std::string text = token.substr(0, last);
  EXPECT_EQ(code(text + '.' + encode_base64url(signer.sign(Algorithm::es256, text, true))), "auth.token") << "DER";
  EXPECT_EQ(code(text + '.' + encode_base64url(std::string(64, '\0'))), "auth.token");
  EXPECT_EQ(code(token), "let in");
}

TEST_F(AuthenticatorTest, RefusesClaimsThatSayTwoThings) {
  const Signer signer = Signer::curve("P-256");
  open({by_file(key_set(signer.jwk()))});
  for (const std::string& text :
       {claims(R"(,"exp":1000100,"sub":"t")"), claims(R"(,"exp":1000100,"\u0073ub":"t")"), std::string("[]"), std::string("x"),
        claims() + "x", claims(R"(,"exp":1000100,"a":)" + std::string(40, '[') + std::string(40, ']'))})
    EXPECT_EQ(code(signer.token(Algorithm::es256, R"({"alg":"ES256"})", text)), "auth.token") << text;
}

TEST_F(AuthenticatorTest, KeysBelongToTheirIssuer) {
  const Signer one = Signer::curve("P-256");
  const std::string secret(32, 's');
  IssuerOptions other = issuer({Algorithm::hs256});
  other.claims.issuer = "j";
  other.secret = secret;
  open({by_file(key_set(one.jwk())), other});
  const std::string of_other = R"({"iss":"j","aud":"a","sub":"s","exp":1000100})";
  EXPECT_EQ(code(Signer::of_secret(secret).token(Algorithm::hs256, R"({"alg":"HS256","kid":"any"})", of_other)), "let in");
  EXPECT_EQ(code(one.token(Algorithm::es256, R"({"alg":"ES256"})", of_other)), "auth.token");
  EXPECT_EQ(code(Signer::of_secret(secret).token(Algorithm::hs256, R"({"alg":"HS256"})", claims())), "auth.token");
  EXPECT_EQ(code(Signer::of_secret(secret).token(Algorithm::hs512, R"({"alg":"HS512"})", of_other)), "auth.token");
  EXPECT_THAT(log(), Not(HasSubstr(secret)));
}

TEST_F(AuthenticatorTest, SaysNothingOfWhy) {
  const Signer signer = Signer::curve("P-256");
  open({by_file(key_set(signer.jwk()))});
  const auto expired = ask(signer.token(Algorithm::es256, R"({"alg":"ES256"})", claims(R"(,"exp":1)")));
  const auto unsigned_token = ask("a.b.c");
  const auto other = ask(Signer::curve("P-256").token(Algorithm::es256, R"({"alg":"ES256"})", claims()));
  EXPECT_EQ(expired.error().message, unsigned_token.error().message);
  EXPECT_EQ(expired.error().message, other.error().message);
  EXPECT_THAT(log(), HasSubstr("a token is refused: it has expired. /a 192.0.2.1"));
}

TEST_F(AuthenticatorTest, TakesItsSchemesAlone) {
  const std::string key = make_api_key();
  AuthenticatorOptions options;
  options.api_keys = {{read_hash(hash_text(key)).value(), std::make_shared<const Principal>(Principal{.subject = "k"})}};
  door_ = *Authenticator::open(std::move(options));
  EXPECT_EQ((*loop_.block_on(door_->identify("ApiKey " + key)))->subject, "k");
  EXPECT_EQ((*door_->identify_key(key))->subject, "k");
  EXPECT_EQ(loop_.block_on(door_->identify("ApiKey " + key + "x")).error().code, "auth.key");
  EXPECT_EQ(loop_.block_on(door_->identify("ApiKey")).error().code, "auth.key");
  EXPECT_EQ(loop_.block_on(door_->identify("Basic " + key)).error().code, "auth.scheme");
  EXPECT_EQ(loop_.block_on(door_->identify("Bearer " + key)).error().code, "auth.scheme") << "no tokens are taken at all";
  EXPECT_EQ(loop_.block_on(door_->identify("")).error().code, "auth.scheme");
}

TEST_F(AuthenticatorTest, NoTokenIsAnApiKey) {
  const std::string secret(32, 's');
  AuthenticatorOptions options{.now = [] { return kNow; }};
  options.issuers = {issuer({Algorithm::hs256})};
  options.issuers.front().secret = secret;
  options.api_keys = {{read_hash(hash_text("key")).value(), std::make_shared<const Principal>(Principal{.subject = "s"})}};
  door_ = *Authenticator::open(options);
  const std::string token = Signer::of_secret(secret).token(Algorithm::hs256, R"({"alg":"HS256"})", claims());
  EXPECT_EQ(code(token), "auth.token") << "its subject is the key's name";
  options.api_keys.front().principal = std::make_shared<const Principal>(Principal{.subject = "t"});
  door_ = *Authenticator::open(options);
  EXPECT_EQ(code(token), "let in");
}

TEST_F(AuthenticatorTest, AFileWithoutKeysIsAnError) {
  IssuerOptions options = by_file("{}");
  AuthenticatorOptions asked;
  asked.issuers = {options};
  EXPECT_EQ(Authenticator::open(asked).error().code, "auth.keys");
  std::filesystem::remove(file_);
  EXPECT_EQ(Authenticator::open(asked).error().code, "auth.keys");
}

TEST_F(AuthenticatorTest, WaitsForTheFirstKeys) {
  const Signer signer = Signer::curve("P-256");
  issuing_.keys = key_set(signer.jwk(R"("kid":"k",)"));
  open({by_server()});
  EXPECT_EQ(code(signer.token(Algorithm::es256, R"({"alg":"ES256","kid":"k"})", claims())), "let in");
  EXPECT_EQ(issuing_.asked, 1);
}

TEST_F(AuthenticatorTest, TokensWithUnknownKeysCostTheIssuerLittle) {
  const Signer signer = Signer::curve("P-256");
  issuing_.keys = key_set(signer.jwk(R"("kid":"k",)"));
  open({by_server()});
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(code(signer.token(Algorithm::es256, fmt::format(R"({{"alg":"ES256","kid":"{}"}})", i), claims())), "auth.token");
  EXPECT_EQ(issuing_.asked, 1) << "within the pause";
}

TEST_F(AuthenticatorTest, ATokenThatComesAsAnAttemptEndsBeginsNoOther) {
  const Signer signer = Signer::curve("P-256");
  issuing_.keys = key_set(R"({"kty":"oct"},)" + signer.jwk(R"("kid":"k",)"));  // one that the log tells of, while they are taken
  std::atomic<bool> is_taking = false;
  std::binary_semaphore goes_on(0);
  on_log_ = [&] {
    if (!is_taking.exchange(true)) goes_on.acquire();
  };
  open({by_server()});
  while (!is_taking) loop_.block_on(io::pause(milliseconds(1)));
  bool is_answered = false;
  const std::string token = signer.token(Algorithm::es256, R"({"alg":"ES256","kid":"other"})", claims());
  loop_.post([&] {
    start(door_->identify("Bearer " + token), [&](const auto&) { is_answered = true; });
    goes_on.release();
  });
  while (!is_answered) loop_.block_on(io::pause(milliseconds(1)));
  loop_.block_on(io::pause(milliseconds(200)));  // another attempt would have come by now
  EXPECT_EQ(issuing_.asked, 1);
}

TEST_F(AuthenticatorTest, SaysThatKeysCannotBeHad) {
  issuing_.status = 500;
  open({by_server()});
  const Signer signer = Signer::curve("P-256");
  EXPECT_EQ(code(signer.token(Algorithm::es256, R"({"alg":"ES256"})", claims())), "auth.unavailable");
  EXPECT_THAT(log(), HasSubstr("the server answers 500"));
}

TEST_F(AuthenticatorTest, FollowsKeysAsTheyChange) {
  const Signer one = Signer::curve("P-256");
  const Signer two = Signer::curve("P-256");
  issuing_.keys = key_set(one.jwk(R"("kid":"1",)"));
  IssuerOptions options = by_server();
  options.refresh = milliseconds(1);  // and so is the pause
  open({options});
  const std::string first = one.token(Algorithm::es256, R"({"alg":"ES256","kid":"1"})", claims());
  EXPECT_EQ(code(first), "let in");
  issuing_.keys = key_set(two.jwk(R"("kid":"2",)"));
  const std::string second = two.token(Algorithm::es256, R"({"alg":"ES256","kid":"2"})", claims());
  std::string last;
  for (int i = 0; i < 200 && last != "let in"; ++i) last = code(second);
  EXPECT_EQ(last, "let in");
  EXPECT_EQ(door_->recall("Bearer " + first), nullptr) << "what the old key vouched for is forgotten";
  EXPECT_EQ(code(first), "auth.token");
  issuing_.status = 503;
  const int before = issuing_.asked;
  for (int i = 0; i < 2'000 && issuing_.asked < before + 3; ++i) loop_.block_on(io::pause(milliseconds(1)));
  EXPECT_GT(issuing_.asked, before + 2);
  EXPECT_EQ(code(second), "let in") << "while the issuer is away";
  const std::string lines = log();
  EXPECT_EQ(lines.find("no keys from"), lines.rfind("no keys from")) << "said once: " << lines;
}

TEST_F(AuthenticatorTest, BeginsWithTheKeysOfTheOneBefore) {
  const Signer signer = Signer::curve("P-256");
  const std::string token = signer.token(Algorithm::es256, R"({"alg":"ES256"})", claims());
  issuing_.keys = key_set(signer.jwk());
  const IssuerOptions same = by_server();
  open({same});
  EXPECT_EQ(code(token), "let in");
  issuing_.status = 503;
  const auto before = std::move(door_);
  open({same}, before.get());
  EXPECT_EQ(code(token), "let in") << log();
  IssuerOptions elsewhere = same;
  elsewhere.jwks += "?elsewhere";
  const auto second = std::move(door_);
  open({elsewhere}, second.get());
  EXPECT_EQ(code(token), "auth.unavailable") << "keys of another place";
}

}  // namespace
}  // namespace millrace::auth
