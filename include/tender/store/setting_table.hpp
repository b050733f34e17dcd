// The table `setting`: what the environment contributed to the relays in zooid when they were sent
// (infra::SettingChanges says what that means). Each method is one transaction, or joins the one
// under way. Calls block as Database says; throws StoreError. Borrows the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tender::store {

class Database;

class SettingTable {
 public:
  explicit SettingTable(Database& database) : database_(database) {}

  static constexpr std::string_view kMixed = "mixed";

  struct Row {
    std::string digest;    // of all its values; empty: it was not set; kMixed: not of all relays
    std::string shown;     // for people
    std::string accepted;  // what a person has agreed to since; empty: nothing
  };
  [[nodiscard]] std::optional<Row> find(std::string_view name) const;

  /// Relays of zooid whose configuration holds the setting of that name.
  [[nodiscard]] std::int64_t count_relays(std::string_view name) const;

  /// From now on no digest is that of all relays; the rest stays.
  void forget_digest(std::string_view name);

  /// Nothing happens for a setting that was never remembered.
  void accept(std::string_view name, std::string_view digest);
  /// What was accepted is forgotten.
  void remember(std::string_view name, std::string_view digest, std::string_view shown);

 private:
  Database& database_;
};

}  // namespace tender::store
