#include "tender/view/config_survey.hpp"

#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/log.hpp"
#include "tender/store/relay_pages.hpp"
#include "tender/view/stranger.hpp"
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
    survey_.serves_missing = true;
    store::RelayPages pages(query_, &store::Query::next_relays);
    for (auto relays = pages.next(); !relays.empty(); relays = pages.next()) {
      for (const Relay& relay : relays) {
        if (relay.synced_revision && relay.status != RelayStatus::deleted &&
            !files_.contains(relay.id.text) && !directory_.read(relay.id)) {  // not even since
          survey_.missing.push_back(relay.subdomain);
          survey_.serves_missing = survey_.serves_missing && relay.live == true;
        }
      }
    }
    survey_.serves_missing = survey_.serves_missing && !survey_.missing.empty();
  }

 private:
  void look_at(const zooid::ConfigFile& file) {
    auto relay = query_.get_relay(file.id);
    if (relay && is_tombstone(*relay)) {
      relay.reset();  // zooid has deleted it, and somebody put it back
    }
    if (!relay) {
      add_stranger(file);
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

  void add_stranger(const zooid::ConfigFile& file) {
    ConfigSurvey::Stranger stranger{.name = name_of_stranger(file), .advice = {}};
    if (env_ != nullptr) {
      const ImportRefusal refusal = import_refusal(query_, *env_, file);
      stranger.importable = refusal.why.empty();
      stranger.advice = advise_on_stranger(file, refusal);
    }
    survey_.strangers.push_back(std::move(stranger));
  }

  const store::Query& query_;
  const config::Env* env_;
  ConfigSurvey& survey_;
  zooid::ConfigDirectory directory_;
  std::set<std::string> files_;
};

// "; 2 NOUNs (a, b): REMEDY", or nothing when there are none.
std::string phrase(const std::vector<std::string>& list, std::string_view what,
                   std::string_view plural, std::string_view remedy,
                   std::string_view separator = ", ") {
  if (list.empty()) {
    return {};
  }
  std::string names;
  for (std::size_t i = 0; i < list.size() && i < kMostNamed; ++i) {
    names += fmt::format("{}{}", i == 0 ? "" : separator, printable(list[i], 200));
  }
  return fmt::format("; {} {} ({}{}): {}", list.size(), list.size() == 1 ? what : plural, names,
                     list.size() > kMostNamed ? ", …" : "", remedy);
}

// Where no relay has its file, the directory may be another zooid's, or empty: not mounted.
std::string_view remedy_for_missing(const ConfigSurvey& survey) {
  const bool has_any = survey.files > static_cast<std::int64_t>(survey.strangers.size());
  if (survey.serves_missing && !has_any) {
    return "zooid still serves all that have no file, so ZOOID_CONFIG_DIR may be the wrong "
           "directory; correct it";
  }
  if (survey.missing.size() == 1) {
    return "zooid has lost it; restore it, or run `tender reconcile RELAY --recreate`";
  }
  return has_any ? "zooid has lost them; restore them, or run `tender reconcile RELAY… --recreate`"
                 : "zooid has lost them; restore them, or run `tender reconcile --all --recreate`";
}

std::string describe_strangers(const std::vector<ConfigSurvey::Stranger>& strangers) {
  std::vector<std::string> unknown;
  std::vector<std::string> importable;
  std::vector<std::string> others;
  std::string advice;
  for (const ConfigSurvey::Stranger& each : strangers) {
    if (each.advice.empty()) {
      unknown.push_back(each.name);
    } else if (each.importable) {
      importable.push_back(each.name);
    } else {
      others.push_back(each.name);
      advice = each.advice;
    }
  }
  return phrase(unknown, "stranger", "strangers", "see `tender diff`", "; ") +
         phrase(importable, "stranger", "strangers",
                "run `tender import`, or `tender relay delete --purge-stranger FILE`", "; ") +
         phrase(others, "stranger", "strangers",
                others.size() == 1 ? std::string_view(advice)
                                   : "they cannot be imported; `tender diff` says why",
                "; ");
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
                survey.damaged.size() == 1 ? "zooid cannot load it; restore it from a backup"
                                           : "zooid cannot load them; restore them from a backup") +
         phrase(survey.unreadable, "unreadable file", "unreadable files",
                survey.unreadable.size() == 1 ? "let tender's user read it"
                                              : "let tender's user read them") +
         phrase(survey.missing, "relay without a file", "relays without a file",
                remedy_for_missing(survey)) +
         phrase(survey.different, "relay differs from its row", "relays differ from their rows",
                "see `tender diff`") +
         describe_strangers(survey.strangers);
}

nlohmann::ordered_json to_json(const ConfigSurvey& survey) {
  return {{"directory", survey.directory.string()},
          {"error", survey.error},
          {"files", survey.files},
          {"strangers", survey.strangers.size()},
          {"damaged", survey.damaged.size()},
          {"unreadable", survey.unreadable.size()},
          {"missing", survey.missing.size()},
          {"different", survey.different.size()}};
}

}  // namespace tender::view
