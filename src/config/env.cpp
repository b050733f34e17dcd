#include "tender/config/env.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "tender/config/duration.hpp"
#include "tender/nostr/http_auth.hpp"

#include "settings.hpp"

namespace tender::config {
namespace {

namespace level = spdlog::level;

constexpr std::array<Choice<level::level_enum>, 5> kLogLevels = {{{"trace", level::trace},
                                                                  {"debug", level::debug},
                                                                  {"info", level::info},
                                                                  {"warn", level::warn},
                                                                  {"error", level::err}}};
constexpr std::array<Choice<LogFormat>, 2> kLogFormats = {
    {{"text", LogFormat::text}, {"json", LogFormat::json}}};
constexpr std::array<Choice<bool>, 2> kOnOff = {{{"on", true}, {"off", false}}};
constexpr std::array<Choice<RelayRecreate>, 2> kRecreate = {
    {{"never", RelayRecreate::never}, {"auto", RelayRecreate::automatic}}};
constexpr std::array<Choice<RelayDrift>, 4> kDrift = {{{"auto", RelayDrift::automatic},
                                                       {"enforce", RelayDrift::enforce},
                                                       {"adopt", RelayDrift::adopt},
                                                       {"report", RelayDrift::report}}};
// Nothing: auto.
constexpr std::array<Choice<std::optional<RelayVerify>>, 4> kVerify = {
    {{"auto", std::nullopt},
     {"direct", RelayVerify::direct},
     {"public", RelayVerify::public_},
     {"off", RelayVerify::off}}};

// The value of the fields that have a default in the table. It is missing only if a fault was
// noted, and then no Env is made.
template <class T>
T value_or_nothing(std::optional<T> value) {
  return value ? *std::move(value) : T{};
}

template <class T, std::size_t N>
T read_choice(Settings& settings, std::string_view name, const std::array<Choice<T>, N>& choices) {
  return value_or_nothing(settings.read(name, [&](std::string_view text) {
    return parse_choice<T>(text, std::span<const Choice<T>>(choices));
  }));
}

int read_count(Settings& settings, std::string_view name, int least, int most) {
  return value_or_nothing(
      settings.read(name, [&](std::string_view text) { return parse_count(text, least, most); }));
}

std::filesystem::path read_database_path(Settings& settings, const EnvFile& file) {
  auto path = value_or_nothing(settings.read("DATABASE_URL", parse_database_url));
  // The default is one of the file that the rest comes from.
  const bool of_environment =
      settings.given("DATABASE_URL") && !settings.is_of_file("DATABASE_URL");
  return of_environment ? path : file.path.parent_path() / path;
}

AdminSettings read_admin(Settings& settings) {
  AdminSettings admin;
  admin.bind = settings.read("ADMIN_BIND", parse_bind).value_or(std::nullopt);
  admin.url = settings.read("ADMIN_URL", parse_api_url);
  admin.pubkeys =
      settings.read("ADMIN_PUBKEYS", parse_admin_keys).value_or(std::vector<AdminKey>());
  admin.token = settings.read("ADMIN_TOKEN", parse_admin_token).value_or(Secret());
  admin.metrics_auth = read_choice(settings, "METRICS_AUTH", kOnOff);
  return admin;
}

TriggerSettings read_triggers(Settings& settings, const Environment& environment) {
  TriggerSettings triggers;
  triggers.key = settings.secret("TRIGGER_KEY").value_or(Secret());
  triggers.allow_private = read_choice(settings, "TRIGGER_ALLOW_PRIVATE", kOnOff);
  triggers.allow_http = read_choice(settings, "TRIGGER_ALLOW_HTTP", kOnOff);
  triggers.max_depth = read_count(settings, "TRIGGER_MAX_DEPTH", 1, 100);
  triggers.delivery_ttl = value_or_nothing(settings.read("TRIGGER_DELIVERY_TTL", parse_wait));
  triggers.environment = environment;
  return triggers;
}

StoreEnv read_store(Settings& settings, const Environment& environment, const EnvFile& file,
                    const ZooidOptions& options) {
  StoreEnv store;
  store.has_livekit = options.livekit.has_value();
  store.database_path = read_database_path(settings, file);
  store.activity_retention =
      value_or_nothing(settings.read("ACTIVITY_RETENTION", parse_wait_or_zero));
  store.activity_archive = read_choice(settings, "ACTIVITY_ARCHIVE", kOnOff);
  store.zooid_config_dir = settings.read("ZOOID_CONFIG_DIR", parse_directory);
  store.relay_sweep = value_or_nothing(settings.read("RELAY_SWEEP", parse_wait_or_zero));
  if (options.relay_verify == RelayVerify::off) {
    store.relay_sweep = Milliseconds::zero();
  }
  store.admin = read_admin(settings);
  store.triggers = read_triggers(settings, environment);
  store.log_level = read_choice(settings, "LOG_LEVEL", kLogLevels);
  store.log_format = read_choice(settings, "LOG_FORMAT", kLogFormats);
  store.warnings = settings.take_warnings();
  return store;
}

std::optional<S3Settings> read_s3(Settings& settings) {
  settings.require_all_or_none(Group::blossom_s3);
  auto endpoint = settings.read("BLOSSOM_S3_ENDPOINT", parse_http_url);
  auto region = settings.read("BLOSSOM_S3_REGION", parse_text);
  auto bucket = settings.read("BLOSSOM_S3_BUCKET", parse_text);
  auto access_key = settings.secret("BLOSSOM_S3_ACCESS_KEY");
  auto secret_key = settings.secret("BLOSSOM_S3_SECRET_KEY");
  if (!endpoint || !region || !bucket || !access_key || !secret_key) {
    return std::nullopt;
  }
  return S3Settings{*std::move(endpoint), *std::move(region), *std::move(bucket),
                    *std::move(access_key), *std::move(secret_key)};
}

std::optional<LivekitSettings> read_livekit(Settings& settings) {
  settings.require_all_or_none(Group::livekit);
  auto url = settings.read("LIVEKIT_URL", parse_websocket_url);
  auto api_key = settings.secret("LIVEKIT_API_KEY");
  auto api_secret = settings.secret("LIVEKIT_API_SECRET");
  if (!url || !api_key || !api_secret) {
    return std::nullopt;
  }
  return LivekitSettings{*std::move(url), *std::move(api_key), *std::move(api_secret)};
}

void check_retry_order(Settings& settings, Milliseconds base, Milliseconds cap) {
  if (cap < base && base > Milliseconds::zero() && cap > Milliseconds::zero()) {
    const std::string_view name =
        settings.given("RELAY_SYNC_RETRY_CAP") ? "RELAY_SYNC_RETRY_CAP" : "RELAY_SYNC_RETRY_BASE";
    settings.fault(name, {fmt::format("makes the longest wait between retries, {}, shorter than "
                                      "the first one, {}",
                                      format_duration(cap), format_duration(base)),
                          "make RELAY_SYNC_RETRY_CAP at least RELAY_SYNC_RETRY_BASE"});
  }
}

ZooidOptions read_options(Settings& settings, bool tls) {
  ZooidOptions options;
  options.zooid_api_timeout = value_or_nothing(settings.read("ZOOID_API_TIMEOUT", parse_wait));
  options.zooid_api_ca_file = settings.read("ZOOID_API_CA_FILE", parse_ca_file);
  options.members_requests_max =
      static_cast<std::size_t>(read_count(settings, "MEMBERS_REQUESTS_MAX", 1, 1024));
  options.relay_sync_retry_max_attempts =
      read_count(settings, "RELAY_SYNC_RETRY_MAX_ATTEMPTS", 0, 100);
  options.relay_sync_retry_base =
      value_or_nothing(settings.read("RELAY_SYNC_RETRY_BASE", parse_wait));
  options.relay_sync_retry_cap =
      value_or_nothing(settings.read("RELAY_SYNC_RETRY_CAP", parse_wait));
  check_retry_order(settings, options.relay_sync_retry_base, options.relay_sync_retry_cap);
  options.relay_sync_concurrency =
      static_cast<std::size_t>(read_count(settings, "RELAY_SYNC_CONCURRENCY", 1, 256));
  options.relay_sync_rate = read_count(settings, "RELAY_SYNC_RATE", 0, 1000);
  options.relay_sync_settle = value_or_nothing(settings.read("RELAY_SYNC_SETTLE", parse_wait));
  options.reconcile_interval =
      value_or_nothing(settings.read("RECONCILE_INTERVAL", parse_wait_or_zero));
  options.relay_recreate = read_choice(settings, "RELAY_RECREATE", kRecreate);
  const auto by_scheme = tls ? RelayVerify::public_ : RelayVerify::direct;
  options.relay_verify = read_choice(settings, "RELAY_VERIFY", kVerify).value_or(by_scheme);
  options.relay_drift = read_choice(settings, "RELAY_DRIFT", kDrift);
  options.blossom_s3 = read_s3(settings);
  options.livekit = read_livekit(settings);
  return options;
}

std::set<std::string> find_reserved_subdomains(const std::vector<http::Url>& api_urls,
                                               const std::string& domain) {
  const std::string below = "." + domain;
  std::set<std::string> reserved;
  for (const http::Url& api_url : api_urls) {
    const std::string& host = api_url.host();
    if (host.ends_with(below)) {
      reserved.insert(host.substr(0, host.size() - below.size()));
    }
  }
  return reserved;
}

// All that was read; the required values may be missing. Members are read in this order.
struct Reading {
  Reading(const Environment& environment, const EnvFile& env_file)
      : file(env_file), given(environment), settings(environment, file) {}

  void throw_faults() {
    if (std::vector<EnvFault> faults = settings.take_faults(); !faults.empty()) {
      throw ConfigError(std::move(faults), store.warnings);
    }
  }

  EnvFile file;
  const Environment& given;
  Settings settings;
  std::optional<std::vector<http::Url>> api_urls = settings.read("ZOOID_API_URL", parse_zooid_urls);
  std::optional<std::string> domain = settings.read("RELAY_DOMAIN", parse_domain);
  std::optional<nostr::SecretKey> robot_key = settings.read("ROBOT_SECRET", parse_secret_key);
  ZooidOptions options = read_options(settings, api_urls && api_urls->front().tls());
  StoreEnv store = read_store(settings, given, file, options);
};

}  // namespace

std::optional<RelayDrift> parse_relay_drift(std::string_view name) {
  const auto found = std::ranges::find(kDrift, name, &Choice<RelayDrift>::name);
  return found == kDrift.end() ? std::nullopt : std::optional(found->value);
}

std::optional<std::string> AdminSettings::public_url(std::string_view target) const {
  if (!url) {
    return std::nullopt;
  }
  std::string base = url->text();
  if (base.ends_with('/')) {
    base.pop_back();
  }
  return base.append(target);
}

Env::Env(StoreEnv store, ZooidOptions options, std::vector<http::Url> api_urls, std::string domain,
         nostr::SecretKey key)
    : StoreEnv(std::move(store)),
      ZooidOptions(std::move(options)),
      zooid_api_urls(std::move(api_urls)),
      relay_domain(std::move(domain)),
      robot_key(key) {
  reserved_subdomains = find_reserved_subdomains(zooid_api_urls, relay_domain);
  host_domain = relay_domain;
}

std::string Env::zooid_api_text() const {
  std::string text;
  for (const http::Url& url : zooid_api_urls) {
    text += (text.empty() ? "" : ", ") + url.text();
  }
  return text;
}

std::string Env::make_auth(Random& random, TimePoint now, std::string_view url,
                           std::string_view method, std::string_view body) const {
  return nostr::make_http_auth(robot_key, random, now, url, method, body);
}

EnvFile default_env_file() {
  return {".env", false};
}

StoreEnv load_store_env(const Environment& environment, const EnvFile& file) {
  Reading reading(environment, file);
  reading.throw_faults();
  if (reading.api_urls && reading.domain) {
    reading.store.reserved_subdomains =
        find_reserved_subdomains(*reading.api_urls, *reading.domain);
  }
  reading.store.host_domain = std::move(reading.domain);
  return std::move(reading.store);
}

nostr::SecretKey load_robot_key(const Environment& environment, const EnvFile& file) {
  Reading reading(environment, file);
  reading.settings.require("ROBOT_SECRET");
  reading.throw_faults();
  assert(reading.robot_key);
  return *reading.robot_key;
}

Env load_env(const Environment& environment, const EnvFile& file) {
  Reading reading(environment, file);
  for (const Variable& each : variables()) {
    if (each.required) {
      reading.settings.require(each.name);
    }
  }
  reading.throw_faults();
  assert(reading.api_urls && reading.domain && reading.robot_key);
  return Env(std::move(reading.store), std::move(reading.options), *std::move(reading.api_urls),
             *std::move(reading.domain), *reading.robot_key);
}

}  // namespace tender::config
