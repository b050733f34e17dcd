#include "tender/store/setting_table.hpp"

#include "tender/store/database.hpp"

namespace tender::store {

std::optional<SettingTable::Row> SettingTable::find(std::string_view name) const {
  Statement row =
      database_.prepare("SELECT digest, shown, accepted FROM setting WHERE name = ?", name);
  if (!row.step()) {
    return std::nullopt;
  }
  return Row{.digest = row.text(0), .shown = row.text(1), .accepted = row.text(2)};
}

std::int64_t SettingTable::count_relays(std::string_view name) const {
  Statement row = database_.prepare(
      "SELECT count(*) FROM relay WHERE synced_revision IS NOT NULL AND status <> 'deleted' AND "
      "CASE ?1 "
      "WHEN 'BLOSSOM_S3' THEN blossom_enabled WHEN 'LIVEKIT' THEN livekit_enabled ELSE 1 END",
      name);
  row.step();
  return row.integer(0);
}

void SettingTable::forget_digest(std::string_view name) {
  database_.prepare("UPDATE setting SET digest = ? WHERE name = ?", kMixed, name).run();
}

void SettingTable::accept(std::string_view name, std::string_view digest) {
  database_.prepare("UPDATE setting SET accepted = ? WHERE name = ?", digest, name).run();
}

void SettingTable::remember(std::string_view name, std::string_view digest,
                            std::string_view shown) {
  database_
      .prepare("INSERT OR REPLACE INTO setting (name, digest, shown) VALUES (?, ?, ?)", name,
               digest, shown)
      .run();
}

}  // namespace tender::store
