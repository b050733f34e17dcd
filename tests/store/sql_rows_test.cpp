// What the schema makes of statements of other programs, with recursive_triggers on and off.
#include <gmock/gmock.h>

#include "store_fixture.hpp"

namespace tender::store {
namespace {

using testing::HasSubstr;

struct SqlRows : StoreTest, testing::WithParamInterface<bool> {
  SqlRows() {
    other.execute(std::string("PRAGMA recursive_triggers = ") + (GetParam() ? "ON" : "OFF"));
  }

  [[nodiscard]] std::string refusal(const std::string& sql) {
    try {
      other.execute(sql);
    } catch (const StoreError& error) {
      return error.what();
    }
    return "taken";
  }

  // A new row of that id, by `verb`.
  [[nodiscard]] static std::string write(const std::string& verb, const std::string& id,
                                         const std::string& schema = "blue",
                                         const std::string& more = "",
                                         const std::string& values = "") {
    return verb + " INTO relay (id, tenant, subdomain, schema" + more + ") VALUES ('" + id +
           "', '" + kTenant + "', '" + id + "', '" + schema + "'" + values + ")";
  }

  [[nodiscard]] Relay row(const std::string& id) const {
    return query.get_relay(RelayId{id}).value();
  }

  Relay synced(const std::string& id) {
    other.execute(write("INSERT", id));
    const Relay relay = row(id);
    command.complete_relay_sync(relay, {.revision = relay.revision, .digest = "digest"});
    return row(id);
  }

  Database other{path, clock, {}};
};

TEST_P(SqlRows, AReplacedRelayIsTheSameRelayWithANewerRevision) {
  const Relay before = synced("r1");
  command.begin_relay_sync(before, TimePoint(Milliseconds(77)));
  for (const char* verb : {"REPLACE", "INSERT OR REPLACE"}) {
    const std::int64_t revision = row("r1").revision;
    other.execute(write(verb, "r1"));
    EXPECT_EQ(row("r1").revision, revision + 1) << verb;
  }
  const Relay after = row("r1");
  EXPECT_FALSE(after.synced);
  EXPECT_EQ(after.synced_revision, before.revision);
  EXPECT_EQ(after.doubt_until, TimePoint(Milliseconds(77)));
  EXPECT_FALSE(after.live);
}

TEST_P(SqlRows, ADeletedRelayThatComesBackIsTheSameRelay) {
  const Relay before = synced("r1");
  other.execute("DELETE FROM relay");
  other.execute(write("INSERT", "r1"));
  EXPECT_EQ(row("r1").revision, before.revision + 1);
  EXPECT_EQ(row("r1").synced_revision, before.revision);
  EXPECT_EQ(row("r1").synced_digest, "digest");  // zooid still has that
  EXPECT_EQ(query.standing_of(row("r1")), Standing::taken);
}

TEST_P(SqlRows, ARequestUnderWayDoesNotCompleteWhatReplacedItsRelay) {
  other.execute(write("INSERT", "r1"));
  const Relay sent = row("r1");
  command.begin_relay_sync(sent, TimePoint());
  other.execute(write("REPLACE", "r1", "blue", ", info_name", ", 'newer'"));
  command.complete_relay_sync(sent, {.revision = sent.revision, .digest = "digest"});
  EXPECT_FALSE(row("r1").synced);
  EXPECT_EQ(row("r1").info_name, "newer");
}

TEST_P(SqlRows, ARequestThatEndsWhileTheRowIsGoneIsRemembered) {
  other.execute(write("INSERT", "r1"));
  const Relay sent = row("r1");
  other.execute("DELETE FROM relay");
  command.complete_sync_of_gone_relay(sent, {.revision = sent.revision, .digest = "digest"});
  other.execute(write("INSERT", "r1"));
  EXPECT_EQ(query.standing_of(row("r1")), Standing::taken);
}

TEST_P(SqlRows, NoRelayTakesTheRowOfAnotherAway) {
  other.execute(write("INSERT", "r1", "one"));
  other.execute(write("INSERT", "r2", "two"));
  for (const char* sql :
       {"UPDATE OR REPLACE relay SET subdomain = 'r1' WHERE id = 'r2'",
        "REPLACE INTO relay (id, tenant, subdomain, schema) SELECT 'r3', tenant, 'r1', 'three' "
        "FROM relay WHERE id = 'r1'",
        "INSERT OR IGNORE INTO relay (id, tenant, subdomain, schema) SELECT 'r3', tenant, "
        "'r1', 'three' FROM relay WHERE id = 'r1'"}) {
    EXPECT_THAT(refusal(sql), HasSubstr("another relay has this subdomain: choose another one"))
        << sql;
  }
  EXPECT_THAT(refusal(write("REPLACE", "r3", "one")), HasSubstr("another relay has this schema"));
  EXPECT_THAT(refusal("UPDATE OR REPLACE relay SET rowid = (SELECT rowid FROM relay WHERE id = "
                      "'r1') WHERE id = 'r2'"),
              HasSubstr("rowid"));
  EXPECT_EQ(query.list_relays().size(), 2U);
}

TEST_P(SqlRows, KeepsIdAndSchemaTogetherForGood) {
  other.execute(write("INSERT", "r1", "one"));
  const char* const never = "a relay's id and schema never change";
  EXPECT_THAT(refusal(write("REPLACE", "r1", "two")), HasSubstr(never));
  EXPECT_THAT(refusal("UPDATE OR REPLACE relay SET schema = 'two'"), HasSubstr(never));
  EXPECT_THAT(refusal("UPDATE OR REPLACE relay SET id = 'r2'"), HasSubstr(never));
  other.execute("DELETE FROM relay");
  EXPECT_THAT(refusal(write("INSERT", "r1", "two")), HasSubstr(never));
  EXPECT_EQ(refusal(write("INSERT", "r1", "one")), "taken");
}

TEST_P(SqlRows, CountsRevisionsAndNobodyElseDoes) {
  other.execute(write("INSERT", "r1"));
  other.execute("UPDATE relay SET info_name = 'a', revision = revision + 1");
  EXPECT_EQ(row("r1").revision, 3);
  EXPECT_THAT(refusal("UPDATE relay SET revision = 1000000000000"), HasSubstr("revision"));
  EXPECT_THAT(refusal("UPDATE relay SET info_name = 'b', revision = 1"),
              HasSubstr("never goes back"));
  EXPECT_THAT(refusal("UPDATE relay SET revision = 2"), HasSubstr("never goes back"));
  EXPECT_THAT(refusal("UPDATE relay SET revision = 9223372036854775807"), HasSubstr("revision"));
  other.execute(write("REPLACE", "r1", "blue", ", revision", ", 1"));
  EXPECT_EQ(row("r1").revision, 4);
  EXPECT_THAT(refusal(write("INSERT", "r2", "green", ", revision", ", 9223372036854775807")),
              HasSubstr("revision"));
  other.execute(write("INSERT", "r2", "green", ", revision", ", 1000000000000"));
  other.execute("UPDATE relay SET info_name = 'still goes up' WHERE id = 'r2'");
  other.execute("DELETE FROM relay WHERE id = 'r2'");
  other.execute(write("INSERT", "r2", "green"));
  EXPECT_GT(row("r2").revision, 1000000000001);
}

TEST_P(SqlRows, HavePositiveRowids) {
  EXPECT_THAT(refusal(write("INSERT", "r1", "blue", ", rowid", ", -1")), HasSubstr("rowid"));
  other.execute(write("INSERT", "r1"));
  other.execute(write("INSERT", "r2", "green"));
  EXPECT_EQ(query.list_relays().size(), 2U);
}

TEST_P(SqlRows, AreInStepOnlyWhenZooidHasTheNewest) {
  const Relay relay = synced("r1");
  other.execute("UPDATE relay SET info_name = 'newer'");
  EXPECT_THAT(refusal("UPDATE relay SET synced = 1, synced_revision = revision"),
              HasSubstr("synced belongs to tender"));
  EXPECT_THAT(refusal("UPDATE relay SET info_name = 'even newer', synced_digest = 'other'"),
              HasSubstr("belong to tender: leave them out of the statement"));
  other.execute(write("REPLACE", "r1", "blue", ", synced, synced_revision, synced_digest",
                      ", 1, 1, 'other'"));
  EXPECT_FALSE(row("r1").synced);
  EXPECT_EQ(row("r1").synced_digest, "digest");
  other.execute(write("INSERT", "r2", "green", ", synced, synced_revision, live", ", 1, 1, 1"));
  EXPECT_FALSE(row("r2").synced);
  EXPECT_FALSE(row("r2").live);
  EXPECT_EQ(query.standing_of(row("r2")), Standing::taken);  // so says an import
}

TEST_P(SqlRows, TakeASafeSchemaOnly) {
  for (const char* schema : {"_a", "a_", "a__b", "1a", "_1abc", "A", ""}) {
    EXPECT_NE(refusal(write("INSERT", "r1", schema)), "taken") << schema;
  }
  for (const char* schema : {"a", "a1", "a_b_c"}) {
    EXPECT_EQ(
        refusal(write("INSERT", std::string("r-") + schema[0] + std::to_string(strlen(schema)),
                      schema)),
        "taken")
        << schema;
  }
}

TEST_P(SqlRows, HoldNoNul) {
  other.execute(write("INSERT", "r1"));
  EXPECT_THAT(refusal("UPDATE relay SET info_name = 'a' || char(0) || 'b'"), HasSubstr("NUL"));
  EXPECT_THAT(refusal("UPDATE relay SET subdomain = 'a' || char(0) || char(27)"), HasSubstr("NUL"));
  EXPECT_THAT(refusal("INSERT INTO relay (id, tenant, subdomain, schema) SELECT 'r2' || char(0) || "
                      "'!', tenant, 'r2', 'r2' FROM relay"),
              HasSubstr("NUL"));
}

INSTANTIATE_TEST_SUITE_P(RecursiveTriggers, SqlRows, testing::Bool(), [](const auto& param) {
  return param.param ? std::string("On") : std::string("Off");
});

}  // namespace
}  // namespace tender::store
