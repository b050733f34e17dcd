#include "tender/store/database.hpp"

#include <fstream>
#include <future>

#include <SQLiteCpp/Database.h>
#include <sys/stat.h>

#include "tender/store/database_lock.hpp"
#include "tender/store/migrations.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

#include "store_fixture.hpp"

namespace tender::store {
namespace {

using DatabaseTest = StoreTest;

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

std::string pragma(Database& database, const char* sql) {
  Statement row = database.prepare(sql);
  return row.step() ? row.text(0) : "";
}

TEST_F(DatabaseTest, KeepsFileAndDirectoryToTheOwner) {
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(mode_of(path.parent_path()), 0700U);
  create("blue");
  EXPECT_EQ(mode_of(path.string() + "-wal"), 0600U);
}

TEST_F(DatabaseTest, SetsThePragmasThatTheRestReliesOn) {
  EXPECT_EQ(pragma(database, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(pragma(database, "PRAGMA synchronous"), "2");
  EXPECT_EQ(pragma(database, "PRAGMA foreign_keys"), "1");
  EXPECT_EQ(pragma(database, "PRAGMA trusted_schema"), "0");
}

TEST_F(DatabaseTest, RefusesToMakeOneForACommandThatOnlyReads) {
  const auto elsewhere = directory.path() / "typo.db";
  EXPECT_EQ(
      fault_of([&] { Database(elsewhere, clock, {.mode = OpenMode::existing, .on_wait = {}}); }),
      StoreFault::missing);
  EXPECT_FALSE(std::filesystem::exists(elsewhere));
}

TEST_F(DatabaseTest, RefusesADatabaseOfANewerTenderAndNamesBothVersions) {
  database.execute("INSERT INTO schema_version (version, applied_at) VALUES (999, 0)");
  try {
    const Database newer(path, clock, {});
    FAIL() << "it was opened";
  } catch (const StoreError& error) {
    EXPECT_EQ(error.fault(), StoreFault::too_new);
    EXPECT_NE(std::string(error.what()).find("999"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find(std::to_string(migrations().back().version)),
              std::string::npos);
  }
}

TEST_F(DatabaseTest, RefusesAFileThatIsNoDatabaseAndLeavesItAlone) {
  const auto other = directory.path() / "notes.txt";
  const std::string text(5000, 'x');
  std::ofstream(other) << text;
  EXPECT_EQ(fault_of([&] { Database(other, clock, {}); }), StoreFault::corrupt);
  std::ifstream in(other);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
}

TEST_F(DatabaseTest, RefusesSomebodyElsesTables) {
  const auto other = directory.path() / "other.db";
  {
    boost::asio::io_context unused;
    Database foreign(other, clock, {});
    foreign.execute("DROP TABLE schema_version");
  }
  EXPECT_EQ(fault_of([&] { Database(other, clock, {}); }), StoreFault::other);
}

TEST_F(DatabaseTest, LeavesSomebodyElsesDatabaseAsItIs) {
  const auto other = directory.path() / "other.db";
  {
    SQLite::Database foreign(other.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    foreign.exec(
        "CREATE TABLE schema_version (version INTEGER); CREATE TABLE customer (name TEXT)");
  }
  std::ifstream before(other, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(before), {});
  EXPECT_EQ(fault_of([&] { Database(other, clock, {}); }), StoreFault::other);
  EXPECT_EQ(fault_of([&] { Database(other, clock, {.mode = OpenMode::existing, .on_wait = {}}); }),
            StoreFault::missing);
  std::ifstream after(other, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(after), {}), bytes);
}

TEST_F(DatabaseTest, MakesNoTablesForACommandThatOnlyReads) {
  const auto empty = directory.path() / "empty.db";
  std::ofstream(empty).flush();
  EXPECT_EQ(fault_of([&] { Database(empty, clock, {.mode = OpenMode::existing, .on_wait = {}}); }),
            StoreFault::missing);
  EXPECT_EQ(std::filesystem::file_size(empty), 0U);
  EXPECT_NO_THROW(Database(empty, clock, {}));
}

TEST_F(DatabaseTest, NamesTheWholePathWhereThereIsNone) {
  try {
    const Database none("no/such.db", clock, {.mode = OpenMode::existing, .on_wait = {}});
    FAIL() << "it was opened";
  } catch (const StoreError& error) {
    EXPECT_NE(std::string(error.what()).find(std::filesystem::current_path() / "no/such.db"),
              std::string::npos);
  }
}

TEST_F(DatabaseTest, SaysThatADirectoryOnTheWayCannotBeEntered) {
  const auto loop = directory.path() / "loop";
  std::filesystem::create_symlink(loop, loop);  // as EACCES, but for root too
  for (const OpenMode mode : {OpenMode::existing, OpenMode::create}) {
    EXPECT_EQ(fault_of([&] { Database(loop / "tender.db", clock, {.mode = mode, .on_wait = {}}); }),
              StoreFault::cannot_open);
  }
}

TEST_F(DatabaseTest, RefusesToWorkWithoutAWriteAheadLog) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory.path());
  EXPECT_EQ(fault_of([&] { Database(":memory:", clock, {}); }), StoreFault::cannot_open);
  std::filesystem::current_path(before);
}

TEST_F(DatabaseTest, DoesNotMigrateUnderARunningSidecar) {
  const int before = schema_version(database);
  const std::vector<Migration> steps{{before + 1, "next", "CREATE TABLE next (x)"}};
  {
    const auto sidecar = DatabaseLock::try_acquire(path);
    ASSERT_TRUE(sidecar);
    EXPECT_EQ(fault_of([&] { migrate(database, steps, clock.now()); }), StoreFault::too_old);
    EXPECT_EQ(schema_version(database), before);
  }
  migrate(database, steps, clock.now());
  EXPECT_EQ(schema_version(database), before + 1);
  EXPECT_FALSE(DatabaseLock::holder(path));
}

TEST_F(DatabaseTest, MakesANewDatabaseWhateverItsLock) {
  const auto fresh = directory.path() / "fresh.db";
  const auto sidecar = DatabaseLock::try_acquire(fresh);
  EXPECT_NO_THROW(Database(fresh, clock, {}));
}

TEST_F(DatabaseTest, NumbersMigrationsFromOneWithoutAGap) {
  int expected = 1;
  for (const Migration& migration : migrations()) {
    EXPECT_EQ(migration.version, expected++) << migration.name;
  }
  EXPECT_EQ(schema_version(database), migrations().back().version);
}

TEST_F(DatabaseTest, AppliesAFailingMigrationNotAtAll) {
  const int before = schema_version(database);
  const std::vector<Migration> steps{
      {before + 1, "broken", "CREATE TABLE half (x); SELECT no_such_function();"}};
  EXPECT_THROW(migrate(database, steps, clock.now()), StoreError);
  EXPECT_EQ(schema_version(database), before);
  EXPECT_FALSE(database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").step());
}

TEST_F(DatabaseTest, SaysThatItWaitsForAnotherProgramAndGivesUpInTheEnd) {
  int waits = 0;
  Database other(path, clock,
                 {.busy_timeout = Milliseconds(30),
                  .busy_notice = Milliseconds(10),
                  .on_wait = [&] { ++waits; }});
  const Transaction holds_the_lock(database);
  EXPECT_EQ(fault_of([&] { const Transaction blocked(other); }), StoreFault::busy);
  EXPECT_EQ(waits, 1);
}

TEST_F(DatabaseTest, RollsBackAnInnerFailureWithTheWhole) {
  const Relay relay = create("blue");
  try {
    Transaction outer(database);
    static_cast<void>(command.deactivate_relay(relay.id));
    throw std::runtime_error("something else failed");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(get(relay).status, RelayStatus::active);
  EXPECT_EQ(log(), std::vector<std::string>{"create_relay"});
}

TEST_F(DatabaseTest, CommitsNothingWhenAnInnerTransactionWasGivenUp) {
  const Relay relay = create("blue");
  {
    Transaction outer(database);
    static_cast<void>(command.deactivate_relay(relay.id));
    { const Transaction inner(database); }
    EXPECT_THROW(outer.commit(), std::logic_error);
  }
  EXPECT_EQ(get(relay).status, RelayStatus::active);
  static_cast<void>(command.deactivate_relay(relay.id));  // and the next one is sound
  EXPECT_EQ(get(relay).status, RelayStatus::inactive);
}

TEST_F(DatabaseTest, CanBeMadeByTwoProgramsAtOnce) {
  for (int round = 0; round < 50; ++round) {
    const auto fresh = directory.path() / ("fresh" + std::to_string(round) + ".db");
    const auto open = [&] { return Database(fresh, clock, {}).has_moved(); };
    auto one = std::async(std::launch::async, open);
    auto other = std::async(std::launch::async, open);
    EXPECT_NO_THROW(EXPECT_FALSE(one.get()));
    EXPECT_NO_THROW(EXPECT_FALSE(other.get()));
  }
}

TEST_F(DatabaseTest, TellsTheListenerOfOutermostCommitsOnly) {
  int commits = 0;
  database.set_commit_listener([&] { ++commits; });
  {
    Transaction outer(database);
    create("one");
    create("two");
    EXPECT_EQ(commits, 0);
    outer.commit();
  }
  EXPECT_EQ(commits, 1);
  { const Transaction rolled_back(database); }
  EXPECT_EQ(commits, 1);
}

}  // namespace
}  // namespace tender::store
