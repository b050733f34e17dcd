#include "tender/store/activity_tail.hpp"

#include <fstream>
#include <numeric>

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "tender/store/commit_watch.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/transaction.hpp"

#include "store_fixture.hpp"

namespace tender::store {
namespace {

constexpr int kMany = 600;  // more than two of the tail's batches

struct ActivityTailTest : StoreTest {
  ActivityTailTest() {
    boost::asio::co_spawn(io, tail.run(), boost::asio::detached);
    boost::asio::co_spawn(io, listen(), boost::asio::detached);
    clock.run_ready();
  }

  ~ActivityTailTest() override {
    tail.stop();
    clock.run_ready();
  }

  boost::asio::awaitable<void> listen() {
    while (true) {
      const auto received = co_await receiver.recv();
      const auto* seq = std::get_if<std::int64_t>(&received.item);
      if (seq == nullptr) {
        co_return;
      }
      heard.push_back(*seq);
    }
  }

  ActivityChannel roomy{clock, kMany + 1};
  ActivityChannel::Receiver receiver{roomy.subscribe()};
  ActivityTail tail{database, clock, roomy};
  std::vector<std::int64_t> heard;
  Database elsewhere{path, clock, {}};  // another process, as far as SQLite is concerned
  Command other_program{elsewhere, clock, random, channel};
};

TEST_F(ActivityTailTest, TellsOfOwnCommitsAtOnceAndInOrder) {
  create("one");
  create("two");
  clock.run_ready();
  EXPECT_EQ(heard, (std::vector<std::int64_t>{1, 2}));
}

TEST_F(ActivityTailTest, SaysNothingBeforeTheCommit) {
  Transaction transaction(database);
  create("one");
  clock.run_ready();
  EXPECT_TRUE(heard.empty());
  transaction.commit();
  clock.run_ready();
  EXPECT_EQ(heard.size(), 1U);
}

TEST_F(ActivityTailTest, SeesTheCommitOfAnotherProgramWithTheSlowPoll) {
  RelayChange change;
  change.tenant = kTenant;
  change.subdomain = "blue";
  static_cast<void>(other_program.create_relay(change));
  clock.run_ready();
  EXPECT_TRUE(heard.empty());
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(heard, std::vector<std::int64_t>{1});
}

TEST_F(ActivityTailTest, KeepsLookingAfterAHintThatCameBeforeTheCommit) {
  tail.look_closely();
  clock.run_ready();
  RelayChange change;
  change.tenant = kTenant;
  change.subdomain = "blue";
  static_cast<void>(other_program.create_relay(change));
  clock.advance(Milliseconds(20));
  EXPECT_EQ(heard, std::vector<std::int64_t>{1});
}

TEST_F(ActivityTailTest, MissesNothingWhenManyRowsComeAtOnce) {
  const Relay relay = create("blue");
  {
    Transaction transaction(database);
    for (int i = 0; i < kMany; ++i) {
      command.reconcile_relay(relay, {});
    }
    transaction.commit();
  }
  clock.run_ready();
  std::vector<std::int64_t> all(kMany + 1);
  std::iota(all.begin(), all.end(), 1);
  EXPECT_EQ(heard, all);
}

TEST(CommitWatch, HearsOfACommitOfAnotherConnection) {
  const test::TempDir directory;
  boost::asio::io_context io;
  SystemClock clock(io.get_executor());
  Database writer(directory.path() / "tender.db", clock, {});
  const test::TempDir elsewhere;
  const auto link = elsewhere.path() / "link.db";
  std::filesystem::create_symlink(directory.path() / "tender.db", link);
  CommitWatch watch(io.get_executor(), link);
  ASSERT_FALSE(watch.fault());
  int hints = 0;
  boost::asio::co_spawn(io, watch.run([&] {
    ++hints;
    watch.stop();
  }),
                        boost::asio::detached);
  writer.execute("UPDATE router_offset SET seq = seq + 1");
  io.run();  // ends when the hint came; CTest's timeout is the deadline
  EXPECT_EQ(hints, 1);
}

TEST(DatabaseLock, IsHeldByOneAtATime) {
  const test::TempDir directory;
  const auto path = directory.path() / "tender.db";
  EXPECT_FALSE(DatabaseLock::holder(path));
  {
    const auto first = DatabaseLock::try_acquire(path);
    ASSERT_TRUE(first);
    EXPECT_FALSE(DatabaseLock::try_acquire(path));
    const auto holder = DatabaseLock::holder(path);
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->pid, getpid());
  }
  EXPECT_FALSE(DatabaseLock::holder(path));
  EXPECT_TRUE(DatabaseLock::try_acquire(path));
}

TEST(DatabaseLock, KnowsThatItsFileWasRemovedOrReplaced) {
  const test::TempDir directory;
  const auto path = directory.path() / "tender.db";
  const auto lock = DatabaseLock::try_acquire(path);
  ASSERT_TRUE(lock);
  EXPECT_FALSE(lock->is_lost());
  std::filesystem::remove(lock->path());
  EXPECT_TRUE(lock->is_lost());
  const auto next = DatabaseLock::try_acquire(path);  // on a file of its own
  ASSERT_TRUE(next);
  EXPECT_TRUE(lock->is_lost());
  EXPECT_FALSE(next->is_lost());
}

TEST(DatabaseLock, IsOneForADatabaseAndASymlinkToIt) {
  const test::TempDir directory;
  const auto path = directory.path() / "tender.db";
  const auto link = directory.path() / "link.db";
  std::filesystem::create_symlink(path, link);
  std::ofstream(path).flush();
  const auto lock = DatabaseLock::try_acquire(path);
  ASSERT_TRUE(lock);
  EXPECT_FALSE(DatabaseLock::try_acquire(link));
  EXPECT_TRUE(DatabaseLock::holder(link));
}

}  // namespace
}  // namespace tender::store
