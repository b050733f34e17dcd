#include "tender/config/env.hpp"

#include <type_traits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tender/nostr/http_auth.hpp"

#include "config/sample_environment.hpp"
#include "support/seeded_random.hpp"

namespace tender::config {
namespace {

using namespace std::chrono_literals;
using test::required_only;
using test::SampleFile;
using test::with;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

static_assert(std::is_copy_constructible_v<Env>);

TEST(Env, HasTheDefaultsOfTheTable) {
  const Env env = load_env(required_only());
  EXPECT_EQ(env.zooid_api_text(), "http://localhost:3334/");
  EXPECT_EQ(env.members_requests_max, 64U);
  EXPECT_EQ(env.relay_domain, "relays.example.com");
  EXPECT_EQ(env.robot_key.reveal_hex(), test::kRobotKey);
  EXPECT_EQ(env.database_path, "data/tender.db");
  EXPECT_EQ(env.activity_retention, std::chrono::days(90));
  EXPECT_TRUE(env.activity_archive);
  EXPECT_EQ(env.log_level, spdlog::level::info);
  EXPECT_EQ(env.log_format, LogFormat::text);
  EXPECT_EQ(env.zooid_api_timeout, 5s);
  EXPECT_EQ(env.zooid_api_ca_file, std::nullopt);
  EXPECT_EQ(env.zooid_config_dir, std::nullopt);
  EXPECT_EQ(env.relay_sync_retry_max_attempts, 6);
  EXPECT_EQ(env.relay_sync_retry_base, 30s);
  EXPECT_EQ(env.relay_sync_retry_cap, 15min);
  EXPECT_EQ(env.relay_sync_concurrency, 16U);
  EXPECT_EQ(env.relay_sync_rate, 0);
  EXPECT_EQ(env.relay_sync_settle, 30s);
  EXPECT_EQ(env.reconcile_interval, 1h);
  EXPECT_EQ(env.relay_recreate, RelayRecreate::never);
  EXPECT_FALSE(env.blossom_s3.has_value());
  EXPECT_FALSE(env.livekit.has_value());
  EXPECT_THAT(env.warnings, IsEmpty());
}

TEST(Env, LooksForRelaysWhereTheApiIsUnlessItIsToldOtherwise) {
  const auto verify = [](const char* url, const char* setting) {
    Environment environment = test::with("ZOOID_API_URL", url);
    environment["RELAY_VERIFY"] = setting;
    return load_env(environment).relay_verify;
  };
  EXPECT_EQ(verify("http://zooid:3334", "auto"), RelayVerify::direct);
  EXPECT_EQ(verify("https://api.example.com", "auto"), RelayVerify::public_);
  EXPECT_EQ(verify("https://api.example.com", ""), RelayVerify::public_);
  EXPECT_EQ(verify("https://api.example.com", "direct"), RelayVerify::direct);
  EXPECT_EQ(verify("http://zooid:3334", "public"), RelayVerify::public_);
  EXPECT_EQ(verify("http://zooid:3334", "off"), RelayVerify::off);
}

TEST(Env, TakesSeveralAddressesOfOneZooidInTheirOrder) {
  const Env env =
      load_env(with("ZOOID_API_URL", "http://zooid:3334,https://Api.example.com , http://[::1]"));
  EXPECT_EQ(env.zooid_api_text(), "http://zooid:3334/, https://api.example.com/, http://[::1]/");
  EXPECT_EQ(env.zooid_api_urls.size(), 3U);
  EXPECT_EQ(env.relay_verify, RelayVerify::direct);  // as its first address is http
}

TEST(Env, ReservesTheSubdomainOfEachAddress) {
  Environment environment =
      with("ZOOID_API_URL", "http://api.relays.test,http://zooid:3334,http://spare.relays.test");
  environment["RELAY_DOMAIN"] = "relays.test";
  EXPECT_THAT(load_env(environment).reserved_subdomains, ElementsAre("api", "spare"));
  EXPECT_THAT(load_store_env(environment).reserved_subdomains, ElementsAre("api", "spare"));
  environment["RELAY_DOMAIN"] = "elsewhere.test";
  EXPECT_THAT(load_env(environment).reserved_subdomains, IsEmpty());
}

TEST(Env, KeepsTheWholeLogWhenTheRetentionIsZero) {
  for (const char* zero : {"0", "0s", "0d"}) {
    EXPECT_EQ(load_env(test::with("ACTIVITY_RETENTION", zero)).activity_retention, 0s) << zero;
  }
}

TEST(Env, HasWhatIsGiven) {
  const SampleFile ca("-----BEGIN CERTIFICATE-----\n");
  Environment environment = test::with_groups();
  environment.insert({{"DATABASE_URL", "sqlite:///data/tender.db"},
                      {"ACTIVITY_RETENTION", "7d"},
                      {"ACTIVITY_ARCHIVE", "off"},
                      {"ZOOID_API_TIMEOUT", "750ms"},
                      {"MEMBERS_REQUESTS_MAX", "1024"},
                      {"ZOOID_API_CA_FILE", ca.path()},
                      {"RELAY_SYNC_RETRY_MAX_ATTEMPTS", "0"},
                      {"RELAY_SYNC_RETRY_BASE", "1s"},
                      {"RELAY_SYNC_RETRY_CAP", "1s"},
                      {"RELAY_SYNC_CONCURRENCY", "256"},
                      {"RELAY_SYNC_RATE", "20"},
                      {"RELAY_SYNC_SETTLE", "1m"},
                      {"RECONCILE_INTERVAL", "0"},
                      {"RELAY_RECREATE", "auto"},
                      {"LOG_LEVEL", "debug"},
                      {"LOG_FORMAT", "json"}});
  const Env env = load_env(environment);
  EXPECT_EQ(env.database_path, "/data/tender.db");
  EXPECT_EQ(env.activity_retention, std::chrono::days(7));
  EXPECT_FALSE(env.activity_archive);
  EXPECT_EQ(env.zooid_api_timeout, 750ms);
  EXPECT_EQ(env.members_requests_max, 1024U);
  EXPECT_EQ(env.zooid_api_ca_file, ca.path());
  EXPECT_EQ(env.relay_sync_retry_max_attempts, 0);
  EXPECT_EQ(env.relay_sync_retry_base, 1s);
  EXPECT_EQ(env.relay_sync_retry_cap, 1s);
  EXPECT_EQ(env.relay_sync_concurrency, 256U);
  EXPECT_EQ(env.relay_sync_rate, 20);
  EXPECT_EQ(env.relay_sync_settle, 1min);
  EXPECT_EQ(env.reconcile_interval, 0s);
  EXPECT_EQ(env.relay_recreate, RelayRecreate::automatic);
  EXPECT_EQ(env.log_level, spdlog::level::debug);
  EXPECT_EQ(env.log_format, LogFormat::json);
  EXPECT_EQ(test::present(env.blossom_s3).endpoint, "https://s3.example.com");
  EXPECT_EQ(test::present(env.blossom_s3).region, "eu-central-1");
  EXPECT_EQ(test::present(env.blossom_s3).bucket, "relay-media");
  EXPECT_EQ(test::present(env.blossom_s3).access_key.reveal(), "access");
  EXPECT_EQ(test::present(env.blossom_s3).secret_key.reveal(), "secret");
  EXPECT_EQ(test::present(env.livekit).url, "wss://livekit.example.com");
  EXPECT_EQ(test::present(env.livekit).api_key.reveal(), "key");
  EXPECT_EQ(test::present(env.livekit).api_secret.reveal(), "hidden");
}

TEST(Env, TakesOneGroupWithoutTheOther) {
  Environment environment = test::with_groups();
  std::erase_if(environment, [](const auto& each) { return each.first.starts_with("LIVEKIT_"); });
  const Env env = load_env(environment);
  EXPECT_TRUE(env.blossom_s3.has_value());
  EXPECT_FALSE(env.livekit.has_value());
}

TEST(Env, KnowsEveryLogLevel) {
  namespace level = spdlog::level;
  EXPECT_EQ(load_env(with("LOG_LEVEL", "trace")).log_level, level::trace);
  EXPECT_EQ(load_env(with("LOG_LEVEL", "info")).log_level, level::info);
  EXPECT_EQ(load_env(with("LOG_LEVEL", "warn")).log_level, level::warn);
  EXPECT_EQ(load_env(with("LOG_LEVEL", "error")).log_level, level::err);
}

TEST(Env, TakesEverySchemeOfLivekit) {
  for (const char* url :
       {"ws://localhost:7880", "wss://a.example", "http://localhost:7880", "https://a.example"}) {
    Environment environment = test::with_groups();
    environment["LIVEKIT_URL"] = url;
    EXPECT_EQ(test::present(load_env(environment).livekit).url, url);
  }
}

TEST(Env, TakesAnEmptyVariableAsUnset) {
  Environment environment = with("LOG_LEVEL", "");
  environment["BLOSSOM_S3_BUCKET"] = "";
  environment["ROBOT_SECRET_FILE"] = "";
  const Env env = load_env(environment);
  EXPECT_EQ(env.log_level, spdlog::level::info);
  EXPECT_FALSE(env.blossom_s3.has_value());
}

TEST(Env, IsCopiedWithItsSecrets) {
  const Env copy = Env(load_env(test::with_groups()));
  EXPECT_EQ(copy.robot_key.reveal_hex(), test::kRobotKey);
  EXPECT_EQ(test::present(copy.livekit).api_secret.reveal(), "hidden");
}

TEST(Env, SignsRequestsWithTheRobotsKey) {
  const Env env = load_env(required_only());
  test::SeededRandom random(1);
  const TimePoint now{1'700'000'000s};
  const std::string header =
      env.make_auth(random, now, "http://localhost:3334/relay/1", "PATCH", "{}");
  nostr::HttpAuthCheck check;
  check.header = header;
  check.url = "http://localhost:3334/relay/1";
  check.method = "PATCH";
  check.body = "{}";
  check.now = now;
  const nostr::HttpAuthResult result = nostr::verify_http_auth(check);
  EXPECT_EQ(result.fault, nostr::HttpAuthFault::none);
  EXPECT_EQ(result.signer, env.robot_key.public_key());
}

TEST(EnvFile, FillsInWhatTheEnvironmentDoesNotGive) {
  const SampleFile file("LOG_LEVEL=debug\nLOG_FORMAT=json\n");
  const Env env = load_env(with("LOG_LEVEL", "error"), {file.path(), true});
  EXPECT_EQ(env.log_level, spdlog::level::err);
  EXPECT_EQ(env.log_format, LogFormat::json);
}

TEST(EnvFile, FillsInWhatIsEmptyInTheEnvironment) {
  const SampleFile file("LOG_LEVEL=debug\n");
  EXPECT_EQ(load_env(with("LOG_LEVEL", ""), {file.path(), true}).log_level, spdlog::level::debug);
}

TEST(EnvFile, IsIgnoredWhereTheEnvironmentWinsEvenIfItsValueIsWrong) {
  const SampleFile file("LOG_LEVEL=loud\n");
  EXPECT_EQ(load_env(with("LOG_LEVEL", "error"), {file.path(), true}).log_level,
            spdlog::level::err);
}

TEST(EnvFile, MayBeAbsentUnlessItWasAskedFor) {
  const test::TempDir directory;
  const std::filesystem::path path = directory.path() / ".env";
  EXPECT_THAT(test::faults_of(required_only(), {path, false}), IsEmpty());
  const auto faults = test::faults_of(required_only(), {path, true});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].variable, path.string());
  EXPECT_EQ(faults[0].problem, "cannot be read: No such file or directory");
}

TEST(EnvFile, IsTheOnlyFaultWhenItCannotBeRead) {
  const test::TempDir directory;
  const auto faults =
      test::faults_of({{"BLOSSOM_S3_REGION", "eu"}}, {directory.path() / "nothing.env", true});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].variable, directory.path() / "nothing.env");
}

TEST(EnvFile, IsDotEnvInTheWorkingDirectoryByDefault) {
  EXPECT_EQ(default_env_file().path, ".env");
  EXPECT_FALSE(default_env_file().required);
}

TEST(EnvFile, WarnsWhenItsSecretsAreOpenToOthers) {
  using std::filesystem::perms;
  const SampleFile file("ROBOT_SECRET=" + test::kRobotKey + "\n");
  Environment environment = required_only();
  environment.erase("ROBOT_SECRET");
  EXPECT_THAT(load_env(environment, {file.path(), true}).warnings, IsEmpty());
  file.allow(perms::owner_read | perms::owner_write | perms::group_read | perms::others_read);
  const std::string path = file.path();
  const std::string mode = geteuid() == 0 ? "640" : "600";  // root's may be a service's
  EXPECT_THAT(
      load_env(environment, {file.path(), true}).warnings,
      ElementsAre(path + " holds secrets, and other users can access it (mode 0644): run `chmod " +
                  mode + " " + path + "`"));
}

TEST(EnvFile, WarnsWhenItsSecretsAreOpenToItsGroupAlone) {
  using std::filesystem::perms;
  const SampleFile file("LIVEKIT_API_KEY=key\n");
  file.allow(perms::owner_read | perms::group_read);
  Environment environment = test::with_groups();
  const bool of_root = geteuid() == 0;
  EXPECT_EQ(load_env(environment, {file.path(), true}).warnings.empty(), of_root);
}

TEST(EnvFile, OfAnotherUserMayBeReadByItsGroup) {
  using std::filesystem::perms;
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root can give a file away";
  }
  const SampleFile file("ROBOT_SECRET=" + test::kRobotKey + "\n");
  constexpr uid_t another = 12345;
  ASSERT_EQ(chown(file.path().c_str(), another, another), 0);
  Environment environment = required_only();
  environment.erase("ROBOT_SECRET");
  file.allow(perms::owner_read | perms::group_read);
  EXPECT_THAT(load_env(environment, {file.path(), true}).warnings, IsEmpty());
  file.allow(perms::owner_read | perms::group_read | perms::group_write);
  EXPECT_THAT(load_env(environment, {file.path(), true}).warnings,
              ElementsAre(HasSubstr("(mode 0460): run `chmod 640 ")));
}

TEST(EnvFile, WithoutSecretsMayBeOpenToOthers) {
  using std::filesystem::perms;
  const SampleFile file("LOG_LEVEL=debug\nROBOT_SECRET=\n");
  file.allow(perms::owner_read | perms::others_read);
  EXPECT_THAT(load_env(required_only(), {file.path(), true}).warnings, IsEmpty());
}

TEST(EnvFile, MayHoldWhatComposeReadsFromTheSameFile) {
  const SampleFile file("TENDER_ZOOID_IMAGE=zooid\nTENDER_IMAGE=tender\nAPI_WHITELIST=ab\n");
  EXPECT_THAT(load_env(required_only(), {file.path(), true}).warnings, IsEmpty());
}

TEST(Environment, WithANameThatIsAlmostOursIsAWarning) {
  const Env env = load_env(with("RELAY_DOMIAN", "x.example.com"));
  EXPECT_THAT(env.warnings,
              ElementsAre("RELAY_DOMIAN is not a tender variable: did you mean RELAY_DOMAIN?"));
}

TEST(Environment, WithTheFileFormOfWhatIsNotSecretIsAWarning) {
  const Env env = load_env(with("RELAY_DOMAIN_FILE", "/run/secrets/domain"));
  EXPECT_THAT(env.warnings, ElementsAre(HasSubstr("only secrets can be given by file; set "
                                                  "RELAY_DOMAIN")));
}

TEST(Environment, MayHoldOtherProgramsVariables) {
  Environment environment = required_only();
  environment.insert({{"PATH", "/bin"},
                      {"ZOOID_SERVICE_HOST", "10.0.0.1"},
                      {"ZOOID_PORT_3334_TCP_ADDR", "10.0.0.1"},
                      {"LOG_DIR", "/var/log"},
                      {"DATABASE_POOL_SIZE", "5"},
                      {"NO_COLOR", "1"}});
  EXPECT_THAT(load_env(environment).warnings, IsEmpty());
}

TEST(ProcessEnvironment, IsWhatTheProcessWasStartedWith) {
  ASSERT_EQ(setenv("TENDER_TEST_VARIABLE", "a=b", 1), 0);
  const Environment environment = process_environment();
  EXPECT_EQ(environment.at("TENDER_TEST_VARIABLE"), "a=b");
  EXPECT_EQ(environment.contains("TENDER_TEST_ABSENT"), false);
}

TEST(StoreEnv, NeedsNothing) {
  const StoreEnv env = load_store_env({{"DATABASE_URL", "sqlite://here.db"}});
  EXPECT_EQ(env.database_path, "here.db");
  EXPECT_EQ(load_store_env({}).database_path, "data/tender.db");
}

TEST(StoreEnv, HasItsDefaultDatabaseBesideTheEnvFile) {
  const test::TempDir directory;
  const EnvFile file{directory.path() / "settings", true};
  std::ofstream(file.path) << "LOG_LEVEL=info\n";
  EXPECT_EQ(load_store_env({}, file).database_path, directory.path() / "data/tender.db");
  EXPECT_EQ(load_store_env({{"DATABASE_URL", "sqlite://here.db"}}, file).database_path, "here.db");
}

TEST(StoreEnv, IsRefusedWhenAnUnneededVariableIsWrong) {
  EXPECT_THROW((void)load_store_env({{"RELAY_DOMAIN", "https://x"}}), ConfigError);
  EXPECT_THROW((void)load_store_env({{"LIVEKIT_URL", "wss://a.example"}}), ConfigError);
  EXPECT_THROW((void)load_store_env({{"ROBOT_SECRET", "abc"}}), ConfigError);
}

TEST(StoreEnv, CarriesTheWarnings) {
  EXPECT_EQ(load_store_env({{"LOGLEVEL", "debug"}}).warnings.size(), 1U);
}

TEST(RobotKey, NeedsNothingElse) {
  EXPECT_EQ(load_robot_key({{"ROBOT_SECRET", test::kRobotKey}}).reveal_hex(), test::kRobotKey);
}

TEST(Env, ListensForAdminsWhereItIsTold) {
  const auto bind = [](const char* text) {
    return load_env(test::with("ADMIN_BIND", text)).admin.bind;
  };
  const auto tcp = [](const std::optional<http::ServerAddress>& address) {
    return std::get<http::TcpAddress>(address.value());
  };
  EXPECT_EQ(tcp(bind("")).host, "127.0.0.1");
  EXPECT_EQ(tcp(bind("")).port, 8420);
  EXPECT_EQ(tcp(bind("[::1]:80")).host, "::1");
  EXPECT_EQ(tcp(bind("[::1]:80")).port, 80);
  EXPECT_EQ(tcp(bind("0.0.0.0:1")).host, "0.0.0.0");
  EXPECT_EQ(std::get<http::UnixAddress>(bind("unix:/run/a.sock").value()).path, "/run/a.sock");
  EXPECT_EQ(bind("off"), std::nullopt);
}

TEST(Env, KnowsWhichAdminsMayOnlyRead) {
  const std::string other(63, '0');
  const auto keys =
      load_env(with("ADMIN_PUBKEYS", test::kAdminKey + ":ro , " + other + "1")).admin.pubkeys;
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].key.hex(), test::kAdminKey);
  EXPECT_TRUE(keys[0].read_only);
  EXPECT_FALSE(keys[1].read_only);
  EXPECT_THAT(load_env(required_only()).admin.pubkeys, IsEmpty());
  EXPECT_TRUE(load_env(required_only()).admin.token.empty());
}

TEST(RobotKey, IsRequired) {
  try {
    (void)load_robot_key({});
    FAIL() << "there is no key";
  } catch (const ConfigError& error) {
    ASSERT_EQ(error.faults().size(), 1U);
    EXPECT_EQ(error.faults()[0].variable, "ROBOT_SECRET");
    EXPECT_THAT(error.faults()[0].remedy, HasSubstr("ROBOT_SECRET_FILE"));
  }
}

}  // namespace
}  // namespace tender::config
