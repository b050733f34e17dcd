// zooid's config directory beside the database: what `tender status`, `tender check` and `tender
// diff` say of it as a whole. Reads every file. Calls block as Database says, and on the files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tender/config/env.hpp"
#include "tender/model/relay.hpp"
#include "tender/store/query.hpp"

namespace tender::view {

struct ConfigSurvey {
  struct Stranger {
    std::string name;    // name_of_stranger()
    std::string advice;  // advise_on_stranger(); empty when the environment is not known
    bool importable = false;
  };

  std::filesystem::path directory;
  std::string error{};     // why it cannot be read, and what to do; the rest is empty then
  std::int64_t files = 0;  // tender's scratch relay is not counted
  std::vector<Stranger> strangers{};      // files that no row describes
  std::vector<std::string> damaged{};     // files of which zooid cannot load a relay, likewise
  std::vector<std::string> unreadable{};  // to tender, likewise
  std::vector<std::string> missing{};    // relays that zooid took and that have no file: subdomains
  bool serves_missing = false;           // each of these was seen to be served nevertheless
  std::vector<std::string> different{};  // relays in step whose file is not as the row says: ditto
};

/// `env` is what the sidecar sends relays with; null: they are not compared with their files, and
/// there is no advice on strangers.
[[nodiscard]] ConfigSurvey survey_config_directory(const store::Query& query,
                                                   const std::filesystem::path& directory,
                                                   const config::Env* env = nullptr);

/// Whether it shows something that a person must repair.
[[nodiscard]] bool is_bad(const ConfigSurvey& survey);

/// What it shows, for people: "/zooid/config: 3 files; 1 relay without a file (blue): zooid has
/// lost it; restore it, or …".
[[nodiscard]] std::string describe(const ConfigSurvey& survey);

/// Of numbers: the lists can be long.
[[nodiscard]] nlohmann::ordered_json to_json(const ConfigSurvey& survey);

}  // namespace tender::view
