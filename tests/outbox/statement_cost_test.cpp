// What the statements of outbox and dead_letter cost: never more because more rows wait.
#include <gmock/gmock.h>

#include "tender/store/transaction.hpp"

#include "outbox_fixture.hpp"
#include "statement_watch.hpp"
#include "support/query_plan.hpp"

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr Milliseconds kFarAhead = 16min;

struct Watched {
  test::StatementWatch statements;  // before the connection of OutboxTest
};

struct StatementCost : Watched, OutboxTest {
  // Rows of both kinds and all priorities that are due only later, and letters that are resolved.
  void add_waiting(int count) {
    store::Transaction transaction(database);
    for (int i = 0; i < count; ++i) {
      Job waiting = job("waits" + std::to_string(++waiting_), static_cast<Priority>(i % 3));
      waiting.kind = i % 2 == 0 ? kSync : kLook;
      waiting.not_before = start + 1min + i * 1ms;
      outbox.schedule(waiting);
      letters.add(kSync, waiting.key, DeadLetterReason::lost, "boom", 1, 1, start);
      letters.resolve(kSync, waiting.key, Resolution::discarded, start);
    }
    transaction.commit();
  }

  // All that the dispatcher and the worker ask, for one new relay.
  void work() {
    Job fresh = job("new");
    fresh.asked_seq = ++asked_;
    outbox.enqueue(fresh, start);
    for (const auto order : {Outbox::Order::most_urgent, Outbox::Order::longest_due}) {
      for (const std::string_view kind : {kSync, kLook}) {
        static_cast<void>(
            outbox.next({kind, kHere}, order, start, kFarAhead, Priority::bulk, {"new", "x"}));
        static_cast<void>(outbox.next({kind, kHere}, order, start, kFarAhead, Priority::bulk, {}));
        static_cast<void>(outbox.next_due({kind, kHere}, Priority::bulk, {"new"}));
        static_cast<void>(outbox.newest_due({kind, kHere}, Priority::urgent, start));
      }
    }
    const Job claimed = find("new");
    static_cast<void>(outbox.has_other(kSync, {"new"}));
    outbox.retry_later(claimed, 1, start, "boom");
    outbox.do_again(claimed, start);
    outbox.wait_until(claimed, start);
    outbox.remove(claimed);
    outbox.schedule(claimed);
    outbox.remove_all(kSync, "new");
    letters.add(kSync, "new", DeadLetterReason::lost, "boom", 1, 1, start);
    static_cast<void>(letters.holds(kSync, "new", 1));
    const std::int64_t id = letters.list(/*all=*/false).at(0).id;
    static_cast<void>(letters.find(id));
    static_cast<void>(letters.count_open());
    letters.resolve(id, Resolution::retried, start);
    letters.resolve(kSync, "new", Resolution::retried, start);
  }

  std::int64_t steps_of_work() {
    statements.restart();
    work();
    return statements.steps();
  }

  [[nodiscard]] std::vector<std::string> plan_of(const std::string& sql) {
    return test::query_plan(path, sql);
  }

 private:
  int waiting_ = 0;
  std::int64_t asked_ = 0;
};

TEST_F(StatementCost, IsTheSameHoweverMuchWaits) {
  add_waiting(100);
  work();
  const std::int64_t few = steps_of_work();
  add_waiting(2'900);
  const std::int64_t many = steps_of_work();
  EXPECT_GT(few, 100);
  EXPECT_EQ(many, few);
}

TEST_F(StatementCost, IsBoundByAnIndexInEveryStatement) {
  add_waiting(10);
  statements.restart();
  work();
  const auto texts = statements.texts();  // without the questions below
  ASSERT_GT(texts.size(), 15U);
  for (const std::string& sql : texts) {
    const bool asks_for_open_letters = sql.find("INDEXED BY dead_letter_open") != std::string::npos;
    for (const std::string& step : plan_of(sql)) {
      if (!asks_for_open_letters) {  // which holds those only
        EXPECT_THAT(step, testing::Not(HasSubstr("SCAN"))) << sql;
        EXPECT_THAT(step, testing::Not(HasSubstr("TEMP B-TREE"))) << sql;
      }
    }
  }
}

TEST_F(StatementCost, OfAClaimIsOnePlaceInTheIndex) {
  statements.restart();
  static_cast<void>(outbox.next({kSync, kHere}, Outbox::Order::most_urgent, start, kFarAhead,
                                Priority::urgent, {}));
  const auto texts = statements.texts();
  ASSERT_EQ(texts.size(), 2U);
  for (const std::string& sql : texts) {
    EXPECT_THAT(plan_of(sql), testing::ElementsAre(HasSubstr(
                                  "INDEX outbox_due (kind=? AND destination=? AND priority=? AND "
                                  "not_before")));
  }
}

}  // namespace
}  // namespace tender::outbox
