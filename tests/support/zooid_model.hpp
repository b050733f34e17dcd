// What zooid keeps and how it answers in its own words, in memory and at once: the part that
// FakeZooid and the simulated host share. Not a judge of bodies: any object is a config.
#pragma once

#include <map>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "tender/http/transport.hpp"

namespace tender::test {

struct ZooidModel {
  std::map<std::string, nlohmann::json> relays;  // by id, as zooid keeps them
  std::map<std::string, int> creations;
  std::set<std::string> not_loaded;  // relays whose reload failed: taken, and not served

  /// Does what the request asks, and answers so. `body` is an object for POST and PATCH.
  http::Response apply(http::Method method, const std::string& relay, const nlohmann::json& body);

  /// The answer to a request for the NIP-11 document of the relay with that host.
  [[nodiscard]] http::Response serve(const std::string& host) const;

 private:
  /// The relay other than `relay` that has that host; empty when none has.
  [[nodiscard]] std::string owner_of(const nlohmann::json& host, const std::string& relay) const;
};

}  // namespace tender::test
