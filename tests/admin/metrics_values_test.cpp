// The values that the table of metrics gives to labels are those that the rooms know, because the
// table is on the ground floor and cannot ask them.
#include <algorithm>
#include <set>
#include <string>

#include <gmock/gmock.h>

#include "tender/base/metric_table.hpp"
#include "tender/fetch/error.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/infra/sync_plan.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/store/store_error.hpp"
#include "tender/view/relay.hpp"
#include "tender/zooid/outcome.hpp"

#include "label_values.hpp"

namespace tender::admin {
namespace {

// Of an enumeration that has to_string(), from its first member to `last`.
template <typename T>
Values values_up_to(T last) {
  Values names;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    names.emplace(to_string(static_cast<T>(i)));
  }
  return names;
}

TEST(MetricValues, OfRelaysAreTheirStates) {
  Values states;
  for (const view::SyncState state : view::sync_states()) {
    states.insert(view::to_json_name(state));
  }
  states.erase("deleted");  // nothing is left of them that could be counted
  EXPECT_EQ(values_of("tender_relays", "state"), states);
}

TEST(MetricValues, OfWorkAreKindsAndDestinations) {
  for (const std::string& kind : values_of("tender_work", "kind")) {
    for (const std::string& destination : values_of("tender_work", "destination")) {
      EXPECT_TRUE(infra::is_known(kind, destination)) << kind << " " << destination;
    }
  }
  EXPECT_EQ(values_of("tender_work", "kind").size(), 2U);
}

TEST(MetricValues, OfSyncsArePlansAndOutcomes) {
  EXPECT_EQ(values_of("tender_syncs_total", "operation"), values_up_to(infra::SyncPlan::reject));
  EXPECT_EQ(values_of("tender_syncs_total", "result"), values_up_to(zooid::Outcome::stopped));
}

TEST(MetricValues, OfDeadLettersAreTheirReasons) {
  const auto reasons = outbox::dead_letter_reasons();
  const Values names(reasons.begin(), reasons.end());
  EXPECT_EQ(values_of("tender_dead_letters_open", "reason"), names);
  EXPECT_EQ(values_of("tender_dead_letters_total", "reason"), names);
}

TEST(MetricValues, OfRequestsToZooidAreMethodsAndFaults) {
  EXPECT_EQ(values_of("tender_zooid_requests_total", "method"),
            values_up_to(http::Method::delete_));
  Values results = values_up_to(http::Fault::stopped);
  results.merge(Values{"1xx", "2xx", "3xx", "4xx", "5xx"});
  EXPECT_EQ(values_of("tender_zooid_requests_total", "result"), results);
}

TEST(MetricValues, OfFetchesAreTheirOperations) {
  EXPECT_EQ(values_of("tender_fetches_total", "operation"), values_up_to(fetch::Op::nip11));
}

// Those that SQLite can cause.
TEST(MetricValues, OfDatabaseErrorsAreTheirFaults) {
  Values faults = values_up_to(store::StoreFault::other);
  for (const char* const ours : {"missing", "too_new", "too_old"}) {
    EXPECT_EQ(faults.erase(ours), 1U) << ours;
  }
  EXPECT_EQ(values_of("tender_sqlite_errors_total", "fault"), faults);
}

}  // namespace
}  // namespace tender::admin
