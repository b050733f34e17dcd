// What keeps the file itself well: checkpoints, the look for damage, a fresh connection.
#include <fstream>

#include <sqlite3.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "tender/store/checkpointer.hpp"
#include "tender/store/damage_search.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/integrity.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/store_outage.hpp"
#include "tender/store/transaction.hpp"

#include "store_fixture.hpp"

namespace tender::store {
namespace {

using namespace std::chrono_literals;

void grow_log(Database& database, int mebibytes) {
  database.execute("CREATE TABLE IF NOT EXISTS ballast (bytes BLOB)");
  for (int i = 0; i < mebibytes; ++i) {
    database.execute("INSERT INTO ballast VALUES (zeroblob(1048576))");
  }
}

void overwrite(const std::filesystem::path& path, std::streamoff from, std::size_t bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(from);
  const std::string noise(bytes, '\x5a');
  file.write(noise.data(), static_cast<std::streamsize>(noise.size()));
}

struct Checkpoints : StoreTest {
  void run() {
    boost::asio::co_spawn(io, checkpointer.run(), boost::asio::detached);
    clock.run_ready();
  }
  void end() {
    checkpointer.stop();
    clock.run_ready();
  }
  std::shared_ptr<Logger> logger = make_null_logger();
  Checkpointer checkpointer{database, clock, *logger};
};

TEST_F(Checkpoints, AreNotMadeByCommitsNorByTheLastClose) {
  const auto other = directory.path() / "other.db";
  auto alone = std::make_unique<Database>(other, clock, Database::Options{});
  grow_log(*alone, 6);  // SQLite itself would checkpoint after about 4
  const auto size = wal_size(*alone);
  EXPECT_GT(size, 6U << 20);
  alone.reset();
  EXPECT_EQ(std::filesystem::file_size(other.string() + "-wal"), size);
}

TEST_F(Checkpoints, AreMadeWithinSecondsWhenTheLogIsLarge) {
  run();
  grow_log(database, 5);
  clock.advance(5s);
  EXPECT_EQ(wal_size(database), 0U);
  end();
}

TEST_F(Checkpoints, AreMadeWithinAMinuteWhenTheLogIsSmall) {
  run();
  create("blue");
  clock.advance(50s);
  EXPECT_GT(wal_size(database), 0U);
  clock.advance(10s);
  EXPECT_EQ(wal_size(database), 0U);
  end();
}

TEST_F(Checkpoints, AreMadeAtTheEnd) {
  run();
  create("blue");
  end();
  EXPECT_EQ(wal_size(database), 0U);
}

TEST_F(Checkpoints, WaitForABusyReader) {
  Database other(path, clock, {});
  create("blue");
  other.execute("BEGIN");
  {
    Statement reads = other.prepare("SELECT count(*) FROM relay");
    ASSERT_TRUE(reads.step());
  }
  create("green");
  run();
  clock.advance(2min);
  EXPECT_GT(wal_size(database), 0U);
  other.execute("COMMIT");
  clock.advance(5s);
  EXPECT_EQ(wal_size(database), 0U);
  end();
  EXPECT_EQ(query.list_relays().size(), 2U);
}

TEST_F(Checkpoints, AreMadeByACommandOnlyWhereNoSidecarIs) {
  grow_log(database, 2);
  {
    const auto lock = DatabaseLock::try_acquire(path);
    checkpoint_unattended(database, 1U << 20);
    EXPECT_GT(wal_size(database), 2U << 20);
  }
  checkpoint_unattended(database, 4U << 20);
  EXPECT_GT(wal_size(database), 2U << 20);  // not large enough to bother
  checkpoint_unattended(database, 1U << 20);
  EXPECT_EQ(wal_size(database), 0U);
}

struct Damage : StoreTest {
  /// A copy of the database, closed and in one file.
  std::filesystem::path copy() {
    grow_log(database, 1);
    EXPECT_TRUE(database.checkpoint());
    const auto copied = directory.path() / "copy.db";
    std::filesystem::copy_file(path, copied);
    return copied;
  }
};

TEST_F(Damage, IsNotFoundInASoundFile) {
  EXPECT_EQ(check_integrity(path), Integrity::sound);
  EXPECT_EQ(check_integrity(copy()), Integrity::sound);
}

TEST_F(Damage, IsFoundBeforeAnythingIsWritten) {
  const auto damaged = copy();
  overwrite(damaged, 8192, 4096);
  const auto before = std::filesystem::last_write_time(damaged);
  EXPECT_EQ(fault_of([&] { static_cast<void>(check_integrity(damaged)); }), StoreFault::corrupt);
  EXPECT_EQ(std::filesystem::last_write_time(damaged), before);
}

TEST_F(Damage, IsGarbageInsteadOfADatabase) {
  const auto garbage = directory.path() / "garbage.db";
  std::ofstream(garbage) << std::string(5000, 'x');
  EXPECT_EQ(fault_of([&] { static_cast<void>(check_integrity(garbage)); }), StoreFault::corrupt);
}

TEST_F(Damage, ThatIsMetAtWorkIsNotOverBeforeTheWholeFileIsSound) {
  const auto sound = copy();
  const auto damaged = directory.path() / "damaged.db";
  std::filesystem::copy_file(sound, damaged);
  const auto logger = make_null_logger();
  Database worked_on(damaged, clock, {});
  StoreOutage outage(worked_on, clock, *logger);
  overwrite(damaged, 8192, 4096);
  outage.begin(StoreError::damaged(damaged.string(), "a page"));
  for (int i = 0; i < 5; ++i) {
    clock.advance(1min);
    EXPECT_FALSE(outage.over());
  }
  std::filesystem::copy_file(sound, damaged, std::filesystem::copy_options::overwrite_existing);
  clock.advance(1min);
  EXPECT_TRUE(outage.over());
}

TEST_F(Damage, IsNotLookedForInALargeFile) {
  EXPECT_EQ(check_integrity(copy(), 1U << 20), Integrity::too_large);
}

// What a DamageSearch finds, on a thread of its own.
std::optional<StoreError> search(const std::filesystem::path& path) {
  boost::asio::io_context io;
  SystemClock clock(io.get_executor());
  DamageSearch search(io.get_executor(), path, clock);
  std::optional<StoreError> found;
  boost::asio::co_spawn(
      io, search.run(),
      [&found](const std::exception_ptr& error, const DamageSearch::Result& result) {
        EXPECT_FALSE(error);
        found = result.error;
      });
  io.run();  // ends with the search; CTest's timeout is the deadline
  return found;
}

TEST_F(Damage, IsSearchedForBesideTheWork) {
  const auto sound = copy();
  EXPECT_FALSE(search(sound));
  overwrite(sound, 8192, 4096);
  const auto found = search(sound);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->fault(), StoreFault::corrupt);
}

TEST_F(Damage, IsNotSearchedForAnyLongerWhenToldToStop) {
  database.execute(
      "CREATE TABLE many AS WITH RECURSIVE n(i) AS "
      "(SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) SELECT i FROM n");
  std::atomic<bool> stop = false;
  EXPECT_EQ(check_integrity(path, kAnySize, &stop), Integrity::sound);
  stop = true;
  EXPECT_EQ(check_integrity(path, kAnySize, &stop), Integrity::stopped);
}

TEST_F(Damage, IsNotAFileOfNoBytesOrNone) {
  const auto empty = directory.path() / "empty.db";
  EXPECT_EQ(check_integrity(empty), Integrity::absent);
  std::ofstream{empty};
  EXPECT_EQ(check_integrity(empty), Integrity::absent);
  const Database made(empty, clock, {});  // somebody's `touch`: a new database
  EXPECT_EQ(check_integrity(empty), Integrity::sound);
}

TEST_F(StoreTest, KnowsThatItsFileHasGone) {
  EXPECT_FALSE(database.has_moved());
  const auto away = directory.path() / "away.db";
  std::filesystem::rename(path, away);
  EXPECT_TRUE(database.has_moved());
  std::filesystem::copy_file(away, path);
  EXPECT_TRUE(database.has_moved());  // another file under the same name
}

TEST_F(StoreTest, GoesOnWithAFreshConnection) {
  int told = 0;
  const Relay blue = create("blue");
  database.set_commit_listener([&] { ++told; });
  database.reopen();
  EXPECT_EQ(told, 1);
  EXPECT_EQ(get(blue).subdomain, "blue");
  create("green");
  EXPECT_EQ(told, 2);
  EXPECT_EQ(log().size(), 2U);
}

TEST_F(StoreTest, MakesNothingAnewWhereAFreshConnectionFindsNothing) {
  create("blue");
  const auto aside = directory.path() / "aside.db";
  std::filesystem::rename(path, aside);
  EXPECT_EQ(fault_of([&] { database.reopen(); }), StoreFault::missing);
  EXPECT_FALSE(std::filesystem::exists(path));
  std::ofstream{path};  // an empty volume is mounted in its place
  EXPECT_EQ(fault_of([&] { database.reopen(); }), StoreFault::missing);
  EXPECT_EQ(std::filesystem::file_size(path), 0U);
  std::filesystem::rename(aside, path);
  database.reopen();
  EXPECT_EQ(query.list_relays().size(), 1U);
}

}  // namespace
}  // namespace tender::store
