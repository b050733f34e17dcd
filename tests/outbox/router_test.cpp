#include "tender/outbox/router.hpp"

#include <stdexcept>

#include "tender/store/transaction.hpp"

#include "outbox_fixture.hpp"

namespace tender::outbox {
namespace {

using Seqs = std::vector<std::int64_t>;

struct RouterTest : OutboxTest {
  void log(int rows) {
    store::Transaction transaction(database);
    for (int i = 0; i < rows; ++i) {
      const std::string key = "relay" + std::to_string(++logged_);
      database
          .prepare(
              "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
              "VALUES ('t', 'create_relay', 'relay', ?)",
              key)
          .run();
    }
    transaction.commit();
  }

  // What Infra does: work for each row. Notes the row too, which a rollback cannot undo.
  Router::Handler enqueue() {
    return [this](const Activity& activity) {
      seen.push_back(activity.seq);
      outbox.enqueue(job(activity.resource_id), start);
    };
  }

  static void route_all(Router& router, Clock& clock, const Router::Handler& handler) {
    while (router.route(store::Portion(clock), handler) == Router::Routed::more) {
    }
  }
  void route_all(const Router::Handler& handler) { route_all(router, clock, handler); }

  [[nodiscard]] std::int64_t rows() { return outbox.count(kSync, start).due; }

  // 1, 2, …, last
  static Seqs up_to(std::int64_t last) {
    Seqs all;
    for (std::int64_t seq = 1; seq <= last; ++seq) {
      all.push_back(seq);
    }
    return all;
  }

  Router router{database};
  Seqs seen;

 private:
  int logged_ = 0;
};

TEST_F(RouterTest, HasNothingToDoInAnEmptyLog) {
  route_all(enqueue());
  EXPECT_TRUE(seen.empty());
  EXPECT_EQ(router.offset(), 0);
}

TEST_F(RouterTest, HandsEachRowToTheHandlerInTheOrderOfTheLog) {
  log(3);
  route_all(enqueue());
  EXPECT_EQ(seen, up_to(3));
  EXPECT_EQ(router.offset(), 3);
  EXPECT_EQ(rows(), 3);
}

TEST_F(RouterTest, RoutesNoRowTwice) {
  log(3);
  route_all(enqueue());
  route_all(enqueue());
  log(2);
  route_all(enqueue());
  EXPECT_EQ(seen, up_to(5));
  EXPECT_EQ(outbox.find(kSync, "relay1")->generation, 1);
}

TEST_F(RouterTest, RoutesAPortionAtATime) {
  log(store::Portion::kRows + 1);
  EXPECT_EQ(router.route(store::Portion(clock), enqueue()), Router::Routed::more);
  EXPECT_EQ(seen, up_to(store::Portion::kRows));
  EXPECT_EQ(router.route(store::Portion(clock), enqueue()), Router::Routed::all);
  EXPECT_EQ(seen, up_to(store::Portion::kRows + 1));
}

TEST_F(RouterTest, EndsAPortionThatTakesTooLong) {
  log(3);
  const auto slow = [this](const Activity& activity) {
    seen.push_back(activity.seq);
    clock.pass(store::Portion::kTime);
  };
  EXPECT_EQ(router.route(store::Portion(clock), slow), Router::Routed::more);
  EXPECT_EQ(seen, up_to(1));
  EXPECT_EQ(router.offset(), 1);
}

TEST_F(RouterTest, RoutesMoreThanOneBatch) {
  log(1000);
  route_all(enqueue());
  EXPECT_EQ(seen, up_to(1000));
  EXPECT_EQ(router.offset(), 1000);
  EXPECT_EQ(rows(), 1000);
}

TEST_F(RouterTest, RoutesExactlyOneBatch) {
  log(256);
  route_all(enqueue());
  EXPECT_EQ(seen, up_to(256));
  EXPECT_EQ(router.offset(), 256);
}

TEST_F(RouterTest, CommitsEachBatchWithItsOffset) {
  log(600);
  std::vector<std::int64_t> offsets;  // as another connection sees them while rows are routed
  store::Database elsewhere(path, clock, {});
  Router::Handler handler = [&](const Activity& activity) {
    if (activity.seq % 256 == 1) {
      offsets.push_back(Router(elsewhere).offset());
    }
    outbox.enqueue(job(activity.resource_id), start);
  };
  route_all(handler);
  EXPECT_EQ(offsets, (Seqs{0, 256, 512}));
}

TEST_F(RouterTest, GoesOnFromTheDurableOffsetAfterARestart) {
  log(3);
  route_all(enqueue());
  log(2);
  store::Database after_restart(path, clock, {});
  Router next(after_restart);
  EXPECT_EQ(next.offset(), 3);
  route_all(next, clock, [this](const Activity& activity) { seen.push_back(activity.seq); });
  EXPECT_EQ(seen, up_to(5));
}

TEST_F(RouterTest, RollsBackRowsAndOffsetTogetherWhenTheHandlerThrows) {
  log(5);
  const auto fails_at_4 = [this](const Activity& activity) {
    if (activity.seq == 4) {
      throw store::StoreError(store::StoreFault::full, "the disk is full", "free some space");
    }
    outbox.enqueue(job(activity.resource_id), start);
  };
  EXPECT_THROW(route_all(fails_at_4), store::StoreError);
  EXPECT_EQ(router.offset(), 0);
  EXPECT_EQ(rows(), 0);
  route_all(enqueue());
  EXPECT_EQ(seen, up_to(5));
  EXPECT_EQ(rows(), 5);
  EXPECT_EQ(outbox.find(kSync, "relay1")->generation, 1);
}

TEST_F(RouterTest, KeepsTheBatchesBeforeTheOneThatFailed) {
  log(300);
  const auto fails_at_280 = [this](const Activity& activity) {
    if (activity.seq == 280) {
      throw std::runtime_error("boom");
    }
    outbox.enqueue(job(activity.resource_id), start);
  };
  EXPECT_THROW(route_all(fails_at_280), std::runtime_error);
  EXPECT_EQ(router.offset(), 256);
  EXPECT_EQ(rows(), 256);
  route_all(enqueue());
  EXPECT_EQ(seen.front(), 257);
  EXPECT_EQ(seen.size(), 44U);
  EXPECT_EQ(rows(), 300);
}

TEST_F(RouterTest, LeavesTheOffsetWhenTheDatabaseIsLocked) {
  log(2);
  store::Database elsewhere(path, clock, {});
  {
    const store::Transaction lock(elsewhere);
    EXPECT_THROW(route_all(enqueue()), store::StoreError);
    EXPECT_TRUE(seen.empty());
  }
  route_all(enqueue());
  EXPECT_EQ(seen, up_to(2));
}

TEST_F(RouterTest, RoutesRowsThatOtherProgramsWrite) {
  database.execute(
      "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
      "VALUES ('t', 'unheard_of', 'invoice', 'x')");
  route_all(enqueue());
  EXPECT_EQ(seen, up_to(1));
}

TEST_F(RouterTest, GoesOnOverGapsInTheLog) {
  log(5);
  database.execute("DELETE FROM activity WHERE seq IN (1, 3)");
  route_all(enqueue());
  EXPECT_EQ(seen, (Seqs{2, 4, 5}));
  EXPECT_EQ(router.offset(), 5);
}

}  // namespace
}  // namespace tender::outbox
