// What zooid keeps and how it answers in its own words, in memory and at once: the part that
// FakeZooid and the simulated host share. Not a judge of values: what a key holds is not looked at.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "tender/http/transport.hpp"

namespace tender::test {

/// Both are in the field.
enum class Generation : std::uint8_t {
  a,  // until April 2026: no members, no choice of media storage, no public_read and public_write
  b,
};

/// Of the volume with zooid's config directory.
enum class Storage : std::uint8_t {
  well,
  full,        // a file that is written ends up empty
  unreadable,  // so is the directory
};

struct ZooidModel {
  std::map<std::string, nlohmann::json> relays;  // by id: the config files; {}: empty, or torn
  std::map<std::string, int> creations;
  std::set<std::string> not_loaded;             // served by nobody, whatever the file says
  std::map<std::string, nlohmann::json> stale;  // served as this, whatever the file says
  Generation generation = Generation::b;
  Storage storage = Storage::well;

  /// Does what the request asks, and answers so. `body` is an object for POST, PUT and PATCH.
  http::Response apply(http::Method method, const std::string& relay, const nlohmann::json& body);

  /// The answer to a request for the NIP-11 document of the relay with that host.
  [[nodiscard]] http::Response serve(const std::string& host) const;

  /// What zooid keeps of a config: keys that it does not know are gone, and so are empty sections.
  [[nodiscard]] nlohmann::json kept(const nlohmann::json& config) const;

  /// Whether the relay's file has lost its content, and with it the relay's secret.
  [[nodiscard]] bool is_torn(const std::string& relay) const;

 private:
  http::Response create(const std::string& relay, const nlohmann::json& body);
  http::Response replace(const std::string& relay, const nlohmann::json& body);
  http::Response patch(const std::string& relay, const nlohmann::json& body);
  http::Response remove(const std::string& relay);
  [[nodiscard]] http::Response members(const std::string& relay) const;

  http::Response save(const std::string& relay, nlohmann::json config, http::Response success);
  /// Why zooid refuses the config for that relay, as text; empty: it does not.
  [[nodiscard]] std::string collision(const nlohmann::json& config, const std::string& relay) const;
};

}  // namespace tender::test
