// The schema, held against the table of fields: for each field, of whatever type.
#include "tender/model/relay_fields.hpp"

#include <set>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "store_fixture.hpp"
#include "support/old_database.hpp"

namespace tender::store {
namespace {

struct RelayFieldsTest : StoreTest, testing::WithParamInterface<RelayField> {
  // A relay that zooid has taken, so that a revision that does not go up is seen.
  Relay in_step() {
    Relay relay = create("blue");
    command.complete_relay_sync(
        relay, {.revision = relay.revision, .digest = "d", .result = SyncResult::created});
    EXPECT_TRUE(get(relay).synced);
    return relay;
  }

  void update(const std::string& assignment) {
    statement_ = fmt::format("UPDATE relay SET {}", assignment);
    database.execute(statement_);
  }

  void expect_refused(const std::string& assignment, const std::string& why) {
    try {
      update(assignment);
      ADD_FAILURE() << statement_;
    } catch (const StoreError& error) {
      EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
    }
  }

 private:
  std::string statement_;
};

TEST_P(RelayFieldsTest, RaisesTheRevisionWheneverItIsWrittenIfItCounts) {
  const Relay relay = in_step();
  const std::string column(GetParam().column);
  update(column + " = " + column);
  const bool stays = GetParam().fixed || !GetParam().counts;
  EXPECT_EQ(get(relay).revision, stays ? 1 : 2);
  EXPECT_EQ(get(relay).synced, stays);
}

TEST_P(RelayFieldsTest, IsNotWrittenTogetherWithTendersOwnColumns) {
  in_step();
  if (!GetParam().fixed) {
    expect_refused(fmt::format("{0} = {0}, live_pushes = 7", GetParam().column),
                   "belong to tender");
  }
}

TEST_P(RelayFieldsTest, NeverChangesWhenItIsFixed) {
  in_step();
  if (GetParam().fixed) {
    expect_refused(fmt::format("{0} = {0} || 'x'", GetParam().column), "never change");
  }
}

TEST_P(RelayFieldsTest, TakesNoNulCharacter) {
  in_step();
  const AnyRelayMember& member = GetParam().member;
  const bool is_text = std::holds_alternative<RelayMember<std::string>>(member) ||
                       std::holds_alternative<RelayMember<RelayStatus>>(member);
  if (is_text && !GetParam().fixed && GetParam().choices.empty()) {
    expect_refused(fmt::format("{0} = {0} || char(0)", GetParam().column), "NUL");
  }
}

TEST_P(RelayFieldsTest, HasACheckOnWhatIsNotText) {
  in_step();
  const RelayField& field = GetParam();
  if (std::holds_alternative<RelayMember<bool>>(field.member)) {
    expect_refused(fmt::format("{} = 2", field.column), "CHECK");
  }
  if (std::holds_alternative<RelayMember<std::int64_t>>(field.member)) {
    expect_refused(fmt::format("{} = {}", field.column, field.smallest - 1), "CHECK");
    expect_refused(fmt::format("{} = {}", field.column, field.largest + 1), "CHECK");
  }
}

TEST_P(RelayFieldsTest, HasACheckOnItsChoices) {
  const Relay relay = in_step();
  const RelayField& field = GetParam();
  for (const std::string_view choice : field.choices) {
    update(fmt::format("{} = '{}'", field.column, choice));
    EXPECT_EQ(field_value(field, get(relay)), choice);
    expect_refused(fmt::format("{} = '{}' || char(0)", field.column, choice), "CHECK");
    expect_refused(fmt::format("{} = upper('{}')", field.column, choice), "CHECK");
  }
}

// Other programs leave out what they do not know.
TEST_P(RelayFieldsTest, HasTheDefaultOfANewRelay) {
  database.execute(
      fmt::format("INSERT INTO relay (id, tenant, subdomain, schema) "
                  "VALUES ('cp-1', '{}', 'red', 'red_cp1')",
                  kTenant));
  const Relay stored = query.get_relay(RelayId{"cp-1"}).value_or(Relay{});
  ASSERT_EQ(stored.id.text, "cp-1");
  Relay made;
  made.id = stored.id;
  made.tenant = stored.tenant;
  made.subdomain = stored.subdomain;
  made.schema = stored.schema;
  EXPECT_EQ(field_value(GetParam(), stored), field_value(GetParam(), made));
}

INSTANTIATE_TEST_SUITE_P(All, RelayFieldsTest,
                         testing::ValuesIn(relay_fields().begin(), relay_fields().end()),
                         [](const testing::TestParamInfo<RelayField>& each) {
                           return std::string(each.param.column);
                         });

// A row that breaks a rule of before stays, and does not stop the upgrade.
TEST(DriftColumn, IsAddedToRowsThatBreakACheck) {
  test::TempDir directory;
  boost::asio::io_context io;
  test::VirtualClock clock{io};
  const auto path = directory.path() / "tender.db";
  test::create_before(path, "0017_drift",
                      "INSERT INTO relay (id, tenant, subdomain, schema, plan) VALUES ('one', '" +
                          std::string(64, 'a') + "', 'blue', 'blue_1', '')");
  Database database(path, clock, Database::Options());
  Statement row = database.prepare("SELECT drift, plan FROM relay");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.text(0), "");
  EXPECT_THROW(database.execute("UPDATE relay SET drift = 'sometimes'"), StoreError);
}

TEST_F(StoreTest, HasNoColumnThatIsNeitherAFieldNorTendersOwn) {
  std::set<std::string> left;
  Statement rows = database.prepare("SELECT name FROM pragma_table_info('relay')");
  while (rows.step()) {
    left.insert(rows.text(0));
  }
  for (const RelayField& field : relay_fields()) {
    EXPECT_EQ(left.erase(std::string(field.column)), 1U) << field.column;
  }
  EXPECT_EQ(left,
            (std::set<std::string>{"admins_managed", "created_at", "synced", "sync_error",
                                   "revision", "synced_revision", "synced_digest", "doubt_until",
                                   "live", "live_pushes", "seen_at", "next_look_at", "identity",
                                   "other_identity", "info_sent", "taken_subdomain"}));
}

}  // namespace

void PrintTo(const RelayField& field, std::ostream* out) {
  *out << field.column;
}

}  // namespace tender::store
