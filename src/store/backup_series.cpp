#include "tender/store/backup_series.hpp"

#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/chrono.h>

#include "tender/store/backup.hpp"
#include "tender/store/store_error.hpp"

namespace tender::store {
namespace {

namespace fs = std::filesystem;

std::string name_at(TimePoint now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  return fmt::format("tender-{:%Y%m%dT%H%M%S}Z.db", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

// Whether name_at() can have made it.
bool is_of_series(const std::string& name) {
  constexpr std::string_view pattern = "tender-########T######Z.db";
  return std::ranges::equal(name, pattern, [](char c, char expected) {
    return expected == '#' ? c >= '0' && c <= '9' : c == expected;
  });
}

// Those that are there besides the new one, oldest first: their names are in the order of time.
std::vector<fs::path> older_backups(const fs::path& directory, const fs::path& newest) {
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    if (is_of_series(entry.path().filename().string()) && entry.path() != newest &&
        entry.symlink_status().type() == fs::file_type::regular) {
      found.push_back(entry.path());
    }
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace

SeriesBackup back_up_in_series(const fs::path& source, const fs::path& directory, int keep,
                               TimePoint now, const std::atomic<bool>* stop) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    throw StoreError(StoreFault::missing,
                     fmt::format("there is no directory {}", directory.string()),
                     "make it, or name another directory for the backups");
  }
  SeriesBackup backup;
  backup.path = directory / name_at(now);
  backup.bytes = back_up(source, backup.path, IfPresent::replace, stop);
  auto older = older_backups(directory, backup.path);
  const auto spare = static_cast<std::size_t>(keep - 1);
  older.resize(older.size() - std::min(older.size(), spare));
  for (const fs::path& old : older) {
    if (!fs::remove(old, error) && error) {
      throw StoreError(StoreFault::other,
                       fmt::format("{} is complete, but the older {} cannot be removed: {}",
                                   backup.path.string(), old.string(), error.message()),
                       "make the directory writable for this user, or remove the file yourself");
    }
    backup.removed.push_back(old);
  }
  return backup;
}

}  // namespace tender::store
