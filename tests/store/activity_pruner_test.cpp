#include "tender/store/activity_pruner.hpp"

#include <array>
#include <fstream>

#include <sys/stat.h>
#include <zlib.h>

#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

#include "store_fixture.hpp"

namespace tender::store {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

constexpr std::chrono::days kKeep{90};
constexpr std::int64_t kAllRouted = INT64_MAX;

struct Pruning : StoreTest {
  int prune(std::int64_t routed = kAllRouted,
            ActivityPruner::Archive archive = ActivityPruner::Archive::keep) {
    ActivityPruner pruner(database, clock, archive);
    int pruned = 0;
    ActivityPruner::Step step;
    do {
      step = pruner.step(clock.now() - kKeep, routed);
      pruned += step.pruned;
    } while (!step.finished);
    return pruned;
  }

  void rename(const Relay& relay) {
    RelayChange change;
    change.info_name = "another";
    static_cast<void>(command.update_relay(relay.id, change));
  }
  void complete(const Relay& relay) {
    command.complete_relay_sync(relay, {.revision = 1, .digest = "digest"});
  }
  void fail(const Relay& relay, bool superseded = false) {
    command.fail_relay_sync(relay, {.revision = get(relay).revision,
                                    .error = "boom",
                                    .outcome = "transient",
                                    .superseded = superseded});
  }
  void log_foreign(int rows) {
    Transaction transaction(database);
    for (int i = 0; i < rows; ++i) {
      database
          .prepare(
              "INSERT INTO activity (tenant, created_at, activity_type, resource_type, "
              "resource_id) VALUES ('t', ?, 'paid', 'invoice', 'i')",
              clock.now())
          .run();
    }
    transaction.commit();
  }
  void years_later() { clock.jump(kKeep * 10); }

  [[nodiscard]] std::filesystem::path archive() const {
    return ActivityArchive(path).file(clock.now());
  }

  /// The archive's lines, as any gunzip sees them.
  [[nodiscard]] std::vector<nlohmann::json> archived() const {
    gzFile file = gzopen(archive().c_str(), "rb");
    std::string text;
    std::array<char, 4096> buffer{};
    int count = 0;
    while ((count = gzread(file, buffer.data(), buffer.size())) > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    EXPECT_EQ(count, 0) << "not whole";
    gzclose(file);
    std::vector<nlohmann::json> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      lines.push_back(nlohmann::json::parse(line));
    }
    return lines;
  }

  [[nodiscard]] std::vector<std::int64_t> archived_seqs() const {
    std::vector<std::int64_t> seqs;
    for (const auto& line : archived()) {
      seqs.push_back(line["seq"]);
    }
    return seqs;
  }
};

TEST_F(Pruning, TakesOldRowsAndLeavesYoungOnes) {
  const Relay relay = create("blue");
  complete(relay);
  rename(relay);
  years_later();
  rename(relay);
  complete(relay);
  EXPECT_EQ(prune(), 3);
  EXPECT_EQ(log(), (Words{"update_relay", "complete_relay_sync"}));
  EXPECT_EQ(prune(), 0);
}

TEST_F(Pruning, LeavesWhatIsNotRoutedYet) {
  log_foreign(5);
  years_later();
  EXPECT_EQ(prune(3), 3);
  EXPECT_EQ(log().size(), 2U);
}

TEST_F(Pruning, LeavesTheNewestRowOfTheLog) {
  log_foreign(3);
  years_later();
  EXPECT_EQ(prune(), 2);
  EXPECT_EQ(query.last_activity_seq(), 3);
}

TEST_F(Pruning, LeavesEachRelaysNewestRow) {
  const Relay blue = create("blue");
  const Relay green = create("green");
  rename(blue);
  rename(green);
  log_foreign(1);
  years_later();
  EXPECT_EQ(prune(), 2);
  EXPECT_EQ(log(), (Words{"update_relay", "update_relay", "paid"}));
}

TEST_F(Pruning, LeavesTheProofThatZooidTookTheRelay) {
  const Relay relay = create("blue");
  complete(relay);
  complete(relay);
  rename(relay);
  rename(relay);
  years_later();
  prune();
  EXPECT_EQ(log(), (Words{"complete_relay_sync", "update_relay"}));
  EXPECT_TRUE(query.has_completed_sync(relay.id));
}

TEST_F(Pruning, LeavesTheNewestSyncThatSentSomething) {
  const Relay relay = create("blue");
  complete(relay);
  const auto sent_at = query.find_last_sync(relay.id);
  clock.advance(1h);
  for (int i = 0; i < 2; ++i) {
    command.complete_relay_sync(
        relay, {.revision = 1, .digest = "digest", .result = SyncResult::unchanged});
  }
  clock.advance(kKeep + 1h);
  rename(relay);
  prune();
  ASSERT_TRUE(sent_at);
  EXPECT_EQ(query.find_last_sync(relay.id), sent_at);
  EXPECT_EQ(log(), (Words{"complete_relay_sync", "complete_relay_sync", "update_relay"}));
}

TEST_F(Pruning, LeavesWhatCountsAsAttempts) {
  const Relay relay = create("blue");
  fail(relay);
  rename(relay);
  fail(relay);
  fail(relay, /*superseded=*/true);
  fail(relay);
  years_later();
  ASSERT_EQ(query.count_trailing_sync_failures(relay.id), 2);
  EXPECT_EQ(prune(), 2);
  EXPECT_EQ(query.count_trailing_sync_failures(relay.id), 2);
  EXPECT_EQ(log(),
            (Words{"update_relay", "fail_relay_sync", "fail_relay_sync", "fail_relay_sync"}));
}

TEST_F(Pruning, GoesOnFromPortionToPortion) {
  log_foreign(1300);
  years_later();
  log_foreign(10);
  ActivityPruner pruner(database, clock, ActivityPruner::Archive::drop);
  const TimePoint cutoff = clock.now() - kKeep;
  EXPECT_EQ(pruner.step(cutoff, kAllRouted).pruned, 500);
  EXPECT_EQ(pruner.step(cutoff, kAllRouted).pruned, 500);
  const auto last = pruner.step(cutoff, kAllRouted);
  EXPECT_EQ(last.pruned, 300);
  EXPECT_TRUE(last.finished);
  EXPECT_EQ(log().size(), 10U);
}

TEST_F(Pruning, ArchivesEachRowWithItsNumber) {
  const Relay relay = create("blue");
  complete(relay);
  rename(relay);
  years_later();
  EXPECT_EQ(prune(), 1);
  ASSERT_EQ(archived().size(), 1U);
  const auto row = archived()[0];
  EXPECT_EQ(row["seq"], 1);
  EXPECT_EQ(row["activity_type"], "create_relay");
  EXPECT_EQ(row["resource_id"], relay.id.text);
  EXPECT_TRUE(row["detail"].is_object());
  struct stat status {};
  ASSERT_EQ(stat(archive().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Pruning, AppendsToTheArchiveOfTheMonth) {
  log_foreign(3);
  years_later();
  EXPECT_EQ(prune(1), 1);
  EXPECT_EQ(prune(2), 1);
  EXPECT_EQ(archived_seqs(), (std::vector<std::int64_t>{1, 2}));
}

TEST_F(Pruning, KeepsADetailThatIsNoJsonAsItIs) {
  database.execute(
      "INSERT INTO activity (tenant, created_at, activity_type, resource_type, resource_id, "
      "detail) "
      "VALUES ('t', 0, 'odd', 'thing', 'x', '{not json}')");
  log_foreign(1);
  EXPECT_EQ(prune(), 1);
  EXPECT_EQ(archived().at(0)["detail"], "{not json}");
}

TEST_F(Pruning, MakesNoArchiveWhenRowsAreDropped) {
  log_foreign(3);
  years_later();
  EXPECT_EQ(prune(kAllRouted, ActivityPruner::Archive::drop), 2);
  EXPECT_FALSE(std::filesystem::exists(archive()));
}

TEST_F(Pruning, DeletesNothingThatCannotBeArchived) {
  log_foreign(3);
  years_later();
  std::filesystem::create_directory(archive());
  EXPECT_THROW(prune(), StoreError);
  EXPECT_EQ(log().size(), 3U);
}

TEST_F(Pruning, ArchivesTwiceRatherThanNeverAfterACrash) {
  log_foreign(3);
  years_later();
  const auto rows = query.list_activity({.after_seq = 0, .relay = std::nullopt, .limit = 2});
  ActivityArchive(path).append(rows, clock.now());  // and then the process died
  EXPECT_EQ(prune(), 2);
  EXPECT_EQ(archived_seqs(), (std::vector<std::int64_t>{1, 2, 1, 2}));
}

TEST_F(Pruning, CutsOffWhatACrashTore) {
  log_foreign(3);
  years_later();
  EXPECT_EQ(prune(1), 1);
  const auto whole = std::filesystem::file_size(archive());
  for (const std::uintmax_t torn : {whole + 3, whole + 17, whole + 40}) {
    EXPECT_EQ(std::filesystem::file_size(archive()), whole);
    const auto rows = query.list_activity({.after_seq = 1, .relay = std::nullopt, .limit = 1});
    ActivityArchive(path).append(rows, clock.now());
    std::filesystem::resize_file(archive(), torn);
    ActivityArchive(path).append(rows, clock.now());
    EXPECT_EQ(archived_seqs(), (std::vector<std::int64_t>{1, 2}));
    std::filesystem::resize_file(archive(), whole);
  }
}

TEST_F(Pruning, LeavesAnArchiveAloneThatSomebodyElseWrote) {
  log_foreign(3);
  years_later();
  std::ofstream(archive()) << "precious";
  EXPECT_THROW(prune(), StoreError);
  EXPECT_EQ(std::filesystem::file_size(archive()), 8U);
  EXPECT_EQ(log().size(), 3U);
}

}  // namespace
}  // namespace tender::store
