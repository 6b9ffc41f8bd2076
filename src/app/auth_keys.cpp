// The keys of `auth` (config_keys.hpp).
#include "app/config_keys.hpp"

namespace millrace::app {
namespace {

constexpr ConfigKey kAuth[] = {
    {"required", KeyType::flag, initially("true"),
     "Whether a request without credentials is refused; else it goes on as nobody's. Pages, `/health`, `/ready` and `/metrics` are open."},
    {"jwt", KeyType::objects, otherwise("none"), "The issuers whose tokens are taken; one may stand without brackets."},
    {"apiKeys", KeyType::objects, otherwise("none"), "Keys for programs."},
};

constexpr ConfigKey kJwt[] = {
    {"issuer", KeyType::text, required("Say who issues the tokens: issuer = \"https://issuer.example/\"."), "What `iss` must be."},
    {"audience", KeyType::texts, required("Say what the tokens are for: audience = millrace; [] takes whatever they are for."),
     "What `aud` must be or have, one of several; with `[]` it is not looked at."},
    {"jwks", KeyType::text, otherwise("`secret`"), "The keys (a JWK set): a URL, or a file, named from the config's folder on."},
    {"secret", KeyType::text, otherwise("`jwks`"), "Instead, the secret of the algorithms HS256, HS384 and HS512: `${?JWT_SECRET}`."},
    {"algorithms", KeyType::texts, otherwise("`[RS256, PS256, ES256, EdDSA]`, or `[HS256]` with a secret"),
     "What tokens may be signed by. Beside these: RS384, RS512, PS384, PS512, ES384, ES512; with a secret HS384, HS512."},
    {"rolesClaim", KeyType::text, initially("roles"),
     "Where the roles are: a claim, or a path such as `realm_access.roles`; a list of strings, or words with spaces between as in "
     "`scope`."},
    {"subjectClaim", KeyType::text, initially("sub"), "Where it says who it is."},
    {"clockSkew", KeyType::duration, initially("60s"), "By how much clocks may differ, an hour at most."},
    {"refresh", KeyType::duration, initially("5m"),
     "How often the keys are read anew. A token with a key that is not there makes them be read as well, every 10 seconds at most."},
};

constexpr ConfigKey kApiKey[] = {
    {"name", KeyType::text, required("Say who has the key: name = importer."), "Who has it: the subject of its requests."},
    {"hash", KeyType::text, required("`millrace key` makes a key and its hash."),
     "What `millrace key` prints: `sha256:` and 64 hex digits."},
    {"roles", KeyType::texts, otherwise("none"), "Its roles."},
    {"claims", KeyType::object, otherwise("`{}`"), "What rules may ask for, as if a token had it."},
};

}  // namespace

const ConfigSection kAuthSection{"auth", "Who is let in ([how](access.md)); without it everybody is.", kAuth};
const ConfigSection kJwtSection{"auth.jwt[]", "An issuer of tokens.", kJwt};
const ConfigSection kApiKeySection{"auth.apiKeys[]", "A key that `X-API-Key` or `Authorization: ApiKey` brings.", kApiKey};

}  // namespace millrace::app
