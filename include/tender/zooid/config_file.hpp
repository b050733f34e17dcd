// One of zooid's config files, `{id}.toml`, as far as tender knows its fields. zooid's secrets are
// in it: the relay's own key becomes its public key at once and is dropped, credentials are kept as
// Secret, for comparison only. A value and a pure function.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"
#include "tender/base/secret.hpp"
#include "tender/model/relay.hpp"

namespace tender::zooid {

enum class FileState : std::uint8_t {
  whole,
  torn,        // zooid cannot load a relay from it
  unreadable,  // to tender: that says nothing of what zooid can read
};

struct ConfigFile {
  RelayId id;  // of zooid: the name of the file. Rows may have less (validate)
  FileState state = FileState::whole;
  std::string fault{};     // why it is not whole; empty: it is
  TimePoint written_at{};  // when it was written last, by the clock of the file system
  std::string
      identity{};  // the public key of its secret; empty: the secret is not a key, or is lost
  // By JSON pointer (RFC 6901) in the config object, each as JSON. What the file leaves out, zooid
  // takes as false or empty.
  std::map<std::string, std::string, std::less<>> values{};
  std::map<std::string, Secret, std::less<>> secrets{};  // credentials; empty ones are left out

  [[nodiscard]] bool torn() const { return state == FileState::torn; }
  [[nodiscard]] bool whole() const { return state == FileState::whole; }

  /// The text at that place; empty when there is none.
  [[nodiscard]] std::string text(std::string_view pointer) const;
};

/// What the file of that relay holds. It is torn when it is not TOML (1.0), or has no secret or no
/// host. A fault names a line at most, and never quotes the file.
[[nodiscard]] ConfigFile parse_config_file(RelayId id, std::string_view toml);

/// Whether a value is what zooid takes for one that is left out: false, empty, or null.
[[nodiscard]] bool is_nothing(std::string_view json);

}  // namespace tender::zooid
