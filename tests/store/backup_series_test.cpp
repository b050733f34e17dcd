#include "tender/store/backup_series.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "store_fixture.hpp"

namespace tender::store {
namespace {

using namespace std::chrono_literals;
using testing::UnorderedElementsAre;

struct BackupSeries : StoreTest {
  BackupSeries() { std::filesystem::create_directory(backups); }

  // At 2026-01-31T12:00:00Z.
  SeriesBackup make(int keep) {
    return back_up_in_series(path, backups, keep, TimePoint(1769860800s));
  }
  void touch(const std::string& name) const { std::ofstream(backups / name) << "x"; }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(backups)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  std::filesystem::path backups = directory.path() / "backups";
};

TEST_F(BackupSeries, NamesEachBackupByItsTime) {
  const SeriesBackup made = make(3);
  EXPECT_EQ(made.path, backups / "tender-20260131T120000Z.db");
  EXPECT_EQ(made.bytes, std::filesystem::file_size(made.path));
  EXPECT_TRUE(made.removed.empty());
}

TEST_F(BackupSeries, KeepsTheNewestAndTouchesNothingElse) {
  for (const char* name : {"tender-20250101T000000Z.db", "tender-20260101T000000Z.db",
                           "tender-20260102T000000Z.db", "tender.db", "tender-2026.db",
                           "tender-20250101T000000Z.db.gz", "xtender-20250101T000000Z.db"}) {
    touch(name);
  }
  std::filesystem::create_directory(backups / "tender-20240101T000000Z.db");
  const SeriesBackup made = make(2);
  EXPECT_EQ(made.removed, (std::vector{backups / "tender-20250101T000000Z.db",
                                       backups / "tender-20260101T000000Z.db"}));
  EXPECT_THAT(files(),
              UnorderedElementsAre("tender-20260131T120000Z.db", "tender-20260102T000000Z.db",
                                   "tender.db", "tender-2026.db", "tender-20250101T000000Z.db.gz",
                                   "xtender-20250101T000000Z.db", "tender-20240101T000000Z.db"));
}

TEST_F(BackupSeries, KeepsTheNewOneWhenTheClockWasSetBack) {
  touch("tender-20990101T000000Z.db");
  EXPECT_EQ(make(1).removed, (std::vector{backups / "tender-20990101T000000Z.db"}));
  EXPECT_THAT(files(), UnorderedElementsAre("tender-20260131T120000Z.db"));
}

TEST_F(BackupSeries, RemovesNothingBeforeTheNewOneIsComplete) {
  touch("tender-20250101T000000Z.db");
  const auto nowhere = directory.path() / "nowhere.db";
  EXPECT_EQ(
      fault_of([&] { static_cast<void>(back_up_in_series(nowhere, backups, 1, TimePoint(1s))); }),
      StoreFault::missing);
  EXPECT_THAT(files(), UnorderedElementsAre("tender-20250101T000000Z.db"));
}

TEST_F(BackupSeries, NeedsADirectoryThatExists) {
  backups = directory.path() / "unmounted";
  EXPECT_EQ(fault_of([&] { static_cast<void>(make(1)); }), StoreFault::missing);
  EXPECT_FALSE(std::filesystem::exists(backups));
}

}  // namespace
}  // namespace tender::store
