// A worker whose disk fails: it stops, says so once, and goes on by itself when the fault is gone.
#include <ostream>
#include <sstream>

#include <gtest/gtest.h>

#include "tender/store/store_error.hpp"

#include "support/fault_vfs.hpp"
#include "support/log_sink.hpp"
#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using test::DiskOperation;
using test::FaultVfs;
using test::World;

struct DiskFault {
  const char* name;
  DiskOperation operation;
  int code;
  const char* remedy;
};

void PrintTo(const DiskFault& fault, std::ostream* out) {
  *out << fault.name;
}

struct StoreFaults : testing::Test {
  StoreFaults() {
    world.logger->sinks().push_back(test::log_sink(log_text));
    world.logger->set_level(spdlog::level::trace);
  }

  /// A relay row and its command, written by a program that the fault does not touch.
  void command_elsewhere(const std::string& subdomain) {
    store::Database other(world.directory.path() / "tender.db", world.clock(), {});
    store::ActivityChannel unheard(world.clock(), 1);
    RelayChange change;
    change.tenant = test::kTenant;
    change.subdomain = subdomain;
    store::Command(other, world.clock(), world.random, unheard).create_relay(change);
  }

  [[nodiscard]] int logged(const std::string& words) {
    world.logger->flush();
    const std::string text = log_text.str();
    int count = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
      ++count;
    }
    return count;
  }

  std::ostringstream log_text;
  FaultVfs vfs;
  World world{64, vfs.name()};
};

struct LastingFault : StoreFaults, testing::WithParamInterface<DiskFault> {};

TEST_P(LastingFault, StopsTheWorkerUntilItIsGone) {
  world.start();
  vfs.fail(GetParam().operation, GetParam().code);
  command_elsewhere("blue");
  world.clock().advance(10min);
  EXPECT_TRUE(world.zooid.requests.empty());
  EXPECT_EQ(logged("Z error "), 1) << log_text.str();
  EXPECT_EQ(logged(GetParam().remedy), 1) << log_text.str();
  EXPECT_EQ(logged("resuming"), 0);
  vfs.heal();
  world.clock().advance(31s);
  EXPECT_EQ(world.zooid.requests.size(), 1U);
  EXPECT_TRUE(world.query->list_relays_pending_sync().empty());
  EXPECT_EQ(logged("Z error "), 1) << log_text.str();
  EXPECT_EQ(logged("resuming"), 1) << log_text.str();
}

INSTANTIATE_TEST_SUITE_P(
    Store, LastingFault,
    testing::Values(DiskFault{"Full", DiskOperation::write, SQLITE_FULL, "free some space"},
                    DiskFault{"IoError", DiskOperation::sync, SQLITE_IOERR_FSYNC, "check the disk"},
                    DiskFault{"ReadOnly", DiskOperation::write, SQLITE_READONLY, "writable"},
                    DiskFault{"Busy", DiskOperation::lock, SQLITE_BUSY, "end its transaction"}),
    [](const testing::TestParamInfo<DiskFault>& fault) { return fault.param.name; });

TEST_F(StoreFaults, AtTheTimeOfAReconcileOnlyPutItOff) {
  world.env.reconcile_interval = 1h;
  world.start();
  const Relay blue = world.create("blue");
  world.clock().advance(30min);
  {
    store::Database other(world.directory.path() / "tender.db", world.clock(), {});
    other.execute("UPDATE relay SET info_name = 'Deep blue'");  // without a word in the log
  }
  vfs.fail(DiskOperation::write, SQLITE_FULL);
  world.clock().advance(45min);
  ASSERT_EQ(logged("free some space"), 1) << log_text.str();
  vfs.heal();
  world.clock().advance(1min);
  EXPECT_TRUE(world.get(blue).synced);
  EXPECT_EQ(world.zooid.relays[blue.id.text]["info"]["name"], "Deep blue");
}

TEST_F(StoreFaults, WhileAResultIsWrittenLoseNothing) {
  world.start();
  const Relay blue = world.create("blue");
  world.run_ready();
  world.zooid.requests.clear();
  world.zooid.script = [this](const test::FakeZooid::Seen&) {
    vfs.fail(DiskOperation::sync, SQLITE_IOERR_FSYNC);  // zooid takes it, and then the disk fails
    return test::FakeZooid::Action{};
  };
  world.rename(blue, "Deep blue");
  world.clock().advance(5min);
  EXPECT_EQ(world.zooid.requests.size(), 1U);
  vfs.heal();
  world.clock().advance(31s);
  EXPECT_EQ(world.zooid.requests.size(), 1U);  // settled, not sent again
  EXPECT_TRUE(world.get(blue).synced);
}

TEST_F(StoreFaults, OfAFileThatCannotBeOpenedForAWhileAreWaitedOut) {
  world.start();
  vfs.fail(DiskOperation::write, SQLITE_IOERR_WRITE);
  command_elsewhere("blue");
  world.clock().advance(2s);
  vfs.heal();
  vfs.fail(DiskOperation::open, SQLITE_CANTOPEN);  // the volume is away
  world.clock().advance(10min);
  EXPECT_TRUE(world.zooid.requests.empty());
  vfs.heal();
  world.clock().advance(31s);
  EXPECT_EQ(world.zooid.requests.size(), 1U);
  EXPECT_EQ(logged("Z error "), 1) << log_text.str();
}

TEST_F(StoreFaults, OfOneOperationCostASecond) {
  world.start();
  vfs.fail_nth(DiskOperation::sync, 1, SQLITE_IOERR_FSYNC);
  command_elsewhere("blue");
  world.clock().advance(3s);
  EXPECT_EQ(world.zooid.requests.size(), 1U);
  EXPECT_EQ(logged("resuming"), 1) << log_text.str();
}

TEST_F(StoreFaults, DoNotOutlastAClockThatIsSetBack) {
  world.start();
  vfs.fail(DiskOperation::write, SQLITE_FULL);
  command_elsewhere("blue");
  world.clock().advance(1min);
  vfs.heal();
  world.clock().jump(-24h);
  world.clock().advance(1min);
  EXPECT_EQ(world.zooid.requests.size(), 1U);
}

TEST_F(StoreFaults, DoNotMakeTheDatabaseAnew) {
  world.start();
  const Relay blue = world.create("blue");
  world.run_ready();
  const auto path = world.directory.path() / "tender.db";
  const auto aside = world.directory.path() / "aside.db";
  vfs.fail(DiskOperation::write, SQLITE_IOERR_WRITE);
  command_elsewhere("green");
  world.clock().advance(2s);
  std::filesystem::rename(path, aside);
  vfs.heal();
  world.clock().advance(5min);
  EXPECT_FALSE(std::filesystem::exists(path));
  std::filesystem::rename(aside, path);
  world.clock().advance(31s);
  EXPECT_EQ(world.zooid.requests.size(), 2U);
  EXPECT_TRUE(world.query->list_relays_pending_sync().empty());
}

}  // namespace
}  // namespace tender
