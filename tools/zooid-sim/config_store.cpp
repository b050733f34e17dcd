#include "zooid-sim/config_store.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <vector>

#include <dirent.h>
#include <sys/stat.h>

#include "tender/base/error.hpp"

#include "zooid-sim/go_error.hpp"
#include "zooid-sim/toml_file.hpp"

namespace zooid_sim {
namespace {

std::optional<FileStamp> stamp_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return FileStamp{status.st_ino, status.st_size,
                   status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

}  // namespace

bool is_relay_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

ConfigStore::ConfigStore(std::filesystem::path directory, Generation generation)
    : directory_(std::move(directory)), generation_(generation), watch_(directory_) {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (!std::filesystem::is_directory(directory_)) {
    throw tender::Error(
        "cannot create the config directory " + directory_.string() + ": " + error.message(),
        "give a writable directory with --config");
  }
  refresh();
  for (auto& [id, history] : history_) {
    history.reloads = 0;  // loading at the start is not a reload
  }
}

void ConfigStore::refresh() {
  const DirectoryWatch::Changes changes = watch_.poll();
  if (changes.everything) {
    look_at_all();
    return;
  }
  for (const std::string& name : changes.names) {
    look(directory_ / name);
  }
}

const StoredRelay* ConfigStore::find(const std::string& id) const {
  const auto found = relays_.find(id);
  return found == relays_.end() ? nullptr : &found->second;
}

void ConfigStore::create(const std::string& id, const Config& config) {
  replace(id, config);
  ++history_[id].creations;
}

void ConfigStore::replace(const std::string& id, const Config& config) {
  try {
    save_toml(file(id), config, generation_, room_for(id));
  } catch (const FileError&) {
    look(file(id));  // what is left of it
    throw;
  }
  StoredRelay relay;
  relay.config = config;
  relay.stamp = stamp_of(file(id)).value_or(FileStamp{});
  remember(id, relay);
  relays_[id] = std::move(relay);
  changed_(id);
}

void ConfigStore::remove(const std::string& id) {
  const std::string path = file(id).string();
  if (std::remove(path.c_str()) != 0) {
    throw FileError(go_error("remove", path, errno));
  }
  forget(id);
}

void ConfigStore::forget(const std::string& id) {
  relays_.erase(id);
  changed_(id);
}

int ConfigStore::stat(const std::string& id) const {
  struct stat status {};
  return ::stat(file(id).c_str(), &status) == 0 ? 0 : errno;
}

int ConfigStore::list() const {
  DIR* const opened = ::opendir(directory_.c_str());
  if (opened == nullptr) {
    return errno;
  }
  ::closedir(opened);
  return 0;
}

ConfigResult ConfigStore::read(const std::string& id) const {
  const StoredRelay* relay = find(id);
  if (relay != nullptr && relay->config) {
    return {relay->config, {}};
  }
  return load_toml(file(id), generation_);
}

std::size_t ConfigStore::wipe() {
  refresh();
  const std::map<std::string, StoredRelay> relays = relays_;
  for (const auto& [id, relay] : relays) {
    remove(id);
  }
  return relays.size();
}

std::filesystem::path ConfigStore::file(const std::string& id) const {
  return directory_ / (id + ".toml");
}

void ConfigStore::look_at_all() {
  std::vector<std::string> gone;
  for (const auto& [id, relay] : relays_) {
    if (!stamp_of(file(id))) {
      gone.push_back(id);
    }
  }
  for (const std::string& id : gone) {
    forget(id);
  }
  std::error_code error;  // a directory that is gone holds no relays
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    look(entry.path());
  }
}

void ConfigStore::look(const std::filesystem::path& file) {
  if (file.extension() != ".toml") {
    return;
  }
  const std::string id = file.stem().string();
  const auto stamp = stamp_of(file);
  const auto known = relays_.find(id);
  if (stamp && (known == relays_.end() || known->second.stamp != *stamp)) {
    load(id, *stamp);
  } else if (!stamp && known != relays_.end()) {
    forget(id);
  }
}

void ConfigStore::load(const std::string& id, const FileStamp& stamp) {
  ConfigResult result = load_toml(file(id), generation_);
  StoredRelay relay;
  relay.config = std::move(result.config);
  relay.error = std::move(result.error);
  relay.stamp = stamp;
  remember(id, relay);
  relays_[id] = std::move(relay);
  changed_(id);
}

std::uintmax_t ConfigStore::room_for(const std::string& id) const {
  std::uintmax_t room = capacity_;
  for (const auto& [other, relay] : relays_) {
    if (other != id) {
      room -= std::min(room, static_cast<std::uintmax_t>(relay.stamp.size));
    }
  }
  return room;
}

void ConfigStore::remember(const std::string& id, const StoredRelay& relay) {
  RelayHistory& history = history_[id];
  ++history.reloads;
  if (!relay.config || relay.config->secret.empty()) {
    return;  // a torn file: the secret is lost, not another one
  }
  if (!history.secret.empty() && history.secret != relay.config->secret) {
    ++history.secret_changes;
  }
  history.secret = relay.config->secret;
}

}  // namespace zooid_sim
