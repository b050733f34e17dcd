// The relays that the config directory holds. The directory is the truth: refresh() notices files
// that came, changed or went by another hand, as zooid's watcher does, so that an emptied directory
// means no relays. Used by the API and the control API on the one thread; blocks on the disk.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "zooid-sim/config.hpp"
#include "zooid-sim/directory_watch.hpp"

namespace zooid_sim {

/// What tells one content of a file from another without reading it.
struct FileStamp {
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  friend auto operator<=>(const FileStamp&, const FileStamp&) = default;
};

struct StoredRelay {
  std::optional<Config> config;  // nothing when the file cannot be read
  std::string error;             // why not
  bool loaded = true;            // false after a failed reload: no virtual host until written again
  FileStamp stamp;

  /// The config, or null when the file cannot be read.
  [[nodiscard]] const Config* readable() const { return config ? &*config : nullptr; }
};

/// What happened to a relay since the sim started, deletions and wipes included.
struct RelayHistory {
  std::uint64_t creations = 0;       // answers 201
  std::uint64_t secret_changes = 0;  // times its secret became another than the one before
  std::uint64_t reloads = 0;         // times its file was written, by the API or by another hand
  std::string secret;
};

/// [A-Za-z0-9_-]{1,64}: what may become a file name.
[[nodiscard]] bool is_relay_id(std::string_view text);

class ConfigStore {
 public:
  /// Makes the directory when it is absent and loads what it holds. Throws tender::Error.
  explicit ConfigStore(std::filesystem::path directory);

  /// Looks at the directory again; costs no more than what changed there.
  void refresh();

  /// As of the last refresh or write; null when there is no such relay. Valid until the next of
  /// these.
  [[nodiscard]] const StoredRelay* find(const std::string& id) const;
  [[nodiscard]] const std::map<std::string, StoredRelay>& relays() const { return relays_; }
  [[nodiscard]] const std::map<std::string, RelayHistory>& history() const { return history_; }

  /// Writes a relay's file and loads it. create() counts a creation. Both throw std::system_error
  /// and leave the relay as it was.
  void create(const std::string& id, const Config& config);
  void replace(const std::string& id, const Config& config);

  /// Removes a relay's file. Throws std::system_error.
  void remove(const std::string& id);

  /// Removes every relay's file; returns how many.
  std::size_t wipe();

  /// The reload of the last write failed (zooid-api.md, behaviour 4).
  void unload(const std::string& id);

 private:
  [[nodiscard]] std::filesystem::path file(const std::string& id) const;
  void look(const std::filesystem::path& file);
  void look_at_all();
  void load(const std::string& id, const FileStamp& stamp);
  void remember(const std::string& id, const StoredRelay& relay);

  std::filesystem::path directory_;
  DirectoryWatch watch_;
  std::map<std::string, StoredRelay> relays_;
  std::map<std::string, RelayHistory> history_;
};

}  // namespace zooid_sim
