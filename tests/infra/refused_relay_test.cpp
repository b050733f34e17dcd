// Relays that are never sent to zooid: one with a schema that breaks the rule, and one on the host
// of zooid's API.
#include <gmock/gmock.h>

#include "support/world.hpp"

namespace tender {
namespace {

using test::World;
using testing::HasSubstr;

TEST(SchemaRule, GivesUpANewRelayWithAnOldSchemaAndLeavesOneThatZooidHas) {
  World world;
  world.start();
  const Relay old = world.create("old");
  world.run_ready();
  // As rows from before the rule are.
  world.database->execute(
      "DROP TRIGGER relay_schema_is_safe; DROP TRIGGER relay_identity_is_immutable;"
      "UPDATE relay SET schema = 'old_' WHERE subdomain = 'old';"
      "INSERT INTO relay (id, tenant, subdomain, schema) SELECT 'cp-1', tenant, 'fresh', '_fresh' "
      "FROM relay WHERE subdomain = 'old'");
  world.rename(old, "renamed");
  const Relay fresh = world.query->get_relay(RelayId{"cp-1"}).value();
  world.command->reconcile_relay(fresh, {});
  world.run_ready();
  EXPECT_TRUE(world.get(old).synced);
  EXPECT_FALSE(world.zooid.relays.contains("cp-1"));
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_THAT(world.open_letters()[0].error, HasSubstr("_fresh"));
}

TEST(ReservedHost, IsRefusedToARelay) {
  World world;
  world.env.reserved_subdomains = {"blue"};
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  EXPECT_TRUE(world.zooid.requests.empty());
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_THAT(world.open_letters()[0].error, HasSubstr("ZOOID_API_URL"));
  RelayChange change;
  change.subdomain = "green";
  static_cast<void>(world.command->update_relay(relay.id, change));
  world.run_ready();
  EXPECT_TRUE(world.get(relay).synced);
}

}  // namespace
}  // namespace tender
