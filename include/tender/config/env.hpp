// The configuration as typed values, read from the environment and a `.env` file in one go. Made
// once by the command line, or by a program that embeds the sidecar, and handed down by reference;
// nothing else in the product reads these variables. Reading blocks on a few small files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <spdlog/common.h>

#include "tender/base/clock.hpp"
#include "tender/base/log.hpp"
#include "tender/base/random.hpp"
#include "tender/base/secret.hpp"
#include "tender/config/config_error.hpp"
#include "tender/config/environment.hpp"
#include "tender/http/server.hpp"
#include "tender/http/url.hpp"
#include "tender/nostr/keys.hpp"

namespace tender::config {

/// Where zooid keeps the media of blossom relays: sent to zooid, never used by tender itself.
struct S3Settings {
  std::string endpoint;  // an http or https URL
  std::string region;
  std::string bucket;
  Secret access_key;
  Secret secret_key;
};

/// The LiveKit server of relays with calls: sent to zooid, never used by tender itself.
struct LivekitSettings {
  std::string url;  // ws, wss, http or https
  Secret api_key;
  Secret api_secret;
};

/// What to do when zooid has lost a relay that it once took (RELAY_RECREATE).
enum class RelayRecreate : std::uint8_t {
  never,      // hold it as a dead letter until a person decides
  automatic,  // recreate it (spelled `auto`)
};

/// How to look whether zooid serves a relay (RELAY_VERIFY; `auto` is resolved when it is read).
enum class RelayVerify : std::uint8_t {
  off,
  direct,   // at the API's address, with the relay's Host
  public_,  // at the relay's own URL
};

/// What tender does when zooid shows something different from the row (RELAY_DRIFT).
enum class RelayDrift : std::uint8_t {
  automatic,  // adopts what a relay's owner may change, and enforces the rest
  enforce,
  adopt,
  report,
};

/// The answer of that name, as RELAY_DRIFT and a relay's own `drift` spell it; nothing for another.
[[nodiscard]] std::optional<RelayDrift> parse_relay_drift(std::string_view name);

/// A key in ADMIN_PUBKEYS.
struct AdminKey {
  nostr::PublicKey key;
  bool read_only = false;  // written with `:ro` behind it
};

/// Where the sidecar offers its admin API, and to whom.
struct AdminSettings {
  std::optional<http::ServerAddress> bind;  // nothing: not at all
  std::optional<http::Url> url;             // what clients call it, if that is something else
  std::vector<AdminKey> pubkeys;
  Secret token;               // empty: no bearer token is accepted
  bool metrics_auth = false;  // whether /metrics, too, is only for those two

  /// The URL under ADMIN_URL of a path with its query, for which tokens are made then; nothing
  /// without ADMIN_URL.
  [[nodiscard]] std::optional<std::string> public_url(std::string_view target) const;
};

/// How webhooks are sent.
struct TriggerSettings {
  Secret key;  // TRIGGER_KEY; empty: none
  bool allow_private = false;
  bool allow_http = false;
  int max_depth = 1;            // 1 to 100
  Milliseconds delivery_ttl{};  // more than 0
  Environment environment;      // where `env:NAME` of a trigger's secret is looked up; secret
};

/// What a command needs that uses only the database.
struct StoreEnv {
  // Relative ones are relative to the working directory. A relative one of an env file, and the
  // default, was relative to that file, and has the file's directory in front.
  std::filesystem::path database_path;
  Milliseconds activity_retention{};  // zero: everything is kept
  bool activity_archive = true;       // whether what is pruned is archived
  // How often each relay is looked at; zero: only after syncs. What was not seen for two sweeps is
  // not known any more.
  Milliseconds relay_sweep{};
  spdlog::level::level_enum log_level = spdlog::level::info;
  LogFormat log_format = LogFormat::text;
  std::optional<std::filesystem::path> zooid_config_dir;  // may not exist; nothing: not known
  AdminSettings admin;
  TriggerSettings triggers;
  bool has_livekit = false;  // whether LIVEKIT_* is given here; a hint, the sidecar's counts
  // The subdomains whose relays would have a host of ZOOID_API_URL, where zooid serves its API
  // only. None when ZOOID_API_URL or RELAY_DOMAIN is not given.
  std::set<std::string> reserved_subdomains;
  std::optional<std::string> host_domain;  // RELAY_DOMAIN, if it is given here; for show
  std::vector<std::string> warnings;       // for the caller to log; no secrets in them
};

/// How to talk to zooid: the settings that are optional.
struct ZooidOptions {
  Milliseconds zooid_api_timeout{};                        // more than 0
  std::size_t members_requests_max = 1;                    // 1 to 1024
  std::optional<std::filesystem::path> zooid_api_ca_file;  // was readable PEM when it was checked
  std::optional<S3Settings> blossom_s3;                    // nothing: zooid's local adapter
  std::optional<LivekitSettings> livekit;                  // nothing: livekit is sent disabled
  int relay_sync_retry_max_attempts = 0;                   // 0 to 100
  Milliseconds relay_sync_retry_base{};                    // more than 0
  Milliseconds relay_sync_retry_cap{};                     // at least the base
  std::size_t relay_sync_concurrency = 1;                  // 1 to 256
  int relay_sync_rate = 0;                                 // syncs per second; 0: no bound
  Milliseconds relay_sync_settle{};                        // more than 0
  Milliseconds reconcile_interval{};                       // 0: never
  RelayRecreate relay_recreate = RelayRecreate::never;
  RelayVerify relay_verify = RelayVerify::off;
  RelayDrift relay_drift = RelayDrift::automatic;
};

/// What a command needs that talks to zooid. A copyable value; its secrets are zeroed with it.
struct Env : StoreEnv, ZooidOptions {
  Env(StoreEnv store, ZooidOptions options, std::vector<http::Url> api_urls, std::string domain,
      nostr::SecretKey key);

  /// ZOOID_API_URL, for people: its addresses, separated by commas.
  [[nodiscard]] std::string zooid_api_text() const;

  /// The Authorization header of one request to zooid, signed with the robot's key
  /// (nostr::make_http_auth): for this URL and method, for one attempt.
  [[nodiscard]] std::string make_auth(Random& random, TimePoint now, std::string_view url,
                                      std::string_view method, std::string_view body) const;

  // The addresses of the one zooid, at least one, in the order given; without a query. They may
  // carry a path, which goes before ours.
  std::vector<http::Url> zooid_api_urls;
  std::string relay_domain;  // lowercase, without a final dot
  nostr::SecretKey robot_key;
};

/// The `.env` file to read besides the environment, which wins over it.
struct EnvFile {
  std::filesystem::path path;  // empty: none
  bool required = false;       // whether its absence is a fault (`--env-file`)
};

/// The file that is read when it is there: `.env` in the working directory.
[[nodiscard]] EnvFile default_env_file();

// All three read every variable and throw ConfigError with all faults at once: a value that is
// given must be valid even where the command does not need it. They differ in what must be given.

/// Nothing must be given.
[[nodiscard]] StoreEnv load_store_env(const Environment& environment, const EnvFile& file = {});

/// ROBOT_SECRET must be given.
[[nodiscard]] nostr::SecretKey load_robot_key(const Environment& environment,
                                              const EnvFile& file = {});

/// Every required variable must be given.
[[nodiscard]] Env load_env(const Environment& environment, const EnvFile& file = {});

}  // namespace tender::config
