#include "tender/config/variable.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "tender/base/ascii.hpp"
#include "tender/base/nearest.hpp"

namespace tender::config {
namespace {

constexpr std::string_view kFileSuffix = "_FILE";

constexpr std::array kVariables = {
    Variable{.name = "ZOOID_API_URL",
             .group = Group::zooid,
             .meaning = "The URL of zooid's management API. Its host (with the port, if there is "
                        "one) must be the same as zooid's `API_HOST`. Several addresses of the "
                        "same zooid are separated by commas: tender uses the next one when one "
                        "fails",
             .example = "for example http://localhost:3334",
             .required = true},
    Variable{.name = "RELAY_DOMAIN",
             .group = Group::zooid,
             .meaning = "The domain of all relays: a relay's host is `subdomain.domain`",
             .example = "for example relays.example.com",
             .required = true},
    Variable{.name = "ROBOT_SECRET",
             .group = Group::zooid,
             .meaning = "The nostr secret key that signs requests to zooid, as hex or nsec; its "
                        "public key must be in zooid's `API_WHITELIST`",
             .example = "`openssl rand -hex 32` makes one",
             .secret = true,
             .required = true},
    Variable{.name = "ZOOID_API_TIMEOUT",
             .group = Group::zooid,
             .default_value = "5s",
             .meaning = "The longest time that one request to zooid may take"},
    Variable{.name = "ZOOID_API_CA_FILE",
             .group = Group::zooid,
             .meaning = "A file of CA certificates (PEM) that tender trusts for zooid, in addition "
                        "to the system's",
             .example = "for example /etc/ssl/private-ca.pem"},
    Variable{.name = "MEMBERS_REQUESTS_MAX",
             .group = Group::zooid,
             .default_value = "64",
             .meaning = "The most lists of members that tender asks zooid for at the same time (1 "
                        "to 1024). Further callers wait, and are turned away when too many do"},
    Variable{.name = "ZOOID_CONFIG_DIR",
             .group = Group::zooid,
             .meaning = "zooid's config directory, if it is on this machine; tender only reads it. "
                        "Then tender sees every setting of a relay, damaged and lost files, and "
                        "relays that it does not know, and `tender import` can take these over",
             .example = "for example /zooid/config"},
    Variable{.name = "DATABASE_URL",
             .group = Group::database,
             .default_value = "sqlite://data/tender.db",
             .meaning = "The SQLite database: `sqlite://` and a path (`sqlite:///` and the rest "
                        "for an absolute path). A relative path in an env file, and the "
                        "default, is relative to that file; any other, to the working directory"},
    Variable{.name = "ACTIVITY_RETENTION",
             .group = Group::database,
             .default_value = "90d",
             .meaning = "How long rows of the activity log are kept; `0` keeps all of them. Rows "
                        "that the sidecar still needs are always kept"},
    Variable{.name = "ACTIVITY_ARCHIVE",
             .group = Group::database,
             .default_value = "on",
             .meaning = "What happens to older rows: `on` moves them into gzipped files beside the "
                        "database, `off` deletes them"},
    Variable{
        .name = "RELAY_SYNC_RETRY_MAX_ATTEMPTS",
        .group = Group::sync,
        .default_value = "6",
        .meaning = "How often a failed sync is retried before it becomes a dead letter (0 to 100)"},
    Variable{.name = "RELAY_SYNC_RETRY_BASE",
             .group = Group::sync,
             .default_value = "30s",
             .meaning = "The wait before the first retry; it doubles with each further retry"},
    Variable{.name = "RELAY_SYNC_RETRY_CAP",
             .group = Group::sync,
             .default_value = "15m",
             .meaning = "The longest wait between retries"},
    Variable{.name = "RELAY_SYNC_CONCURRENCY",
             .group = Group::sync,
             .default_value = "16",
             .meaning = "The most relays that are sent to zooid at the same time (1 to 256); fewer "
                        "while zooid is slow"},
    Variable{
        .name = "RELAY_SYNC_RATE",
        .group = Group::sync,
        .default_value = "0",
        .meaning = "The most syncs that are started per second (up to 1000); `0` means no limit"},
    Variable{
        .name = "RELAY_SYNC_SETTLE",
        .group = Group::sync,
        .default_value = "30s",
        .meaning =
            "After a request without a definite answer, tender waits this long and sends the relay "
            "once more. If the first request arrives late, its old state is then overwritten"},
    Variable{.name = "RECONCILE_INTERVAL",
             .group = Group::sync,
             .default_value = "1h",
             .meaning = "How often (±10%) tender looks for relays that are not in step and have no "
                        "work waiting; `0s`: only at the start"},
    Variable{.name = "RELAY_VERIFY",
             .group = Group::sync,
             .default_value = "auto",
             .meaning = "How tender checks after a sync that zooid serves the relay (NIP-11): "
                        "`direct` asks ZOOID_API_URL with the relay's Host header, `public` asks "
                        "the relay's own https URL, `off` does not ask. `auto` is `direct` when "
                        "ZOOID_API_URL (its first address) is http, and `public` when it is "
                        "https"},
    Variable{.name = "RELAY_SWEEP",
             .group = Group::sync,
             .default_value = "1h",
             .meaning = "How long tender takes to look once at each relay that is in step, whether "
                        "zooid still serves it as described (as RELAY_VERIFY says); `0s`: only "
                        "after a sync"},
    Variable{.name = "RELAY_DRIFT",
             .group = Group::sync,
             .default_value = "auto",
             .meaning =
                 "What happens when zooid shows something different from the row: `enforce` "
                 "sends the row, `adopt` copies what zooid shows into the row, `report` only "
                 "reports it. `auto` adopts name, description and icon of a relay with "
                 "management on, which its owner may change, and enforces the rest. A relay may "
                 "have an answer of its own (`--drift`)"},
    Variable{.name = "RELAY_RECREATE",
             .group = Group::sync,
             .default_value = "never",
             .meaning = "What happens to a relay that zooid has lost: `never` leaves it as a dead "
                        "letter, `auto` recreates it with a new identity"},
    Variable{.name = "BLOSSOM_S3_ENDPOINT",
             .group = Group::blossom_s3,
             .meaning = "The URL of the S3 service",
             .example = "for example https://s3.example.com"},
    Variable{.name = "BLOSSOM_S3_REGION",
             .group = Group::blossom_s3,
             .meaning = "The bucket's region",
             .example = "for example eu-central-1"},
    Variable{.name = "BLOSSOM_S3_BUCKET",
             .group = Group::blossom_s3,
             .meaning = "The bucket for all relays; the keys of each relay start with its schema",
             .example = "for example relay-media"},
    Variable{.name = "BLOSSOM_S3_ACCESS_KEY",
             .group = Group::blossom_s3,
             .meaning = "The access key's id",
             .example = "from the S3 service",
             .secret = true},
    Variable{.name = "BLOSSOM_S3_SECRET_KEY",
             .group = Group::blossom_s3,
             .meaning = "The access key's secret",
             .example = "from the S3 service",
             .secret = true},
    Variable{.name = "LIVEKIT_URL",
             .group = Group::livekit,
             .meaning = "The URL of the LiveKit server",
             .example = "for example wss://livekit.example.com"},
    Variable{.name = "LIVEKIT_API_KEY",
             .group = Group::livekit,
             .meaning = "The API key's id",
             .example = "from the LiveKit server",
             .secret = true},
    Variable{.name = "LIVEKIT_API_SECRET",
             .group = Group::livekit,
             .meaning = "The API key's secret",
             .example = "from the LiveKit server",
             .secret = true},
    Variable{.name = "ADMIN_BIND",
             .group = Group::admin,
             .default_value = "127.0.0.1:8420",
             .meaning = "Where the sidecar listens for health checks, metrics and the admin API: "
                        "host:port, a unix socket (`unix:/run/tender/admin.sock`), or `off`"},
    Variable{.name = "ADMIN_URL",
             .group = Group::admin,
             .meaning = "The URL by which clients reach it through a proxy; their tokens are for "
                        "this URL",
             .example = "for example https://tender.example.com"},
    Variable{.name = "ADMIN_PUBKEYS",
             .group = Group::admin,
             .meaning = "The public keys (npub or hex, separated by commas) whose owners may use "
                        "the admin API, with NIP-98 tokens. `:ro` behind a key lets its owner only "
                        "read",
             .example = "for example npub1…,npub1…:ro"},
    Variable{.name = "ADMIN_TOKEN",
             .group = Group::admin,
             .meaning = "A bearer token that lets its holder use the admin API",
             .example = "`openssl rand -hex 32` makes one",
             .secret = true},
    Variable{.name = "METRICS_AUTH",
             .group = Group::admin,
             .default_value = "off",
             .meaning = "Whether `/metrics` is only for those who may use the admin API (`on`), or "
                        "for everybody who can connect (`off`)"},
    Variable{.name = "TRIGGER_KEY",
             .group = Group::triggers,
             .meaning =
                 "The key (32 bytes, as hex or base64) that encrypts the secrets of triggers "
                 "in the database",
             .example = "`openssl rand -hex 32` makes one",
             .secret = true},
    Variable{.name = "TRIGGER_ALLOW_PRIVATE",
             .group = Group::triggers,
             .default_value = "off",
             .meaning = "Whether webhooks may go to addresses that are not public, such as those "
                        "of this machine and its network"},
    Variable{.name = "TRIGGER_ALLOW_HTTP",
             .group = Group::triggers,
             .default_value = "off",
             .meaning = "Whether webhooks may go to `http://` URLs, too, where anybody on the way "
                        "can read them"},
    Variable{.name = "TRIGGER_MAX_DEPTH",
             .group = Group::triggers,
             .default_value = "8",
             .meaning = "How many webhooks, each caused by the one before, may lead to another (1 "
                        "to 100). What would go deeper is dropped, so that a loop ends"},
    Variable{.name = "TRIGGER_DELIVERY_TTL",
             .group = Group::triggers,
             .default_value = "1d",
             .meaning = "How long tender remembers webhooks that were delivered"},
    Variable{.name = "LOG_LEVEL",
             .group = Group::log,
             .default_value = "info",
             .meaning =
                 "The least severe log lines that are written: `trace`, `debug`, `info`, `warn` "
                 "or `error`"},
    Variable{
        .name = "LOG_FORMAT",
        .group = Group::log,
        .default_value = "text",
        .meaning = "The format of log lines on stderr: `text`, or `json` with one object per line"},
};

constexpr std::array<std::string_view, 13> kPrefixes = {
    "ZOOID_",    "RELAY_",    "RECONCILE_", "ROBOT_",   "MEMBERS_", "BLOSSOM_S3_", "LIVEKIT_",
    "DATABASE_", "ACTIVITY_", "ADMIN_",     "METRICS_", "LOG_",     "TRIGGER_"};

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), ascii_upper);
  return result;
}

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const Variable& each : kVariables) {
    names.emplace_back(each.name);
    if (each.secret) {
      names.push_back(file_variable(each));
    }
  }
  return names;
}

}  // namespace

std::string_view title(Group group) {
  switch (group) {
    case Group::zooid:
      return "zooid and its relays";
    case Group::database:
      return "Database";
    case Group::sync:
      return "Syncing";
    case Group::blossom_s3:
      return "Media storage in S3 (set all five or none; without them zooid stores media itself)";
    case Group::livekit:
      return "Calls through LiveKit (set all three or none; without them relays have no calls)";
    case Group::admin:
      return "Admin API, health and metrics";
    case Group::triggers:
      return "Triggers (webhooks)";
    case Group::log:
      return "Logging";
  }
  throw std::out_of_range("no such group");
}

std::span<const Variable> variables() {
  return kVariables;
}

const Variable& variable(std::string_view name) {
  const auto* const found = std::ranges::find(kVariables, name, &Variable::name);
  if (found == kVariables.end()) {
    throw std::out_of_range("no variable " + std::string(name));
  }
  return *found;
}

std::string file_variable(const Variable& variable) {
  return std::string(variable.name) + std::string(kFileSuffix);
}

bool is_known(std::string_view name) {
  return std::ranges::any_of(known_names(),
                             [&](const std::string& known) { return known == name; });
}

bool has_our_prefix(std::string_view name) {
  const std::string uppercase = upper(name);
  return std::ranges::any_of(
      kPrefixes, [&](std::string_view prefix) { return uppercase.starts_with(prefix); });
}

std::string nearest_name(std::string_view name, std::size_t edits) {
  return nearest(upper(name), known_names(), edits);
}

}  // namespace tender::config
