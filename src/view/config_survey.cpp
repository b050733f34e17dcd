#include "tender/view/config_survey.hpp"

#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/log.hpp"
#include "tender/store/relay_pages.hpp"
#include "tender/zooid/config_comparison.hpp"
#include "tender/zooid/config_directory.hpp"

namespace tender::view {
namespace {

constexpr std::size_t kMostNamed = 5;

class Surveyor {
 public:
  Surveyor(const store::Query& query, const config::Env* env, ConfigSurvey& survey)
      : query_(query), env_(env), survey_(survey), directory_(survey.directory) {}

  void run() {
    for (const RelayId& id : directory_.list()) {
      const auto file = directory_.read(id);
      if (!file) {
        continue;  // it has just been deleted
      }
      ++survey_.files;
      files_.insert(id.text);
      look_at(*file);
    }
    store::RelayPages pages(query_, &store::Query::next_relays);
    for (auto relays = pages.next(); !relays.empty(); relays = pages.next()) {
      for (const Relay& relay : relays) {
        if (relay.synced_revision && relay.status != RelayStatus::deleted &&
            !files_.contains(relay.id.text) && !directory_.read(relay.id)) {  // not even since
          survey_.missing.push_back(relay.subdomain);
        }
      }
    }
  }

 private:
  void look_at(const zooid::ConfigFile& file) {
    auto relay = query_.get_relay(file.id);
    if (relay && is_tombstone(*relay)) {
      relay.reset();  // zooid has deleted it, and somebody put it back
    }
    if (!relay) {
      survey_.strangers.push_back(file.id.text);
    }
    if (file.torn()) {
      survey_.damaged.push_back(file.id.text);
    } else if (!file.whole()) {
      survey_.unreadable.push_back(file.id.text);
    } else if (relay && relay->synced && env_ != nullptr &&
               !zooid::compare(*relay, *env_, file, query_.find_last_sync(relay->id)).same()) {
      survey_.different.push_back(relay->subdomain);
    }
  }

  const store::Query& query_;
  const config::Env* env_;
  ConfigSurvey& survey_;
  zooid::ConfigDirectory directory_;
  std::set<std::string> files_;
};

// "; 2 NOUNs (a, b): REMEDY", or nothing when there are none.
std::string phrase(const std::vector<std::string>& list, std::string_view what,
                   std::string_view plural, std::string_view remedy) {
  if (list.empty()) {
    return {};
  }
  std::string names;
  for (std::size_t i = 0; i < list.size() && i < kMostNamed; ++i) {
    names += (i == 0 ? "" : ", ") + printable(list[i], 80);
  }
  return fmt::format("; {} {} ({}{}): {}", list.size(), list.size() == 1 ? what : plural, names,
                     list.size() > kMostNamed ? ", …" : "", remedy);
}

}  // namespace

ConfigSurvey survey_config_directory(const store::Query& query,
                                     const std::filesystem::path& directory,
                                     const config::Env* env) {
  ConfigSurvey survey{.directory = directory};
  try {
    Surveyor(query, env, survey).run();
  } catch (const zooid::ConfigDirectoryError& error) {
    survey = {.directory = directory, .error = fmt::format("{}; {}", error.what(), error.remedy())};
  }
  return survey;
}

bool is_bad(const ConfigSurvey& survey) {
  return !survey.error.empty() || !survey.damaged.empty() || !survey.unreadable.empty() ||
         !survey.missing.empty();
}

std::string describe(const ConfigSurvey& survey) {
  if (!survey.error.empty()) {
    return survey.error;
  }
  return fmt::format("{}: {} file{}", survey.directory.string(), survey.files,
                     survey.files == 1 ? "" : "s") +
         phrase(survey.damaged, "damaged file", "damaged files",
                "zooid cannot load it; restore it from a backup") +
         phrase(survey.unreadable, "unreadable file", "unreadable files",
                "let tender's user read it") +
         phrase(survey.missing, "relay without a file", "relays without a file",
                "zooid has lost it; restore it, or run `tender reconcile RELAY --recreate`") +
         phrase(survey.different, "relay differs from its row", "relays differ from their rows",
                "see `tender diff`") +
         phrase(survey.strangers, "stranger", "strangers",
                "run `tender import`, or `tender relay delete --purge-stranger FILE`");
}

nlohmann::ordered_json to_json(const ConfigSurvey& survey) {
  return {{"directory", survey.directory.string()},
          {"error", survey.error},
          {"files", survey.files},
          {"strangers", survey.strangers.size()},
          {"damaged", survey.damaged.size()},
          {"unreadable", survey.unreadable.size()},
          {"missing", survey.missing.size()}};
}

}  // namespace tender::view
