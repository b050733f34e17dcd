#include "tender/store/backup.hpp"

#include <fstream>

#include <sys/stat.h>

#include "tender/store/integrity.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

#include "store_fixture.hpp"

namespace tender::store {
namespace {

struct Backup : StoreTest {
  std::uintmax_t make(IfPresent if_present = IfPresent::refuse) {
    return back_up(path, target, if_present);
  }

  StoreFault fault_of_make() {
    try {
      make();
    } catch (const StoreError& error) {
      EXPECT_FALSE(error.remedy().empty());
      message = error.what();
      return error.fault();
    }
    ADD_FAILURE() << "it was made";
    return StoreFault::other;
  }

  /// The names in the directory of backups.
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(target.parent_path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  void SetUp() override { std::filesystem::create_directory(target.parent_path()); }

  std::filesystem::path target = directory.path() / "backups" / "tender.db";
  std::string message;
};

TEST_F(Backup, HoldsWhatWasCommittedInOneFileOfTheOwnersOwn) {
  create("blue");  // is in the write-ahead log only
  const std::uintmax_t size = make();
  EXPECT_EQ(files(), std::vector<std::string>{"tender.db"});
  EXPECT_EQ(std::filesystem::file_size(target), size);
  struct stat status {};
  ASSERT_EQ(stat(target.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(check_integrity(target), Integrity::sound);
  EXPECT_EQ(files(), std::vector<std::string>{"tender.db"});  // reading it needs no second file
  Database copied(target, clock, {});
  EXPECT_TRUE(Query(copied).find_relay("blue"));
}

TEST_F(Backup, IsMadeWhileSomebodyWrites) {
  create("blue");
  {
    Transaction under_way(database);
    create("green");
    make();
    under_way.commit();
  }
  Database copied(target, clock, {});
  EXPECT_EQ(Query(copied).list_relays().size(), 1U);
  EXPECT_EQ(query.list_relays().size(), 2U);
}

TEST_F(Backup, ReplacesAFileOnlyWhenTold) {
  std::ofstream(target) << "precious";
  EXPECT_EQ(fault_of_make(), StoreFault::other);
  EXPECT_EQ(std::filesystem::file_size(target), 8U);
  make(IfPresent::replace);
  EXPECT_EQ(check_integrity(target), Integrity::sound);
}

TEST_F(Backup, IsNeverTheDatabaseItself) {
  std::filesystem::create_hard_link(path, target);
  EXPECT_THROW(make(IfPresent::replace), StoreError);
  create("blue");
  EXPECT_EQ(query.list_relays().size(), 1U);
}

TEST_F(Backup, IsNoPartOfTheDatabaseEither) {
  for (const char* suffix : {"-wal", "-shm", "-journal", ".lock", ".activity-2026-11.ndjson.gz"}) {
    target = path.parent_path() / "." / (path.filename().string() + suffix);
    EXPECT_THROW(make(IfPresent::replace), StoreError) << suffix;
  }
  target = path.string() + ".backup";
  make();
  EXPECT_EQ(check_integrity(target), Integrity::sound);
}

TEST_F(Backup, NeedsADatabase) {
  path = directory.path() / "none.db";
  EXPECT_EQ(fault_of_make(), StoreFault::missing);
  std::ofstream{path};
  EXPECT_EQ(fault_of_make(), StoreFault::missing);
  EXPECT_TRUE(files().empty());
}

TEST_F(Backup, SaysWhereItCannotWrite) {
  target = directory.path() / "nowhere" / "tender.db";
  EXPECT_EQ(fault_of_make(), StoreFault::io);
  EXPECT_NE(message.find("nowhere"), std::string::npos);
}

TEST_F(Backup, IsNotMadeOfADamagedDatabase) {
  database.execute("CREATE TABLE ballast (bytes BLOB)");
  database.execute("INSERT INTO ballast VALUES (zeroblob(1048576))");
  ASSERT_TRUE(database.checkpoint());
  const auto damaged = directory.path() / "damaged.db";
  std::filesystem::copy_file(path, damaged);
  {
    std::fstream file(damaged, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(8192);
    file << std::string(4096, '\x5a');
  }
  path = damaged;
  EXPECT_EQ(fault_of_make(), StoreFault::corrupt);
  EXPECT_NE(message.find("damaged.db"), std::string::npos);
  EXPECT_TRUE(files().empty());
}

TEST_F(Backup, LeavesNothingBehindWhenItFails) {
  std::filesystem::create_directory(target);  // cannot be replaced by a file
  EXPECT_THROW(make(IfPresent::replace), StoreError);
  EXPECT_EQ(files(), std::vector<std::string>{"tender.db"});
}

}  // namespace
}  // namespace tender::store
