#include "tender/zooid/config_comparison.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/zooid/relay_config.hpp"

#include "flat_config.hpp"

namespace tender::zooid {
namespace {

// Sent, and dropped by every zooid: calls are on when they have a server.
constexpr std::string_view kNotZooids = "/livekit/enabled";

// An older zooid never writes these, a newer one always does.
constexpr std::array<std::string_view, 3> kNewer{"/policy/public_read", "/policy/public_write",
                                                 "/blossom/adapter"};
constexpr std::array<std::string_view, 2> kNewerSections{"/blossom/adapter", "/blossom/s3/"};

constexpr std::array<std::string_view, 3> kOfEnvironment{"blossom.adapter", "blossom.s3.",
                                                         "livekit."};

bool is_newer(std::string_view pointer) {
  return std::ranges::find(kNewer, pointer) != kNewer.end() ||
         std::ranges::any_of(kNewerSections,
                             [&](std::string_view prefix) { return pointer.starts_with(prefix); });
}

// The column, or the place with dots.
std::string name_of(std::string_view pointer) {
  const auto field = std::ranges::find(relay_fields(), pointer, &RelayField::zooid);
  if (field != relay_fields().end()) {
    return std::string(field->column);
  }
  std::string name(pointer.substr(1));
  std::ranges::replace(name, '/', '.');
  return name;
}

// zooid reads a missing adapter as "local", and the order of a list means nothing to it.
std::string as_zooid_reads(std::string_view pointer, std::string value) {
  if (pointer == "/blossom/adapter" && is_nothing(value)) {
    return R"("local")";
  }
  auto list = value.starts_with('[') ? parse_json(value) : std::nullopt;
  if (!list) {
    return value;
  }
  std::sort(list->begin(), list->end());
  return json_line(*list);
}

std::string value_at(const ConfigFile& file, std::string_view pointer) {
  const auto found = file.values.find(pointer);
  return found == file.values.end() ? "null" : found->second;
}

std::string_view credential_at(const ConfigFile& file, std::string_view pointer) {
  const auto found = file.secrets.find(pointer);
  return found == file.secrets.end() ? std::string_view() : found->second.reveal();
}

std::string shown_or_empty(const std::string& value) {
  return value == "null" ? std::string() : shown_value(value);
}

class Comparer {
 public:
  Comparer(const ConfigFile& file, bool older_zooid) : file_(file), older_zooid_(older_zooid) {}

  void compare(const std::string& pointer, const std::string& desired) {
    if (pointer == kNotZooids) {
      return;
    }
    if (is_credential(pointer)) {
      return compare_credential(pointer, desired);
    }
    const std::string wanted = as_zooid_reads(pointer, desired);
    const std::string found = as_zooid_reads(pointer, value_at(file_, pointer));
    if (wanted != found && !(is_nothing(wanted) && is_nothing(found))) {
      add(pointer, shown_or_empty(wanted), shown_or_empty(found));
    }
    if (desired == "null") {
      compare_removed_section(pointer + '/');
    }
  }

  [[nodiscard]] FileComparison take() { return std::move(comparison_); }

 private:
  // Never shown, whatever it is.
  void compare_credential(const std::string& pointer, const std::string& desired) {
    const std::string wanted = is_nothing(desired) ? std::string() : shown_value(desired);
    const std::string_view found = credential_at(file_, pointer);
    if (wanted != found) {
      add(pointer, wanted.empty() ? "" : "(as in the environment)",
          found.empty() ? "" : "(another value)");
    }
  }

  // The body takes it away as a whole.
  void compare_removed_section(const std::string& prefix) {
    for (const auto& [pointer, value] : file_.values) {
      if (pointer.starts_with(prefix) && !is_nothing(value)) {
        add(pointer, "", shown_value(value));
      }
    }
    for (const auto& [pointer, value] : file_.secrets) {
      if (pointer.starts_with(prefix)) {
        add(pointer, "", "(another value)");
      }
    }
  }

  void add(const std::string& pointer, std::string desired, std::string observed) {
    auto& list =
        older_zooid_ && is_newer(pointer) ? comparison_.unsupported : comparison_.differences;
    list.push_back({.field = name_of(pointer),
                    .desired = std::move(desired),
                    .observed = std::move(observed)});
  }

  const ConfigFile& file_;
  bool older_zooid_;
  FileComparison comparison_;
};

// The longest that a sync takes from its first request to its completion.
Milliseconds longest_sync(const config::Env& env) {
  return 3 * env.zooid_api_timeout + std::chrono::seconds(1);
}

bool was_written_by_older_zooid(const ConfigFile& file, std::optional<TimePoint> taken_at,
                                const config::Env& env) {
  return taken_at && file.written_at >= *taken_at - longest_sync(env) &&
         std::ranges::none_of(file.values,
                              [](const auto& value) { return is_newer(value.first); }) &&
         std::ranges::none_of(file.secrets,
                              [](const auto& secret) { return is_newer(secret.first); });
}

std::map<std::string, std::string, std::less<>> flat_body(const Relay& relay,
                                                          const config::Env& env) {
  return flatten(nlohmann::json::parse(update_body(relay, env)));
}

}  // namespace

FileComparison compare(const Relay& relay, const config::Env& env, const ConfigFile& file,
                       std::optional<TimePoint> taken_at) {
  Comparer comparer(file, was_written_by_older_zooid(file, taken_at, env));
  for (const auto& [pointer, desired] : flat_body(relay, env)) {
    comparer.compare(pointer, desired);
  }
  return comparer.take();
}

std::string describe(const FileComparison& comparison) {
  return tender::describe(comparison.differences, "its file has");
}

std::vector<std::string> unsaid_roles(const Relay& relay, const config::Env& env,
                                      const ConfigFile& file) {
  const auto body = flat_body(relay, env);
  std::vector<std::string> unsaid;
  for (const auto& [pointer, value] : file.values) {
    if (pointer.starts_with("/roles/") && !body.contains(pointer) && !is_nothing(value)) {
      unsaid.push_back(name_of(pointer));
    }
  }
  return unsaid;
}

bool is_of_environment(std::string_view field) {
  return std::ranges::any_of(kOfEnvironment,
                             [&](std::string_view prefix) { return field.starts_with(prefix); });
}

}  // namespace tender::zooid
