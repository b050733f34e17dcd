// zooid's config directory (ZOOID_CONFIG_DIR): one `{id}.toml` a relay. It is only read, and zooid
// writes it meanwhile: files can vanish, be empty or be half-written. Calls block on small files.
//
//   const zooid::ConfigDirectory directory("/zooid/config");
//   for (const RelayId& id : directory.list()) {
//     if (const auto file = directory.read(id)) { use(*file); }
//   }
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "tender/base/error.hpp"
#include "tender/zooid/config_file.hpp"

namespace tender::zooid {

/// The directory itself cannot be read.
class ConfigDirectoryError : public Error {
 public:
  using Error::Error;
};

class ConfigDirectory {
 public:
  /// A larger file is not read.
  static constexpr std::size_t kLargestFile = std::size_t{1} << 20;

  explicit ConfigDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// The relays that have a file, in the order of their ids, without tender's scratch relay.
  /// Throws ConfigDirectoryError.
  [[nodiscard]] std::vector<RelayId> list() const;

  /// The relay's file; nothing when it has none. Unreadable is also one that is too large, is no
  /// regular file (a symbolic link, for instance) or is being written at every attempt. Throws
  /// ConfigDirectoryError.
  [[nodiscard]] std::optional<ConfigFile> read(const RelayId& id) const;

 private:
  std::filesystem::path path_;
};

/// The relay whose file has that name; nothing when zooid has no relay of it.
[[nodiscard]] std::optional<RelayId> relay_of_file(std::string_view name);

}  // namespace tender::zooid
