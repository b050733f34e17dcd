// One place that variables are read from: the environment or a `.env` file. Both are brought into
// this form, so that the rules of precedence are written once (settings.hpp).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tender/base/secret.hpp"
#include "tender/config/config_error.hpp"
#include "tender/config/env.hpp"
#include "tender/config/environment.hpp"

namespace tender::config {

struct Given {
  Secret text;        // any value may be a secret: only the table knows
  std::string place;  // `.env:3`; empty for the environment
};

struct Layer {
  std::map<std::string, Given, std::less<>>
      given;  // empty values are left out: they count as unset
  std::vector<EnvFault> faults;
  std::vector<std::string> warnings;
  bool unread = false;  // a file that could not be read: what it would have given is not known
};

/// The environment. A name that is almost one of ours is only worth a warning, because other
/// programs have their variables there too.
[[nodiscard]] Layer environment_layer(const Environment& environment);

/// The `.env` file, or nothing where it is absent and not required. It is written for tender, so a
/// name that looks like ours and is unknown is a fault.
[[nodiscard]] Layer file_layer(const EnvFile& file);

}  // namespace tender::config
