#include "tender/hook/trigger.hpp"

#include <nlohmann/json.hpp>

#include "tender/hook/stored_secret.hpp"
#include "tender/http/url.hpp"

namespace tender::hook {
namespace {

std::string shown_secret(const std::string& stored) {
  return is_reference(stored) ? stored : "encrypted";
}

}  // namespace

std::string origin_of(const std::string& url) {
  const http::Url parsed = http::Url::parse(url);
  return (parsed.tls() ? "https://" : "http://") + parsed.authority();
}

nlohmann::ordered_json to_json(const Trigger& trigger) {
  nlohmann::ordered_json json{{"id", trigger.id},
                              {"name", trigger.name},
                              {"url", trigger.url},
                              {"events", trigger.events.text()},
                              {"filter", trigger.filter.text()},
                              {"policy", to_json(trigger.policy)},
                              {"secret", shown_secret(trigger.secret)},
                              {"old_secret", nullptr},
                              {"handles_dead_letters", trigger.handles_dead_letters},
                              {"enabled", trigger.enabled},
                              {"disabled_reason", trigger.disabled_reason},
                              {"registered_by", trigger.registered_by},
                              {"created_at", trigger.created_at.time_since_epoch().count()},
                              {"updated_at", trigger.updated_at.time_since_epoch().count()}};
  if (trigger.old_secret) {
    json["old_secret"] = shown_secret(*trigger.old_secret);
  }
  return json;
}

}  // namespace tender::hook
