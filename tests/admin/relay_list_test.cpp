// GET /v1/relays: its pages and its filters.
#include "tender/outbox/dead_letters.hpp"
#include "tender/view/relay.hpp"

#include "admin_fixture.hpp"

namespace tender::admin {
namespace {

using namespace std::chrono_literals;
using http::Method;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct RelayList : AdminApi {
  void create_each(const std::vector<const char*>& names) {
    for (const char* const name : names) {
      ids[name] = create(name);
      clock.advance(1s);
    }
  }

  static std::vector<std::string> names(const json& page) {
    std::vector<std::string> all;
    for (const json& relay : page.at("relays")) {
      all.push_back(relay.at("subdomain"));
    }
    return all;
  }

  std::vector<std::string> listed(const std::string& query) {
    return names(ok(Method::get, "/v1/relays?" + query));
  }

  Relay relay(const std::string& name) {
    auto found = sidecar.query().get_relay(RelayId{ids.at(name)});
    return found ? std::move(*found) : Relay();
  }

  void complete(const std::string& name) {
    const Relay each = relay(name);
    sidecar.command().complete_relay_sync(each, {.revision = each.revision, .digest = "d"});
  }

  void fail(const std::string& name) {
    const Relay each = relay(name);
    sidecar.command().fail_relay_sync(
        each, {.revision = each.revision, .error = "boom", .outcome = "transient"});
  }

  // Older than all that is created, in step, and many.
  void fill(int count) {
    database.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                     std::to_string(count) +
                     ") INSERT INTO relay (id, tenant, subdomain, schema, created_at) "
                     "SELECT 'i' || i, '" +
                     std::string(64, 'a') + "', 's' || i, 'm' || i, i FROM n");
    database.execute(
        "INSERT INTO activity (tenant, activity_type, resource_type, resource_id, detail) SELECT "
        "tenant, 'complete_relay_sync', 'relay', id, '{\"revision\":' || revision || '}' FROM "
        "relay");
    database.execute("UPDATE relay SET synced = 1, synced_revision = revision");
  }

  std::map<std::string, std::string> ids;
};

TEST_F(RelayList, ComesInPages) {
  create_each({"one", "two", "three"});
  const json first = ok(Method::get, "/v1/relays?limit=2");
  EXPECT_THAT(names(first), ElementsAre("one", "two"));
  const std::string cursor = first.at("next_cursor");
  const json second = ok(Method::get, "/v1/relays?limit=2&cursor=" + cursor);
  EXPECT_THAT(names(second), ElementsAre("three"));
  EXPECT_TRUE(second.at("next_cursor").is_null());
  EXPECT_THAT(listed("search=t"), ElementsAre("two", "three"));
}

TEST_F(RelayList, IsFilteredByState) {
  create_each({"calm", "seen", "wrong", "off", "new", "failing", "stuck", "gone"});
  store::Command command = sidecar.command();
  static_cast<void>(command.deactivate_relay(RelayId{ids["off"]}));
  static_cast<void>(command.delete_relay(RelayId{ids["gone"]}));
  for (const char* const name : {"calm", "seen", "wrong", "off", "gone"}) {
    complete(name);
  }
  command.record_look(relay("seen"), {.live = true});
  command.record_look(relay("wrong"), {.live = false});
  fail("failing");
  fail("stuck");
  outbox::DeadLetters(database).add("relay_sync", ids["stuck"], outbox::DeadLetterReason::rejected,
                                    "boom", 1, relay("stuck").revision, clock.now());
  EXPECT_THAT(listed("state=in_step"), ElementsAre("calm"));
  EXPECT_THAT(listed("state=live"), ElementsAre("seen"));
  EXPECT_THAT(listed("state=not_served"), ElementsAre("wrong"));
  EXPECT_THAT(listed("state=off"), ElementsAre("off"));
  EXPECT_THAT(listed("state=pending"), ElementsAre("new"));
  EXPECT_THAT(listed("state=failing"), ElementsAre("failing"));
  EXPECT_THAT(listed("state=held"), ElementsAre("stuck"));
  EXPECT_THAT(listed("state=deleted"), ElementsAre("gone"));
  EXPECT_THAT(listed("state=live&status=inactive"), IsEmpty());
  EXPECT_THAT(problem(400, ask(Method::get, "/v1/relays?state=stuck")),
              HasSubstr("give one of in_step, live, off"));
}

TEST_F(RelayList, EndsAPageThatFindsNothingAmongManyAndGoesOn) {
  fill(5000);
  create_each({"needle"});
  json page = ok(Method::get, "/v1/relays?search=needle");
  int pages = 1;
  while (!page.at("next_cursor").is_null() && pages < 10) {
    EXPECT_THAT(names(page), IsEmpty());
    page = ok(Method::get,
              "/v1/relays?search=needle&cursor=" + page.at("next_cursor").get<std::string>());
    ++pages;
  }
  EXPECT_THAT(names(page), ElementsAre("needle"));
  EXPECT_EQ(pages, 3);
}

TEST_F(RelayList, FindsATenantsRelaysAndPendingOnesAmongManyAtOnce) {
  fill(5000);
  create_each({"needle"});
  EXPECT_THAT(listed(std::string("tenant=") + test::kTenant), ElementsAre("needle"));
  EXPECT_THAT(listed("state=pending"), ElementsAre("needle"));
}

TEST_F(RelayList, SkipsNoneAtTheEndsOfPages) {
  fill(2010);
  std::vector<std::string> all;
  std::string cursor;
  for (int pages = 0; pages < 10; ++pages) {
    const json page = ok(Method::get, "/v1/relays?search=s&limit=999" + cursor);
    const auto some = names(page);
    all.insert(all.end(), some.begin(), some.end());
    if (page.at("next_cursor").is_null()) {
      break;
    }
    cursor = "&cursor=" + page.at("next_cursor").get<std::string>();
  }
  ASSERT_EQ(all.size(), 2010U);
  EXPECT_EQ(all.front(), "s1");
  EXPECT_EQ(all.back(), "s2010");
}

}  // namespace
}  // namespace tender::admin
