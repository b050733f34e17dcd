// A database from before the rules of 0006_rows.sql: its rows are kept, and those that need a
// person are named.
#include <gmock/gmock.h>

#include "tender/store/integrity.hpp"
#include "tender/store/row_faults.hpp"

#include "store_fixture.hpp"
#include "support/old_database.hpp"

namespace tender::store {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

struct OldRows : testing::Test {
  // At the schema version before those rules.
  OldRows() {
    test::create_before(
        path, "0006_rows",
        "INSERT INTO relay (id, tenant, subdomain, schema, synced, synced_revision) VALUES "
        "('one', '" +
            std::string(64, 'a') +
            "', 'one', 'x', 1, 1), "
            "('two', '" +
            std::string(64, 'a') +
            "', 'two', 'x_', 1, 1), "
            "('three', '" +
            std::string(64, 'a') +
            "', 'three', 'xn__abc', 1, 1), "
            "('four', '" +
            std::string(64, 'a') + "', 'four', '_1abc', 0, NULL)");
  }

  [[nodiscard]] std::vector<std::string> harmful(const std::set<std::string>& reserved,
                                                 RowLook look) {
    std::vector<std::string> found;
    for (const RowFault& fault : find_row_faults(database(), reserved, look)) {
      EXPECT_FALSE(fault.remedy.empty());
      if (fault.harmful) {
        found.push_back(fault.what);
      }
    }
    return found;
  }

  Database& database() {
    if (!database_) {
      database_ = std::make_unique<Database>(path, clock, Database::Options());
    }
    return *database_;
  }

  test::TempDir directory;
  std::filesystem::path path = directory.path() / "tender.db";
  boost::asio::io_context io;
  test::VirtualClock clock{io};

 private:
  std::unique_ptr<Database> database_;
};

TEST_F(OldRows, AreKeptByTheMigration) {
  const Query query(database());
  EXPECT_EQ(query.list_relays().size(), 4U);
  EXPECT_EQ(query.get_relay(RelayId{"two"})->schema, "x_");
  EXPECT_TRUE(query.get_relay(RelayId{"two"})->synced);
}

TEST_F(OldRows, AreNamedWhenTheyNeedAPerson) {
  EXPECT_THAT(harmful({"three"}, RowLook::quick),
              ElementsAre(AllOf(HasSubstr("id \"two\""), HasSubstr("\"x_\""), HasSubstr("\"x\"")),
                          AllOf(HasSubstr("id \"three\""), HasSubstr("ZOOID_API_URL")),
                          AllOf(HasSubstr("id \"four\""), HasSubstr("_1abc"))));
}

TEST_F(OldRows, MayBeReplacedAsTheyAre) {
  database().execute(
      "REPLACE INTO relay (id, tenant, subdomain, schema, info_name) SELECT id, tenant, subdomain, "
      "schema, 'new' FROM relay WHERE id = 'three'; "
      "UPDATE relay SET info_name = 'new' WHERE id = 'two'");
  const Query query(database());
  EXPECT_EQ(query.get_relay(RelayId{"three"})->info_name, "new");
  EXPECT_EQ(query.get_relay(RelayId{"two"})->info_name, "new");
}

TEST_F(OldRows, LetNoNewRelayShareTheirTables) {
  database().execute("DELETE FROM relay WHERE id = 'one'");
  const auto insert = [&](const std::string& schema) {
    database().execute("INSERT INTO relay (id, tenant, subdomain, schema) VALUES ('new', '" +
                       std::string(64, 'a') + "', 'new', '" + schema + "')");
  };
  EXPECT_EQ(fault_of([&] { insert("x"); }), StoreFault::constraint);
  database().execute("DELETE FROM relay WHERE id = 'two'");  // zooid has its tables all the same
  EXPECT_EQ(fault_of([&] { insert("x"); }), StoreFault::constraint);
  insert("y");
}

TEST_F(OldRows, WithValuesThatCannotBeAreNoDamage) {
  database().execute(
      "PRAGMA ignore_check_constraints = ON;"
      "UPDATE relay SET status = 'paused' WHERE id = 'one'");
  EXPECT_EQ(check_integrity(path), Integrity::odd_rows);
  EXPECT_THAT(harmful({}, RowLook::whole),
              testing::Contains(AllOf(HasSubstr("id \"one\""), HasSubstr("status"))));
}

}  // namespace
}  // namespace tender::store
