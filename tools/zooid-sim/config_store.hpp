// The relays that the config directory holds. The directory is the truth: refresh() notices files
// that came, changed or went by another hand, as zooid's watcher does, so that an emptied directory
// means no relays. Used by the API and the control API on the one thread; blocks on the disk.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
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
  FileStamp stamp;

  /// The config, or null when the file cannot be read.
  [[nodiscard]] const Config* readable() const { return config ? &*config : nullptr; }
};

/// What happened to a relay since the sim started, deletions and wipes included.
struct RelayHistory {
  std::uint64_t creations = 0;       // answers 201
  std::uint64_t secret_changes = 0;  // times its secret changed
  std::uint64_t reloads = 0;         // times its file was written, by the API or by another hand
  std::string secret;
};

/// [A-Za-z0-9_-]{1,64}: what may become a file name.
[[nodiscard]] bool is_relay_id(std::string_view text);

class ConfigStore {
 public:
  /// Told of each relay whose file was written or removed.
  using Changed = std::function<void(const std::string& id)>;

  /// Makes the directory when it is absent and reads what it holds. Throws tender::Error.
  ConfigStore(std::filesystem::path directory, Generation generation);

  void on_change(Changed changed) { changed_ = std::move(changed); }

  /// How many bytes all relays' files together may have, as if the volume had no more room. Not
  /// limited until it is called.
  void set_capacity(std::uintmax_t bytes) { capacity_ = bytes; }

  /// Looks at the directory again; costs no more than what changed there.
  void refresh();

  /// As of the last refresh or write; null when there is no such relay. Valid until the next of
  /// these.
  [[nodiscard]] const StoredRelay* find(const std::string& id) const;
  [[nodiscard]] const std::map<std::string, StoredRelay>& relays() const { return relays_; }
  [[nodiscard]] const std::map<std::string, RelayHistory>& history() const { return history_; }

  /// What stat() says of a relay's file: an errno, or 0 when there is one.
  [[nodiscard]] int stat(const std::string& id) const;
  /// Why the directory cannot be listed, as an errno, or 0.
  [[nodiscard]] int list() const;
  /// The relay's config, or zooid's text for why its file cannot be read. Reads a file that could
  /// not be read before once more.
  [[nodiscard]] ConfigResult read(const std::string& id) const;
  [[nodiscard]] std::filesystem::path file(const std::string& id) const;
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

  /// Writes a relay's file. create() counts a creation. Both throw FileError; what was in the file
  /// is lost then, as with zooid.
  void create(const std::string& id, const Config& config);
  void replace(const std::string& id, const Config& config);

  /// Removes a relay's file. Throws FileError.
  void remove(const std::string& id);

  /// Removes every relay's file; returns how many.
  std::size_t wipe();

 private:
  void look(const std::filesystem::path& file);
  void look_at_all();
  void load(const std::string& id, const FileStamp& stamp);
  void forget(const std::string& id);
  void remember(const std::string& id, const StoredRelay& relay);
  [[nodiscard]] std::uintmax_t room_for(const std::string& id) const;

  std::filesystem::path directory_;
  Generation generation_;
  std::uintmax_t capacity_ = std::numeric_limits<std::uintmax_t>::max();
  Changed changed_ = [](const std::string&) {};
  DirectoryWatch watch_;
  std::map<std::string, StoredRelay> relays_;
  std::map<std::string, RelayHistory> history_;
};

}  // namespace zooid_sim
