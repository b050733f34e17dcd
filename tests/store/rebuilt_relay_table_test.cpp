// Migration 0011 rebuilds the table of relays: what is in it, and what other programs made around
// it, stays.
#include "store_fixture.hpp"
#include "support/old_database.hpp"

namespace tender::store {
namespace {

struct RebuiltRelayTable : testing::Test {
  Database& open_after(const std::string& before) {
    test::create_before(path, "0011_deletion", before);
    opened_ = std::make_unique<Database>(path, clock, Database::Options());
    return *opened_;
  }

  static std::string insert(const std::string& id, const std::string& icon) {
    return "INSERT INTO relay (rowid, id, tenant, subdomain, schema, info_icon) VALUES (77, '" +
           id + "', '" + std::string(64, 'a') + "', 'blue', 'blue_1', '" + icon + "'); ";
  }

  test::TempDir directory;
  std::filesystem::path path = directory.path() / "tender.db";
  boost::asio::io_context io;
  test::VirtualClock clock{io};
  std::unique_ptr<Database> opened_;
};

TEST_F(RebuiltRelayTable, KeepsEachRowAndItsRowid) {
  Database& database = open_after(insert("one", "https://i.test/x.png"));
  Statement row = database.prepare("SELECT rowid, info_icon, revision FROM relay WHERE id = 'one'");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), 77);
  EXPECT_EQ(row.text(1), "https://i.test/x.png");
  EXPECT_EQ(row.integer(2), 1);
}

TEST_F(RebuiltRelayTable, KeepsARowThatBreaksACheck) {
  Database& database = open_after(insert("one", "") + "UPDATE relay SET plan = ''");
  Statement row = database.prepare("SELECT plan FROM relay WHERE id = 'one'");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.text(0), "");
  EXPECT_THROW(database.execute("UPDATE relay SET status = 'gone'"), StoreError);
}

TEST_F(RebuiltRelayTable, KeepsTheViewsAndTriggersOfOtherPrograms) {
  Database& database = open_after(
      insert("one", "") +
      "CREATE VIEW active AS SELECT id FROM relay WHERE status = 'active'; CREATE TABLE mine (x); "
      "CREATE TRIGGER also AFTER INSERT ON mine BEGIN UPDATE relay SET info_name = NEW.x; END");
  database.execute("INSERT INTO mine VALUES ('by a trigger')");
  Statement row = database.prepare("SELECT info_name FROM relay JOIN active USING (id)");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.text(0), "by a trigger");
}

}  // namespace
}  // namespace tender::store
