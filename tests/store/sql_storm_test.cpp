// Every kind of statement from another program, while a worker completes revisions: no revision is
// used twice, and nothing that was accepted is lost.
#include <map>

#include "store_fixture.hpp"
#include "support/sql_writer.hpp"

namespace tender::store {
namespace {

struct SqlStorm : StoreTest, testing::WithParamInterface<bool> {
  // Nobody may find a revision with another content than it had, nor one that goes back.
  void look_at_rows(const std::string& after) {
    std::map<std::string, std::string> names;
    for (const Relay& relay : query.list_relays()) {
      const std::string& id = relay.id.text;
      const auto [known, fresh] = contents_.try_emplace({id, relay.revision}, relay.info_name);
      EXPECT_EQ(known->second, relay.info_name) << id << " " << relay.revision << " " << after;
      EXPECT_GE(relay.revision, newest_[id]) << id << " " << after;
      newest_[id] = relay.revision;
      names[id] = relay.info_name;
      if (relay.synced) {
        EXPECT_EQ(zooid[id], relay.info_name) << id << " is not in step after " << after;
      }
      if (zooid.contains(id)) {
        EXPECT_TRUE(relay.synced_revision) << id << " would be created again after " << after;
      }
    }
    EXPECT_EQ(names, writer.wanted()) << after;
  }

  // One move of a worker as Infra is one: a request begins, or an answer comes.
  void work(std::uint8_t move) {
    for (const Relay& relay : query.list_relays_pending_sync()) {
      if (under_way_.contains(relay.id.text) || move++ % 3 == 0) {
        continue;
      }
      if (relay.synced_digest == relay.info_name) {
        command.complete_relay_sync(relay, {.revision = relay.revision,
                                            .digest = relay.info_name,
                                            .result = SyncResult::unchanged,
                                            .doubt_until = relay.doubt_until});
        continue;
      }
      command.begin_relay_sync(relay, clock.now());
      under_way_[relay.id.text] = relay;
    }
    if (!under_way_.empty() && move % 2 == 0) {
      finish(under_way_.extract(under_way_.begin()).mapped());
    }
  }

  void finish(const Relay& sent) {
    zooid[sent.id.text] = sent.info_name;
    const Command::CompletedSync sync{.revision = sent.revision, .digest = sent.info_name};
    if (query.get_relay(sent.id)) {
      command.complete_relay_sync(sent, sync);
    } else {
      command.complete_sync_of_gone_relay(sent, sync);
    }
  }

  void drain() {
    while (!under_way_.empty()) {
      finish(under_way_.extract(under_way_.begin()).mapped());
    }
    for (const Relay& relay : query.list_relays_pending_sync()) {
      finish(relay);
    }
  }

  test::SqlWriter writer{path, clock, /*seed=*/12, /*recursive=*/GetParam()};
  std::map<std::string, std::string> zooid;  // what it has of each relay: the name

 private:
  std::map<std::pair<std::string, std::int64_t>, std::string> contents_;
  std::map<std::string, std::int64_t> newest_;
  std::map<std::string, Relay> under_way_;
};

TEST_P(SqlStorm, LosesNothingAndUsesNoRevisionTwice) {
  constexpr int kRounds = 1500;
  database.execute("PRAGMA synchronous = OFF");
  int refused = 0;
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    const auto step = writer.step();
    refused += step.refused ? 1 : 0;
    look_at_rows(step.sql + (step.refused ? " -- " + *step.refused : ""));
    std::array<std::uint8_t, 1> move{};
    random.fill(move);
    work(move[0]);
    look_at_rows("the worker's move");
  }
  EXPECT_GT(refused, kRounds / 10);
  EXPECT_LT(refused, kRounds / 2);
  drain();
  for (const auto& [id, name] : writer.wanted()) {
    EXPECT_EQ(zooid[id], name);
    EXPECT_TRUE(query.get_relay(RelayId{id})->synced);
  }
}

INSTANTIATE_TEST_SUITE_P(RecursiveTriggers, SqlStorm, testing::Bool(), [](const auto& param) {
  return param.param ? std::string("On") : std::string("Off");
});

}  // namespace
}  // namespace tender::store
