#include "tender/zooid/config_file.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tender/nostr/keys.hpp"

namespace tender::zooid {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "7f7ff03d123792d6ac594bfa67bf6d0c0ab55b6b1fdb6249303fe861f1ccba9a";

ConfigFile parse(const std::string& toml) {
  return parse_config_file(RelayId{"r1"}, toml);
}

// A whole config with these lines besides.
ConfigFile parse_with(const std::string& lines) {
  return parse(fmt::format("host = \"blue.relays.test\"\nsecret = \"{}\"\n{}", kSecret, lines));
}

TEST(ConfigFile, HasTheFieldsThatTenderKnows) {
  const ConfigFile file = parse_with(R"(schema = "blue"
inactive = true
[info]
  name = "Blue \"Ünï\""
[policy]
  public_join = true
[blossom.s3]
  bucket = "media"
[roles."a/b"]
  pubkeys = ["k1", "k2"]
[something]
  new = "unknown"
)");
  EXPECT_FALSE(file.torn()) << file.fault;
  EXPECT_EQ(file.id.text, "r1");
  EXPECT_EQ(file.text("/host"), "blue.relays.test");
  EXPECT_EQ(file.text("/info/name"), "Blue \"Ünï\"");
  EXPECT_EQ(file.values.at("/inactive"), "true");
  EXPECT_EQ(file.values.at("/policy/public_join"), "true");
  EXPECT_EQ(file.text("/blossom/s3/bucket"), "media");
  EXPECT_EQ(file.values.at("/roles/a~1b/pubkeys"), R"(["k1","k2"])");
  EXPECT_FALSE(file.values.contains("/something/new"));
  EXPECT_EQ(file.text("/info/icon"), "");
}

TEST(ConfigFile, KeepsOfTheSecretOnlyItsPublicKey) {
  const ConfigFile file = parse_with("");
  EXPECT_EQ(file.identity, nostr::SecretKey::parse(kSecret).public_key().hex());
  for (const auto& [pointer, value] : file.values) {
    EXPECT_THAT(value, Not(HasSubstr(kSecret))) << pointer;
  }
  EXPECT_TRUE(file.secrets.empty());
}

TEST(ConfigFile, KeepsCredentialsApart) {
  const ConfigFile file = parse_with(R"([blossom.s3]
access_key = "s3-access"
secret_key = ""
[livekit]
api_key = "lk-key"
api_secret = "lk-secret"
)");
  EXPECT_EQ(file.secrets.at("/blossom/s3/access_key").reveal(), "s3-access");
  EXPECT_EQ(file.secrets.at("/livekit/api_secret").reveal(), "lk-secret");
  EXPECT_FALSE(file.secrets.contains("/blossom/s3/secret_key"));
  EXPECT_FALSE(file.values.contains("/livekit/api_key"));
}

TEST(ConfigFile, IsTornWhenZooidCannotLoadIt) {
  EXPECT_EQ(parse("").fault, "it is empty");
  EXPECT_EQ(parse(" \n\n").fault, "it is empty");
  EXPECT_EQ(parse("host = \"a\"\nsecret = \"ab").fault, "it is not TOML (line 2)");
  EXPECT_EQ(parse("host = \"blue\"").fault, "it has no secret");
  EXPECT_EQ(parse("host = \"blue\"\nsecret = 5").fault, "it has no secret");
  EXPECT_EQ(parse(fmt::format("secret = \"{}\"", kSecret)).fault, "it has no host");
}

TEST(ConfigFile, NeverQuotesWhatItCannotRead) {
  EXPECT_THAT(parse(fmt::format("secret = {}\nhost", kSecret)).fault,
              Not(HasSubstr(std::string(kSecret).substr(0, 8))));
}

TEST(ConfigFile, HasNoIdentityWhenTheSecretIsNoKey) {
  const ConfigFile file = parse("host = \"blue\"\nsecret = \"abc\"");
  EXPECT_FALSE(file.torn());
  EXPECT_EQ(file.identity, "");
}

TEST(ConfigFile, RefusesKeysOfTooManyParts) {
  std::string deep = "a";
  for (int i = 0; i < 400'000; ++i) {
    deep += ".a";
  }
  const std::string refused = "it is not a config: a key in it has too many parts";
  EXPECT_EQ(parse(deep + " = 1").fault, refused);
  EXPECT_EQ(parse('[' + deep + ']').fault, refused);
  EXPECT_EQ(parse("x = '''a''''\n" + deep + " = 1").fault, refused);
  EXPECT_EQ(parse("x = {y = \"\"\"a\"\"\"\", " + deep + " = 1}").fault, refused);
  EXPECT_EQ(parse("x = \"\\\"\" # '\n" + deep + " = 1").fault, refused);
  EXPECT_EQ(parse("x = \"not closed\n" + deep + " = 1").fault, refused);
  EXPECT_EQ(parse("x = " + std::string(500'000, '[')).fault, "it is not TOML (line 1)");
}

TEST(ConfigFile, TakesAnyNumberOfDotsInTexts) {
  const std::string dots(1000, '.');
  const ConfigFile file = parse_with(
      fmt::format("# {0}\nx = '{0}'\ny = '''\n{0}\n'''\n[info]\nname = \"a\\\"{0}\"\n", dots));
  EXPECT_FALSE(file.torn()) << file.fault;
  EXPECT_EQ(file.text("/info/name"), "a\"" + dots);
}

TEST(ConfigFile, TakesWhatIsLeftOutAsNothing) {
  for (const char* nothing : {"false", R"("")", "null", "[]", "{}"}) {
    EXPECT_TRUE(is_nothing(nothing)) << nothing;
  }
  for (const char* something : {"true", R"("a")", "0.5", R"(["a"])"}) {
    EXPECT_FALSE(is_nothing(something)) << something;
  }
}

}  // namespace
}  // namespace tender::zooid
